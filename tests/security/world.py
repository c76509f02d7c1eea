"""One small portal: everyone who can stand towards it, and of each noun a hidden one and a public one.

What no stranger may read carries a mark; a mark is a word that is nowhere else.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User
from documents.services import attach, further
from matching.engine import DEFAULT_WEIGHTS, ENGINE_VERSION
from tests import factories as make
from tests.documents import samples
from tests.trials import stories
from trials import services as trials
from trials.models import LogEntry, Trial

PEOPLE = (
    "anonymous",
    "member_a",
    "approver_a",
    "member_b",
    "vendor_a",
    "vendor_b",
    "expert",
    "office",
    "engineer",
    "its_engineer",
    "verifier",
    "auditor",
    "administrator",
)
PORTAL_ROLES = ("expert", "office", "engineer", "verifier", "auditor", "administrator")


def mark(name: str) -> str:
    """A word that stands for one hidden text."""
    return f"qx{name}zq"


@dataclass
class World:
    people: dict[str, User | None] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    public: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, name: str, **options: Any) -> Client:
        client = Client(raise_request_exception=False, **options)
        if self.people[name]:
            client.force_login(self.people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    def mark(self, name: str) -> str:
        """A text that must never reach a stranger."""
        self.marks[name] = mark(name)
        return self.marks[name]


def build() -> World:
    world = World()
    _people(world)
    _wishes_and_solutions(world)
    _matches(world)
    _duplicates(world)
    _actions(world)
    _views(world)
    _searches(world)
    _terms(world)
    _trials(world)
    _papers(world)
    world.clients = {name: world.client(name) for name in PEOPLE}
    return world


def ask(client: Client, method: str, url: str, data: Any = None, **extra: Any) -> Any:
    """One request of which neither the rows nor the cookies stay."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method.lower())(url, data, **extra)
        if response.streaming:
            response.kept = b"".join(response.streaming_content)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def body(response: Any) -> str:
    return (response.kept if response.streaming else response.content).decode("utf-8", "replace")


def _person(world: World, name: str, **traits: Any) -> User:
    user = make.UserFactory(
        name=f"Person {world.mark(f'name{name}')}", email=f"{world.mark(f'mail{name}')}@example.org", **traits
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    world.people[name] = user
    return user


def _people(world: World) -> None:
    world.people["anonymous"] = None
    for name in PORTAL_ROLES:
        _person(world, name, **{name: True})
    _person(world, "its_engineer", engineer=True)
    for letter in "ab":
        department = make.OrganisationFactory(slug=f"department-{letter}")
        vendor = make.OrganisationFactory(slug=f"vendor-{letter}", vendor=True)
        world.public |= {f"department_{letter}": department, f"vendor_{letter}": vendor}
        member = make.MembershipFactory(user=_person(world, f"member_{letter}"), organisation=department)
        make.MembershipFactory(user=_person(world, f"vendor_{letter}"), organisation=vendor, approver=True)
        if letter == "b":  # the strongest stranger: may speak for its own department
            Membership.objects.filter(pk=member.pk).update(role=Membership.Role.APPROVER)
        else:
            world.hidden["membership"] = member
            make.MembershipFactory(
                user=_person(world, "approver_a"), organisation=department, role=Membership.Role.APPROVER
            )
    tomorrow = timezone.localdate() + timedelta(days=1)
    world.hidden["delegation"] = make.DelegationFactory(  # not today: nobody is more than their row says
        organisation=world.public["department_a"],
        giver=world.people["approver_a"],
        deputy=world.people["member_a"],
        first_on=tomorrow,
    )
    world.hidden["verification"] = make.VerificationFactory()
    world.hidden["asked"] = make.JoinRequestFactory()
    world.hidden["pair"] = make.SuspectedPairFactory()
    world.hidden["invitation"] = make.InvitationFactory(
        organisation=world.public["department_a"], email=f"{world.mark('invited')}@example.org"
    )
    world.public["topic"] = make.TopicFactory()
    world.hidden["webhook"] = make.WebhookFactory(
        organisation=world.public["department_a"], url=f"https://{world.mark('webhook')}.example.org/"
    )
    world.public["webhook"] = make.WebhookFactory(organisation=world.public["department_b"])  # another's
    world.hidden["suppression"] = make.SuppressionFactory(address=f"{world.mark('suppressed')}@example.org")
    world.hidden["announcement"] = make.AnnouncementFactory(subject_en=world.mark("announced"))
    world.hidden["webhook message"] = make.WebhookMessageFactory(webhook=world.hidden["webhook"])


def _texts(world: World, name: str, *fields: str) -> dict[str, str]:
    return {one: f"Some words {world.mark(f'{name}{number}')}" for number, one in enumerate(fields)}


def _wishes_and_solutions(world: World) -> None:
    department, vendor = world.public["department_a"], world.public["vendor_a"]
    author, seller = world.people["member_a"], world.people["vendor_a"]
    texts = ("title_en", "title_zh", "need_en", "need_zh", "outcome_en", "site_en", "constraints_en")
    world.hidden["wish"] = make.WishFactory(
        organisation=department,
        created_by=author,
        budget_holder=world.mark("wishholder"),
        topics=[world.public["topic"]],
        **_texts(world, "wish", *texts),
    )
    make.KpiFactory(wish=world.hidden["wish"], metric=world.mark("wishkpi"))
    world.public["wish"] = make.WishFactory(
        organisation=department,
        created_by=author,
        open=True,
        budget_holder=world.mark("publicwishholder"),
        topics=[world.public["topic"]],
    )
    annex = make.AnnexFactory(
        wish=world.public["wish"], text_en=world.mark("annextext"), text_zh=world.mark("annextextzh")
    )
    make.AnnexAcceptanceFactory(annex=annex, organisation=vendor, person=seller)
    world.hidden["call"] = make.CallFactory(
        rapid=True,
        organisation=department,
        created_by=author,
        **_texts(world, "call", "title_en", "title_zh", "text_en", "criteria_zh"),
    )
    world.public["call"] = make.CallFactory(open=True, topics=[world.public["topic"]])
    world.hidden["draft"] = make.WishDraftFactory(
        organisation=department, author=author, answers=_texts(world, "draft", "title_en", "need_zh")
    )
    world.public["draft"] = make.WishDraftFactory(  # nothing of the kind is public: another department's
        organisation=world.public["department_b"], author=world.people["member_b"]
    )
    world.public["question"] = make.QuestionFactory(
        wish=world.public["wish"], asked_by=world.people["vendor_a"], text="Is there power?"
    )
    texts = ("title_en", "title_zh", "summary_en", "method_en", "confidential")
    world.hidden["solution"] = make.SolutionFactory(
        organisation=vendor, created_by=seller, **_texts(world, "solution", *texts)
    )
    make.EvidenceFactory(solution=world.hidden["solution"], text=world.mark("solutionevidence"))
    world.hidden["offer"] = make.SolutionDraftFactory(
        organisation=vendor, author=seller, answers=_texts(world, "offer", "title_en", "confidential")
    )
    world.public["offer"] = make.SolutionDraftFactory(  # nothing of the kind is public: another vendor's
        organisation=world.public["vendor_b"], author=world.people["vendor_b"]
    )
    world.hidden["coauthor"] = make.CoAuthorFactory(solution=world.hidden["solution"])
    world.public["coauthor"] = make.CoAuthorFactory(  # nothing of the kind is public: another vendor's
        solution__organisation=world.public["vendor_b"], accepted=True
    )
    world.hidden["nomination"] = make.NominationFactory(here=True, vendor=vendor)
    world.public["nomination"] = make.NominationFactory(  # nothing of the kind is public: another vendor's
        here=True, vendor=world.public["vendor_b"]
    )
    world.public["nominated"] = make.NominationFactory()  # by a mailed link, which shows it to its holder
    world.public["solution"] = make.SolutionFactory(
        organisation=vendor,
        created_by=seller,
        listed=True,
        confidential=f"Only the price is {world.mark('confidential')}",
        topics=[world.public["topic"]],
    )
    words = ("scope_en", "scope_zh", "statement_en", "statement_zh")
    world.hidden["confirmation"] = make.ConfirmationFactory(
        solution=world.public["solution"],
        organisation=department,
        created_by=author,
        **_texts(world, "use", *words),
    )
    world.public["confirmation"] = make.ConfirmationFactory(  # its words are public, its page is another's
        solution=world.public["solution"], organisation=world.public["department_b"], confirmed=True
    )
    for number in (1, 2):
        said = {"summary_en": f"What everyone reads, version {number}"}
        make.VersionFactory(solution=world.public["solution"], number=number, said=said)
        secret = {"confidential": f"{world.mark('confidentialversion')} {number}"}
        make.VersionFactory(
            solution=world.public["solution"], number=number, said=secret, is_confidential=True
        )
        hidden = {"summary_en": f"{world.mark('hiddenversion')} {number}"}
        make.VersionFactory(solution=world.hidden["solution"], number=number, said=hidden)
        make.VersionFactory(
            solution=world.hidden["solution"], number=number, said=hidden, is_confidential=True
        )
    make.InterestFactory(
        solution=world.public["solution"],
        wish_reference=world.public["wish"].reference,
        pitch=world.mark("pitch"),
        created_by=seller,
    )


def _pair(world: World, **traits: Any):
    return make.MatchFactory(
        wish=make.WishFactory(
            organisation=world.public["department_a"], created_by=world.people["member_a"], open=True
        ),
        solution=make.SolutionFactory(
            organisation=world.public["vendor_a"], created_by=world.people["vendor_a"], listed=True
        ),
        **traits,
    )


def _matches(world: World) -> None:
    world.hidden["ranker"] = make.RankerFactory(
        engine_version=ENGINE_VERSION, weights=DEFAULT_WEIGHTS.as_dict()
    )
    world.hidden["run"] = make.RematchRunFactory(running=True)
    world.hidden["match"] = make.MatchFactory(
        wish=world.public["wish"],
        solution=world.public["solution"],
        review=True,
        explanation={},
        probability=0.8642,
    )
    world.public["match"] = _pair(world, approved=True)
    for match, name in ((world.hidden["match"], "hidden"), (world.public["match"], "public")):
        make.ReviewFactory(
            match=match,
            expert=_person(world, f"reviewer{name}", expert=True),
            reason=world.mark(f"review{name}"),
        )
    make.ConflictFactory(
        expert=world.people["expert"],
        organisation=world.public["vendor_b"],
        reason=world.mark("conflict"),
    )


def _actions(world: World) -> None:
    """What the office did to many in one go names what no stranger may read."""
    for room, noun in (("wishes", "wishes.wish"), ("solutions", "solutions.solution")):
        row = {"pk": 1, "label": world.mark(f"{room}done"), "url": "", "fault": "", "before": "", "after": ""}
        world.hidden[f"{room} action"] = make.BulkActionFactory(
            by=world.people["office"], noun=noun, rows=[row], ended_at=timezone.now()
        )


def _views(world: World) -> None:
    world.hidden["view"] = make.SavedViewFactory(
        owner=world.people["member_a"], name=world.mark("view"), organisation=world.public["department_a"]
    )


def _searches(world: World) -> None:
    world.hidden["search"] = make.SavedSearchFactory(
        user=world.people["member_a"], name=world.mark("search"), words=f"leaks {world.mark('words')}"
    )
    world.hidden["visitor"] = make.VisitorFactory(email=f"{world.mark('visitor')}@example.org")
    make.FollowFactory(user=None, visitor=world.hidden["visitor"], topic=world.public["topic"])
    make.FoundFactory(
        search=world.hidden["search"],
        arrival=make.ArrivalFactory(object_id=world.public["wish"].pk),
    )


def _duplicates(world: World) -> None:
    """What is handed in beside what is listed; and two public wishes, that are no public pair."""
    handed_in = make.SolutionFactory(
        organisation=world.public["vendor_a"],
        created_by=world.people["vendor_a"],
        status="submitted",
        **_texts(world, "handedin", "title_en", "summary_en"),
    )
    words = [{"text": world.mark("repeatedwords"), "wish": [], "solution": []}]
    world.hidden["duplicate"] = make.DuplicateFactory(
        solutions=True,
        earlier_solution=world.public["solution"],
        later_solution=handed_in,
        explanation={"terms": words},
    )
    world.public["duplicate"] = make.DuplicateFactory(
        earlier_wish=world.public["wish"],
        explanation={"terms": [{"text": world.mark("pairedwords"), "wish": [], "solution": []}]},
    )


def _terms(world: World) -> None:
    """No term is for the public; "public" is the one in use."""
    for kind, is_active in (("hidden", False), ("public", True)):
        getattr(world, kind)["term"] = make.TermFactory(
            english=[f"lantern {world.mark(f'term{kind}')}"], is_active=is_active
        )


def _trials(world: World) -> None:
    engineer = world.people["its_engineer"]
    world.hidden["trial"] = stories.planned(
        match=_pair(world, approved=True),
        engineer=engineer,
        method_en=world.mark("planmethod"),
        stop_rules_en=world.mark("planstop"),
        claims=[{**stories.ENERGY, "statement_en": world.mark("planclaim")}],
    )
    world.public["trial"] = stories.running(match=_pair(world, approved=True), engineer=engineer)
    world.hidden["sensor"] = make.SensorFactory(
        trial=world.public["trial"], name=world.mark("sensorname"), dev_eui="00000000000000aa"
    )
    trials.make_token(world.public["trial"], by=engineer)
    world.hidden["booking"] = make.BookingFactory(trial=world.hidden["trial"])  # its days are public, no more
    world.hidden["due"] = make.ReportDueFactory(trial=world.public["trial"])
    world.hidden["upload"] = make.UploadFactory(
        trial=world.public["trial"], filename=f"{world.mark('uploadname')}.csv", made_by=engineer
    )
    world.hidden["survey"] = make.SurveyFactory(trial=world.public["trial"], open=True, code="QRWORLD")
    world.hidden["voice"] = make.VoiceFactory(
        question=make.SurveyQuestionFactory(survey=world.hidden["survey"], kind="text"),
        text=world.mark("voice"),
    )
    trials.log(
        world.public["trial"],
        by=engineer,
        kind=LogEntry.Kind.NOTE,
        on=timezone.localdate(),
        text_en=world.mark("lognote"),
    )
    world.hidden["report"] = stories.drafted(match=_pair(world, approved=True), engineer=engineer)
    _steered(world, world.public["trial"])
    trials.update_report(world.hidden["report"], by=engineer, summary_en=world.mark("draftreport"))
    signer = make.UserFactory(
        verifier=True, name="Signs With Name", email=f"{world.mark('signer')}@example.org"
    )
    world.public["report"] = stories.published(
        match=_pair(world, approved=True), engineer=engineer, verifier=signer
    )
    world.hidden["amendment"] = trials.amend(
        world.public["report"],
        by=engineer,
        kind="incident",
        on=timezone.localdate(),
        severity="low",
        text_en=world.mark("amendmenttext"),
        reason_en=world.mark("amendmentreason"),
    )


def _steered(world: World, trial: Trial) -> None:
    """What hangs on a public trial and only those who take part in it read."""
    people = {"trial": trial}
    engineer = trial.engineer
    world.hidden["milestone"] = make.MilestoneFactory(**people)
    world.hidden["risk"] = make.RiskFactory(title_en=world.mark("risktitle"), **people)
    logged = make.LogEntryFactory(kind="incident", severity="low", written_by=engineer, **people)
    world.hidden["incident"] = make.IncidentFactory(entry=logged, **people)
    world.hidden["change"] = make.ChangeRequestFactory(what_en=world.mark("changewhat"), **people)
    meeting = make.MeetingFactory(present=world.mark("meetingpresent"), **people)
    world.hidden["action"] = make.ActionFactory(meeting=meeting, what=world.mark("actionwhat"))
    world.hidden["line"] = make.BudgetLineFactory(label_en=world.mark("moneylabel"), **people)


def _papers(world: World) -> None:
    vendor, seller = world.public["vendor_a"], world.people["vendor_a"]
    for kind, name, confidential in (("hidden", "secret", True), ("public", "leaflet", False)):
        title = world.mark(name) if confidential else name
        world.__dict__[kind]["document"] = attach(
            world.public["solution"],
            by=seller,
            organisation=vendor,
            upload=SimpleUploadedFile(f"{title}.pdf", samples.pdf()),
            title=title,
            confidential=confidential,
        )
        further(world.__dict__[kind]["document"].pk)
    attach(
        world.public["wish"].annex,
        by=world.people["member_a"],
        organisation=world.public["department_a"],
        upload=SimpleUploadedFile(f"{world.mark('annexfile')}.pdf", samples.pdf(after=b"annex")),
        title=world.mark("annexpaper"),
        confidential=False,
    )
    member = world.people["member_a"]
    world.hidden["notification"] = make.NotificationFactory(
        recipient=member,
        entry_id=10**9,
        template="wishes/mail/publish",
        url=world.public["wish"].get_absolute_url(),
        context={"thing_title": {"en": "A wish", "zh": ""}, "reference": world.public["wish"].reference},
    )
    world.hidden["follow"] = make.FollowFactory(user=member, topic=world.public["topic"])
    world.public["token"] = TimestampSigner(salt="unsubscribe").sign_object([member.pk, "follow"])


def soon() -> str:
    return str(timezone.localdate() + timedelta(days=30))
