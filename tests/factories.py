"""Rows as the database allows them; traits make the states that carry more."""

import hashlib
import uuid
from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import (
    Delegation,
    FailedSignIn,
    Invitation,
    JoinRequest,
    Membership,
    Organisation,
    Partnership,
    Role,
    SuspectedPair,
    User,
    Verification,
)
from desk.models import BulkAction, SavedView, Visit
from documents.models import Document, Rendition
from journal.models import Counter, Entry, Ground, Pledge, next_reference
from matching.engine.glossary import Concept
from matching.models import (
    Answer,
    Arrival,
    Basis,
    Conflict,
    Duplicate,
    EngineVersion,
    Estimate,
    Found,
    IndexedPassage,
    Judgement,
    Match,
    PassageCount,
    Profile,
    Ranker,
    RematchRun,
    RematchShard,
    Review,
    SavedSearch,
    Term,
    TermCount,
)
from matching.models.terms import hash_of, searchable
from matching.texts import engine_version
from notifications.hooks import signing
from notifications.models import (
    Announcement,
    Begun,
    Bounce,
    Delivery,
    Digest,
    Fanout,
    Follow,
    Letter,
    Notification,
    Opening,
    Preference,
    Reminder,
    Suppression,
    Tally,
    Visitor,
    Webhook,
    WebhookAttempt,
    WebhookMessage,
    Wording,
)
from solutions.models import (
    CoAuthor,
    Evidence,
    Interest,
    Nomination,
    Solution,
    SolutionDraft,
    StoppedAddress,
    Version,
)
from solutions.models.nominations import digest_of
from topics.models import Topic
from trials.models import (
    Action,
    Amendment,
    Benefit,
    Booking,
    BudgetLine,
    ChangeRequest,
    Claim,
    Confirmation,
    Erratum,
    Incident,
    Judging,
    LogEntry,
    Measurement,
    Meeting,
    Milestone,
    Paper,
    Report,
    ReportDue,
    Risk,
    Rollup,
    Sensor,
    SensorToken,
    Survey,
    SurveyAnswer,
    SurveyCode,
    SurveyQuestion,
    Trial,
    Upload,
    Venue,
    Voice,
)
from trials.models import Term as ReportTerm
from wishes.models import (
    Annex,
    AnnexAcceptance,
    Call,
    Endorsement,
    EndorsementStep,
    FormerAnswer,
    Kpi,
    Question,
    ScreeningQuestion,
    Sponsor,
    Wish,
    WishDraft,
    WishReturn,
)

PASSWORD = "a long enough passphrase"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.PostGenerationMethodCall("set_password", PASSWORD)

    class Params:
        office = factory.Trait(roles=[Role.OFFICE])
        expert = factory.Trait(roles=[Role.EXPERT])
        engineer = factory.Trait(roles=[Role.ENGINEER])
        verifier = factory.Trait(roles=[Role.VERIFIER])
        auditor = factory.Trait(roles=[Role.AUDITOR])
        administrator = factory.Trait(is_staff=True, is_superuser=True)

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        if create:
            instance.save()


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda n: f"organisation-{n}")
    kind = Organisation.Kind.DEPARTMENT
    name_en = factory.Sequence(lambda n: f"Organisation {n}")
    name_zh = factory.Sequence(lambda n: f"機構{n}")

    class Params:
        vendor = factory.Trait(kind=Organisation.Kind.STARTUP)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)

    class Params:
        approver = factory.Trait(role=Membership.Role.APPROVER)


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    organisation = factory.SubFactory(OrganisationFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    invited_by = factory.SubFactory(UserFactory)


class VerificationFactory(DjangoModelFactory):
    class Meta:
        model = Verification

    organisation = factory.SubFactory(OrganisationFactory, vendor=True)
    br_number = "12345678"
    asked_by = factory.SubFactory(UserFactory)

    class Params:
        given = factory.Trait(
            is_verified=True,
            checked=["br"],
            decided_by=factory.SubFactory(UserFactory, office=True),
            decided_at=factory.LazyFunction(timezone.now),
        )


class JoinRequestFactory(DjangoModelFactory):
    class Meta:
        model = JoinRequest

    organisation = factory.SubFactory(OrganisationFactory, vendor=True)
    person = factory.SubFactory(UserFactory)


class FailedSignInFactory(DjangoModelFactory):
    class Meta:
        model = FailedSignIn

    mark = "0" * 64


class SuspectedPairFactory(DjangoModelFactory):
    class Meta:
        model = SuspectedPair

    first = factory.SubFactory(OrganisationFactory, vendor=True)
    second = factory.SubFactory(OrganisationFactory, vendor=True)
    reasons = ("name",)


class DelegationFactory(DjangoModelFactory):
    """Today, by an approver to a member of one organisation."""

    class Meta:
        model = Delegation

    organisation = factory.SubFactory(OrganisationFactory)
    giver = factory.LazyAttribute(
        lambda one: MembershipFactory(organisation=one.organisation, approver=True).user
    )
    deputy = factory.LazyAttribute(lambda one: MembershipFactory(organisation=one.organisation).user)
    kind = Delegation.Kind.ACTING
    first_on = factory.LazyFunction(timezone.localdate)
    last_on = factory.SelfAttribute("first_on")
    made_by = factory.SelfAttribute("giver")


class PartnershipFactory(DjangoModelFactory):
    class Meta:
        model = Partnership

    organisation = factory.SubFactory(OrganisationFactory, kind=Organisation.Kind.UNIVERSITY)
    signed_on = factory.LazyFunction(timezone.localdate)


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = Topic

    kind = Topic.Kind.TECHNOLOGY
    slug = factory.Sequence(lambda n: f"topic-{n}")
    name_en = factory.Sequence(lambda n: f"Topic {n}")
    name_zh = factory.Sequence(lambda n: f"題目{n}")


class EntryFactory(DjangoModelFactory):
    class Meta:
        model = Entry

    noun = "wishes.wish"
    object_id = factory.Sequence(lambda n: n + 1)
    verb = "submit"


class PledgeFactory(DjangoModelFactory):
    class Meta:
        model = Pledge

    noun = factory.Sequence(lambda n: f"room.noun{n}")
    step = "submit"
    answers = ["answer"]
    working_days = 10
    debtor = "office"


class GroundFactory(DjangoModelFactory):
    class Meta:
        model = Ground

    noun = factory.Sequence(lambda n: f"room.noun{n}")
    verb = "refuse"
    code = factory.Sequence(lambda n: f"ground-{n}")
    words_en = "Not feasible yet"
    words_zh = "暫未可行"


class CounterFactory(DjangoModelFactory):
    class Meta:
        model = Counter

    prefix = "X"
    year = factory.Sequence(lambda n: 2000 + n)
    last = 0


class WithTopics(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    @factory.post_generation
    def topics(self, create, extracted, **kwargs):
        if create and extracted:
            self.topics.set(extracted)


class WishFactory(WithTopics):
    class Meta:
        model = Wish

    organisation = factory.SubFactory(OrganisationFactory)
    created_by = factory.SubFactory(UserFactory)
    title_en = factory.Sequence(lambda n: f"Find faults in lifts early, case {n}")
    title_zh = factory.Sequence(lambda n: f"及早發現升降機故障 {n}")
    need_en = "Faults are found when passengers report them."
    outcome_en = "Faults are predicted a week before."

    class Params:
        open = factory.Trait(
            status=Wish.Status.OPEN,
            reference=factory.LazyFunction(lambda: next_reference("W")),
            published_at=factory.LazyFunction(timezone.now),
        )


class AnnexFactory(DjangoModelFactory):
    class Meta:
        model = Annex

    wish = factory.SubFactory(WishFactory, open=True)
    terms_en = "Read it, use it for your answer, pass it on to nobody."
    text_en = "The plan of the machine room."


class AnnexAcceptanceFactory(DjangoModelFactory):
    class Meta:
        model = AnnexAcceptance

    annex = factory.SubFactory(AnnexFactory)
    organisation = factory.SubFactory(OrganisationFactory, vendor=True)
    person = factory.SubFactory(UserFactory)
    version = factory.LazyAttribute(lambda one: one.annex.version)


class CallFactory(WithTopics):
    """Themed, for a month from today, unless `rapid`."""

    class Meta:
        model = Call

    created_by = factory.SubFactory(UserFactory, office=True)
    title_en = factory.Sequence(lambda n: f"Quiet lifts, round {n}")
    title_zh = factory.Sequence(lambda n: f"寧靜升降機第{n}輪")
    text_en = "Lifts that nobody hears."
    opens_on = factory.LazyFunction(timezone.localdate)
    closes_on = factory.LazyAttribute(lambda call: call.opens_on + timedelta(days=30))

    class Params:
        open = factory.Trait(
            status=Call.Status.OPEN,
            reference=factory.LazyFunction(lambda: next_reference("C")),
            published_at=factory.LazyFunction(timezone.now),
        )
        rapid = factory.Trait(kind=Call.Kind.RAPID, organisation=factory.SubFactory(OrganisationFactory))


class WishDraftFactory(DjangoModelFactory):
    class Meta:
        model = WishDraft

    organisation = factory.SubFactory(OrganisationFactory)
    author = factory.SubFactory(UserFactory)
    updated_by = factory.SelfAttribute("author")


class KpiFactory(DjangoModelFactory):
    class Meta:
        model = Kpi

    wish = factory.SubFactory(WishFactory)
    metric = "Breakdowns a month"
    target = 2


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    wish = factory.SubFactory(WishFactory, open=True)
    asked_by = factory.SubFactory(UserFactory)
    text = "Is there a network in the machine room?"


class SponsorFactory(DjangoModelFactory):
    class Meta:
        model = Sponsor

    wish = factory.SubFactory(WishFactory, open=True)
    organisation = factory.SubFactory(OrganisationFactory)


class EndorsementStepFactory(DjangoModelFactory):
    class Meta:
        model = EndorsementStep
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    position = factory.Sequence(lambda n: n + 1)
    name_en = factory.Sequence(lambda n: f"Step {n}")
    name_zh = factory.Sequence(lambda n: f"步驟{n}")

    @factory.post_generation
    def people(self, create, extracted, **kwargs):
        """Named for a committee."""
        if create and extracted:
            EndorsementStep.objects.filter(pk=self.pk).update(kind="committee")
            self.kind = "committee"
            self.people.set(extracted)


class EndorsementFactory(DjangoModelFactory):
    class Meta:
        model = Endorsement

    wish = factory.SubFactory(WishFactory, status=Wish.Status.ENDORSEMENT)
    round = 1
    person = factory.SubFactory(UserFactory)


class WishReturnFactory(DjangoModelFactory):
    class Meta:
        model = WishReturn

    wish = factory.SubFactory(WishFactory, status=Wish.Status.RETURNED)
    returned_by = factory.SubFactory(UserFactory, office=True)


class ScreeningQuestionFactory(DjangoModelFactory):
    class Meta:
        model = ScreeningQuestion

    given_back = factory.SubFactory(WishReturnFactory)
    about = "need"
    text = "How many lifts are meant?"


class FormerAnswerFactory(DjangoModelFactory):
    class Meta:
        model = FormerAnswer

    question = factory.SubFactory(QuestionFactory)
    text = "Eleven."
    answered_at = factory.LazyFunction(timezone.now)


class SolutionFactory(WithTopics):
    class Meta:
        model = Solution

    organisation = factory.SubFactory(OrganisationFactory, vendor=True)
    created_by = factory.SubFactory(UserFactory)
    title_en = factory.Sequence(lambda n: f"Lift health monitor {n}")
    title_zh = factory.Sequence(lambda n: f"升降機健康監察 {n}")
    summary_en = "Predicts lift faults from motor current and vibration."
    trl = 7

    class Params:
        listed = factory.Trait(
            status=Solution.Status.LISTED,
            reference=factory.LazyFunction(lambda: next_reference("S")),
            listed_at=factory.LazyFunction(timezone.now),
        )


class NominationFactory(DjangoModelFactory):
    class Meta:
        model = Nomination

    nominator = factory.SubFactory(OrganisationFactory)
    vendor_name = "Quiet Fans"
    contact_name = "Lee Siu-ming"
    contact_email = factory.Sequence(lambda n: f"contact{n}@example.org")
    contact_digest = factory.LazyAttribute(
        lambda one: digest_of(one.contact_email) if one.contact_email else ""
    )
    created_by = factory.SubFactory(UserFactory)
    title_en = factory.Sequence(lambda n: f"A quiet fan {n}")
    summary_en = "It is quieter than the fans that are there."

    class Params:
        here = factory.Trait(
            vendor=factory.SubFactory(OrganisationFactory, vendor=True), contact_name="", contact_email=""
        )


class StoppedAddressFactory(DjangoModelFactory):
    class Meta:
        model = StoppedAddress

    digest = factory.Sequence(lambda n: digest_of(f"stopped{n}@example.org"))


class CoAuthorFactory(DjangoModelFactory):
    class Meta:
        model = CoAuthor

    solution = factory.SubFactory(SolutionFactory)
    organisation = factory.SubFactory(OrganisationFactory, vendor=True)
    invited_by = factory.SubFactory(UserFactory)

    class Params:
        accepted = factory.Trait(accepted_at=factory.LazyFunction(timezone.now))


class SolutionDraftFactory(DjangoModelFactory):
    class Meta:
        model = SolutionDraft

    organisation = factory.SubFactory(OrganisationFactory, vendor=True)
    author = factory.SubFactory(UserFactory)
    updated_by = factory.SelfAttribute("author")


class EvidenceFactory(DjangoModelFactory):
    class Meta:
        model = Evidence

    solution = factory.SubFactory(SolutionFactory)
    trl = 6
    text = "Twelve months in a laboratory"


class VersionFactory(DjangoModelFactory):
    class Meta:
        model = Version

    solution = factory.SubFactory(SolutionFactory, listed=True)
    number = 1
    verb = "list"
    capacity = "office"
    said = factory.LazyFunction(lambda: {"title_en": "Lift health monitor"})


class InterestFactory(DjangoModelFactory):
    class Meta:
        model = Interest

    solution = factory.SubFactory(SolutionFactory)
    wish_reference = "W-2026-0001"
    pitch = "It measures just this."
    created_by = factory.SubFactory(UserFactory)


class RankerFactory(DjangoModelFactory):
    class Meta:
        model = Ranker

    name = factory.Sequence(lambda n: f"weights {n}")
    engine_version = "test"
    weights = {}


class ProfileFactory(DjangoModelFactory):
    class Meta:
        model = Profile

    wish = factory.SubFactory(WishFactory, open=True)
    side = "wish"
    content_hash = "0" * 64
    engine_version = "test"
    record = b""


class BasisFactory(DjangoModelFactory):
    class Meta:
        model = Basis

    engine_version = "test"
    arrays = b""
    texts = 0


class IndexedPassageFactory(DjangoModelFactory):
    class Meta:
        model = IndexedPassage

    basis = factory.SubFactory(BasisFactory)
    profile = factory.SubFactory(ProfileFactory)
    stamp = factory.LazyFunction(timezone.now)
    key = factory.LazyAttribute(lambda row: row.profile.engine_key)
    role, lang, lot = 0, 0, 0
    terms = [1, 2]
    length, mentions = 2, 0
    vector = [1.0]
    words = concepts = numbers = b""


class TermCountFactory(DjangoModelFactory):
    class Meta:
        model = TermCount

    term = factory.Sequence(int)
    passages = 1


class PassageCountFactory(DjangoModelFactory):
    class Meta:
        model = PassageCount

    basis = factory.Sequence(int)
    role, lang, mentions = 0, 0, 0
    passages = words = 1


class EngineVersionFactory(DjangoModelFactory):
    class Meta:
        model = EngineVersion

    name = factory.Sequence(lambda n: f"test {n}")
    state = EngineVersion.State.RETIRED
    engine = "test"
    embedders = [{"name": "use", "version": "0"}]

    class Params:
        serving = factory.Trait(
            state=EngineVersion.State.SERVING, serving_since=factory.LazyFunction(timezone.now)
        )
        preparing = factory.Trait(state=EngineVersion.State.PREPARING)


class RematchRunFactory(DjangoModelFactory):
    """One that has ended, unless `running`."""

    class Meta:
        model = RematchRun

    version = factory.SubFactory(EngineVersionFactory)
    state = RematchRun.State.DONE
    finished_at = factory.LazyFunction(timezone.now)

    class Params:
        running = factory.Trait(state=RematchRun.State.RUNNING, finished_at=None)


class RematchShardFactory(DjangoModelFactory):
    class Meta:
        model = RematchShard

    run = factory.SubFactory(RematchRunFactory)
    step = RematchShard.Step.MATCH_WISHES
    size = 1

    class Params:
        done = factory.Trait(state=RematchShard.State.DONE, done_at=factory.LazyFunction(timezone.now))


class MatchFactory(DjangoModelFactory):
    class Meta:
        model = Match

    wish = factory.SubFactory(WishFactory, open=True)
    solution = factory.SubFactory(SolutionFactory, listed=True)
    probability = 0.8
    rank = 1
    feasibility = "feasible"
    confidence = 0.9
    engine_version = "test"

    class Params:
        review = factory.Trait(status=Match.Status.REVIEW)
        approved = factory.Trait(status=Match.Status.APPROVED)


class VisitorFactory(DjangoModelFactory):
    class Meta:
        model = Visitor

    email = factory.Sequence(lambda n: f"visitor{n}@example.org")
    confirmed_at = factory.LazyFunction(timezone.now)


class LetterFactory(DjangoModelFactory):
    class Meta:
        model = Letter

    kind = Letter.Kind.INVITATION
    object_id = 0  # of an invitation that was answered meanwhile
    details = factory.LazyFunction(lambda: {"language": "en"})
    mark = "0" * 20
    good_until = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))


class SavedSearchFactory(DjangoModelFactory):
    class Meta:
        model = SavedSearch

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Search {n}")
    words = "leaks in buried pipes"


class ArrivalFactory(DjangoModelFactory):
    class Meta:
        model = Arrival

    kind = "wish"
    noun = "wishes.wish"
    object_id = factory.LazyFunction(lambda: WishFactory(open=True).pk)
    entry_id = factory.Sequence(lambda n: n + 1)


class FoundFactory(DjangoModelFactory):
    class Meta:
        model = Found

    search = factory.SubFactory(SavedSearchFactory)
    arrival = factory.SubFactory(ArrivalFactory)


class AnswerFactory(DjangoModelFactory):
    class Meta:
        model = Answer

    wish = factory.SubFactory(WishFactory, open=True)
    solution = factory.SubFactory(SolutionFactory, listed=True)


class EstimateFactory(DjangoModelFactory):
    class Meta:
        model = Estimate

    wish = factory.SubFactory(WishFactory, open=True)
    solution = factory.SubFactory(SolutionFactory)
    probability = 0.5
    feasibility = Match.Feasibility.FEASIBLE
    confidence = 0.5
    score = factory.LazyFunction(lambda: {"intercept": 0.0, "contributions": [], "reasons": [], "gaps": []})
    ranker = factory.SubFactory(RankerFactory)
    engine_version = factory.LazyFunction(engine_version)
    wish_seen_at = factory.LazyAttribute(lambda one: one.wish.updated_at)
    solution_seen_at = factory.LazyAttribute(lambda one: one.solution.updated_at)


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = Review

    match = factory.SubFactory(MatchFactory, review=True)
    expert = factory.SubFactory(UserFactory, expert=True)
    verdict = "approve"
    ground = "fits"
    reason = "It answers the need."
    probability_shown = 0.8
    rank_shown = 1


class JudgementFactory(DjangoModelFactory):
    class Meta:
        model = Judgement

    kind = "approve"
    ground = "fits"
    wish = factory.SubFactory(WishFactory, open=True)
    solution = factory.SubFactory(SolutionFactory, listed=True)
    person = factory.SubFactory(UserFactory, expert=True)
    place = 1
    probability = 0.8
    factors = {"meaning": 0.5}
    engine_version = factory.LazyFunction(engine_version)


class TermFactory(DjangoModelFactory):
    class Meta:
        model = Term

    key = factory.Sequence(lambda n: f"term_{n}")
    english = factory.Sequence(lambda n: [f"sky lantern {n}"])
    chinese = factory.Sequence(lambda n: [f"天燈{n}號"])
    names = factory.LazyAttribute(lambda one: searchable("\n".join([*one.english, *one.chinese])))
    content_hash = factory.LazyAttribute(
        lambda one: hash_of(Concept(one.key, tuple(one.english), tuple(one.chinese)))
    )


class ConflictFactory(DjangoModelFactory):
    class Meta:
        model = Conflict

    expert = factory.SubFactory(UserFactory, expert=True)
    organisation = factory.SubFactory(OrganisationFactory, vendor=True)
    reason = "I advised them."


class DuplicateFactory(DjangoModelFactory):
    """Two wishes, unless `solutions`; the first is made first."""

    class Meta:
        model = Duplicate

    earlier_wish = factory.SubFactory(WishFactory, open=True)
    later_wish = factory.SubFactory(WishFactory, open=True)
    likeness = 0.95
    engine_version = "test"

    class Params:
        solutions = factory.Trait(
            earlier_wish=None,
            later_wish=None,
            earlier_solution=factory.SubFactory(SolutionFactory, listed=True),
            later_solution=factory.SubFactory(SolutionFactory, listed=True),
        )
        decided = factory.Trait(
            status=Duplicate.Status.SAME,
            decided_at=factory.LazyFunction(timezone.now),
            decided_by=factory.SubFactory(UserFactory, office=True),
        )


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = Venue

    slug = factory.Sequence(lambda n: f"venue-{n}")
    organisation = factory.SubFactory(OrganisationFactory)
    name_en = factory.Sequence(lambda n: f"Venue {n}")
    name_zh = factory.Sequence(lambda n: f"場地{n}")


class BookingFactory(DjangoModelFactory):
    class Meta:
        model = Booking

    venue = factory.SubFactory(VenueFactory)
    trial = factory.SubFactory("tests.factories.TrialFactory", running=True)
    days = factory.Sequence(
        lambda n: DateRange(
            timezone.localdate() + timedelta(days=7 * n), timezone.localdate() + timedelta(days=7 * n + 5)
        )
    )
    made_by = factory.SubFactory(UserFactory, engineer=True)


class TrialFactory(DjangoModelFactory):
    class Meta:
        model = Trial

    match = factory.SubFactory(MatchFactory, approved=True)
    engineer = factory.SubFactory(UserFactory, engineer=True)
    venue = factory.SubFactory(VenueFactory)
    starts_on = factory.LazyFunction(timezone.localdate)
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=60))
    created_by = factory.SubFactory(UserFactory, engineer=True)

    class Params:
        locked = factory.Trait(
            status=Trial.Status.LOCKED,
            reference=factory.LazyFunction(lambda: next_reference("T")),
            plan_locked_at=factory.LazyFunction(timezone.now),
            plan_hash="0" * 64,
        )
        running = factory.Trait(locked=True, status=Trial.Status.RUNNING)


class ClaimFactory(DjangoModelFactory):
    class Meta:
        model = Claim

    trial = factory.SubFactory(TrialFactory)
    statement_en = "Energy falls by at least 15 %."
    metric = factory.Sequence(lambda n: f"energy-{n}")
    unit = "kWh/day"
    direction = Claim.Direction.DECREASE
    target = 15
    method = Claim.Method.BEFORE_AFTER


class MeasurementFactory(DjangoModelFactory):
    class Meta:
        model = Measurement

    trial = factory.SubFactory(TrialFactory, running=True)
    metric = "energy"
    at = factory.Sequence(lambda n: timezone.now() - timedelta(hours=n))
    phase = "trial"
    value = 10.0


class SensorFactory(DjangoModelFactory):
    class Meta:
        model = Sensor

    trial = factory.SubFactory(TrialFactory, running=True)
    name = factory.Sequence(lambda n: f"sensor-{n}")
    dev_eui = factory.Sequence(lambda n: f"{n:016x}")
    fields = factory.LazyFunction(lambda: {"energy": {"metric": "energy", "factor": 1}})


class SensorTokenFactory(DjangoModelFactory):
    class Meta:
        model = SensorToken

    trial = factory.SubFactory(TrialFactory, running=True)
    key_hash = factory.Sequence(lambda n: f"{n:064x}")
    hint = "ipt_abcd"
    made_by = factory.SubFactory(UserFactory, engineer=True)
    ends_on = factory.LazyAttribute(lambda one: SensorToken.last_day(one.trial))


class RollupFactory(DjangoModelFactory):
    class Meta:
        model = Rollup

    trial = factory.SubFactory(TrialFactory, running=True)
    grain = "h"
    metric = "energy"
    sensor = "manual"
    phase = "trial"
    begins = factory.Sequence(lambda n: timezone.now() - timedelta(hours=n))
    count = 1
    total = low = high = 10.0


class JudgingFactory(DjangoModelFactory):
    class Meta:
        model = Judging

    trial = factory.SubFactory(TrialFactory, running=True)


class UploadFactory(DjangoModelFactory):
    class Meta:
        model = Upload

    trial = factory.SubFactory(TrialFactory, running=True)
    file = factory.django.FileField(filename="energy.csv", data=b"at,value\n2026-03-01 14:00,1\n")
    filename = "energy.csv"
    made_by = factory.SubFactory(UserFactory, engineer=True)


class ReportTermFactory(DjangoModelFactory):
    class Meta:
        model = ReportTerm

    code = ReportTerm.Code.COMMENT
    days = 5


class ReportDueFactory(DjangoModelFactory):
    class Meta:
        model = ReportDue

    trial = factory.SubFactory(TrialFactory, running=True)
    kind = ReportDue.Kind.INTERIM
    number = factory.Sequence(lambda n: n + 1)
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    set_on = factory.LazyFunction(timezone.localdate)


class SurveyFactory(DjangoModelFactory):
    class Meta:
        model = Survey

    trial = factory.SubFactory(TrialFactory, running=True)
    code = factory.Sequence(lambda n: f"QR{n:04d}")
    last_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    made_by = factory.SubFactory(UserFactory, engineer=True)

    class Params:
        open = factory.Trait(opened_at=factory.LazyFunction(timezone.now))
        by_codes = factory.Trait(counting=Survey.Counting.CODES)


class SurveyQuestionFactory(DjangoModelFactory):
    class Meta:
        model = SurveyQuestion

    survey = factory.SubFactory(SurveyFactory, open=True)
    position = factory.Sequence(lambda n: n % 1000)
    kind = SurveyQuestion.Kind.SCALE
    text_en = "How content are you with it?"
    text_zh = "您對它有多滿意？"


class SurveyCodeFactory(DjangoModelFactory):
    class Meta:
        model = SurveyCode

    survey = factory.SubFactory(SurveyFactory, open=True, by_codes=True)
    key_hash = factory.Sequence(lambda n: f"{n:064x}")


class SurveyAnswerFactory(DjangoModelFactory):
    class Meta:
        model = SurveyAnswer

    survey = factory.SubFactory(SurveyFactory, open=True)
    ticket_hash = factory.Sequence(lambda n: f"{n:064x}")
    on = factory.LazyFunction(timezone.localdate)


class VoiceFactory(DjangoModelFactory):
    class Meta:
        model = Voice

    question = factory.SubFactory(SurveyQuestionFactory, kind="text")
    text = "It is quieter than before."
    on = factory.LazyFunction(timezone.localdate)


class LogEntryFactory(DjangoModelFactory):
    class Meta:
        model = LogEntry

    trial = factory.SubFactory(TrialFactory, running=True)
    kind = LogEntry.Kind.NOTE
    on = factory.LazyFunction(timezone.localdate)
    text_en = "Sensors checked."
    written_by = factory.SubFactory(UserFactory, engineer=True)


class MilestoneFactory(DjangoModelFactory):
    class Meta:
        model = Milestone

    trial = factory.SubFactory(TrialFactory, running=True)
    title_en = factory.Sequence(lambda n: f"Milestone {n}")
    due_on = factory.LazyFunction(timezone.localdate)


class RiskFactory(DjangoModelFactory):
    class Meta:
        model = Risk

    trial = factory.SubFactory(TrialFactory, running=True)
    title_en = factory.Sequence(lambda n: f"Risk {n}")
    owner = factory.SelfAttribute("trial.engineer")


class IncidentFactory(DjangoModelFactory):
    class Meta:
        model = Incident

    trial = factory.SubFactory(TrialFactory, running=True)
    entry = factory.SubFactory(
        LogEntryFactory, trial=factory.SelfAttribute("..trial"), kind="incident", severity="medium"
    )


class ChangeRequestFactory(DjangoModelFactory):
    class Meta:
        model = ChangeRequest

    trial = factory.SubFactory(TrialFactory, running=True)
    what_en = factory.Sequence(lambda n: f"Change {n}")
    why_en = "The meter was exchanged."
    proposed_by = factory.SelfAttribute("trial.engineer")


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    trial = factory.SubFactory(TrialFactory, running=True)
    on = factory.LazyFunction(timezone.localdate)
    present = "Chan Tai-man, department"
    decisions_en = "It goes on."
    written_by = factory.SelfAttribute("trial.engineer")


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    meeting = factory.SubFactory(MeetingFactory)
    what = factory.Sequence(lambda n: f"Action {n}")
    owner = factory.SelfAttribute("meeting.trial.engineer")
    due_on = factory.LazyFunction(timezone.localdate)


class BudgetLineFactory(DjangoModelFactory):
    class Meta:
        model = BudgetLine

    trial = factory.SubFactory(TrialFactory, running=True)
    year = 2026
    label_en = factory.Sequence(lambda n: f"Line {n}")
    planned = 1000


class PaperFactory(DjangoModelFactory):
    class Meta:
        model = Paper

    trial = factory.SubFactory(TrialFactory, running=True)
    item = "permits"
    document = factory.SubFactory(
        "tests.factories.DocumentFactory",
        noun="trials.trial",
        object_id=factory.SelfAttribute("..trial.pk"),
    )


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    trial = factory.SubFactory(TrialFactory, locked=True, status=Trial.Status.REPORTING)
    verdict = Report.Verdict.MET
    summary_en = "It did what it promised."
    created_by = factory.SubFactory(UserFactory, engineer=True)

    class Params:
        published = factory.Trait(
            status=Report.Status.PUBLISHED,
            reference=factory.LazyFunction(lambda: next_reference("R")),
            published_at=factory.LazyFunction(timezone.now),
            verifier=factory.SubFactory(UserFactory, verifier=True),
            envelope={"payload": {}},
            payload_hash=factory.Sequence(lambda n: f"{n + 1:064x}"),
            previous_hash=factory.Sequence(lambda n: f"{n:064x}"),
        )


class ConfirmationFactory(DjangoModelFactory):
    class Meta:
        model = Confirmation

    solution = factory.SubFactory(SolutionFactory, listed=True)
    organisation = factory.SubFactory(OrganisationFactory)
    in_use_since = factory.LazyFunction(timezone.localdate)
    sites = 3
    scope_en = "Chillers of three office buildings."
    statement_en = "It finds faults before the tenants do."
    created_by = factory.SubFactory(UserFactory)

    class Params:
        confirmed = factory.Trait(
            status=Confirmation.Status.CONFIRMED,
            confirmed_by=factory.SubFactory(UserFactory),
            confirmed_at=factory.LazyFunction(timezone.now),
        )
        ended = factory.Trait(
            confirmed=True,
            status=Confirmation.Status.ENDED,
            ended_at=factory.LazyFunction(timezone.now),
            ended_for="The building was sold.",
        )


class BenefitFactory(DjangoModelFactory):
    class Meta:
        model = Benefit

    trial = factory.SubFactory(TrialFactory, locked=True)
    outlay = 8_000
    basis_en = "The vendor's price list."
    entered_by = factory.SubFactory(UserFactory, engineer=True)


class AmendmentFactory(DjangoModelFactory):
    class Meta:
        model = Amendment

    report = factory.SubFactory(ReportFactory, published=True)
    trial = factory.SelfAttribute("report.trial")
    number = factory.Sequence(lambda n: n + 1)
    kind = Amendment.Kind.MONEY
    amount = 90_000
    reason_en = "An invoice came late."
    proposed_by = factory.SelfAttribute("trial.engineer")


class ErratumFactory(DjangoModelFactory):
    class Meta:
        model = Erratum

    report = factory.SubFactory(ReportFactory, published=True)
    text_en = "A figure was rounded."
    written_by = factory.SubFactory(UserFactory, verifier=True)


class FollowFactory(DjangoModelFactory):
    class Meta:
        model = Follow

    user = factory.SubFactory(UserFactory)
    topic = factory.SubFactory(TopicFactory)


class NotificationFactory(DjangoModelFactory):
    class Meta:
        model = Notification

    entry_id = factory.Sequence(lambda n: n + 1)
    recipient = factory.SubFactory(UserFactory)
    channel = Notification.Channel.INBOX
    template = "wishes/mail/published"
    url = "/en/wishes/"
    why = "topic"


class DigestFactory(DjangoModelFactory):
    class Meta:
        model = Digest

    recipient = factory.SubFactory(UserFactory)
    due_at = factory.LazyFunction(timezone.now)


class FanoutFactory(DjangoModelFactory):
    class Meta:
        model = Fanout

    entry_id = factory.Sequence(lambda n: n + 1)
    said = factory.LazyFunction(dict)
    people = factory.LazyFunction(list)


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    notification = factory.SubFactory(NotificationFactory)
    accepted = True


class WordingFactory(DjangoModelFactory):
    class Meta:
        model = Wording

    template = "wishes/mail/publish"
    language = "en"
    texts = factory.LazyFunction(dict)

    class Params:
        used = factory.Trait(used_at=factory.LazyFunction(timezone.now))


class SuppressionFactory(DjangoModelFactory):
    class Meta:
        model = Suppression

    address = factory.Sequence(lambda n: f"gone{n}@example.org")
    why = "bounce"


class BounceFactory(DjangoModelFactory):
    class Meta:
        model = Bounce

    address = factory.Sequence(lambda n: f"gone{n}@example.org")
    kind = "hard"
    fingerprint = factory.Sequence(lambda n: f"{n:064}")


class WebhookFactory(DjangoModelFactory):
    class Meta:
        model = Webhook

    organisation = factory.SubFactory(OrganisationFactory)
    url = "https://hooks.example.org/portal"
    events = factory.LazyFunction(lambda: ["wish.published"])
    sealed = factory.LazyFunction(lambda: signing.seal(signing.new_secret()))

    class Params:
        stopped = factory.Trait(stopped_at=factory.LazyFunction(timezone.now), stopped_for="hand")


class WebhookMessageFactory(DjangoModelFactory):
    class Meta:
        model = WebhookMessage

    webhook = factory.SubFactory(WebhookFactory)
    entry_id = factory.Sequence(lambda n: n + 1)
    event = "wish.published"
    body = '{"type":"wish.published"}'


class WebhookAttemptFactory(DjangoModelFactory):
    class Meta:
        model = WebhookAttempt

    message = factory.SubFactory(WebhookMessageFactory)
    milliseconds = 12
    status = 500


class ReminderFactory(DjangoModelFactory):
    class Meta:
        model = Reminder

    noun = "wishes.wish"
    object_id = factory.Sequence(lambda n: n + 1)
    kind = "expiry"
    due_on = factory.LazyFunction(timezone.localdate)
    days_before = 7


class PreferenceFactory(DjangoModelFactory):
    class Meta:
        model = Preference

    user = factory.SubFactory(UserFactory)


class DocumentFactory(DjangoModelFactory):
    class Meta:
        model = Document
        skip_postgeneration_save = True

    noun = "solutions.solution"
    object_id = factory.LazyFunction(lambda: SolutionFactory(listed=True).pk)
    organisation = factory.SubFactory(OrganisationFactory, vendor=True)
    title = "Data sheet"
    filename = "sheet.txt"
    content_type = "text/plain"
    size = 5
    sha256 = factory.LazyFunction(lambda: hashlib.sha256(b"sheet").hexdigest())
    file = factory.LazyFunction(lambda: ContentFile(b"sheet", "sheet.txt"))

    class Params:
        public = factory.Trait(
            is_confidential=False,
            scan=Document.Scan.CLEAN,
            due_at=None,
            made=factory.RelatedFactory("tests.factories.RenditionFactory", "document"),
        )
        infected = factory.Trait(
            scan=Document.Scan.REFUSED, found="Eicar-Test-Signature", due_at=None, attempts=1
        )


class RenditionFactory(DjangoModelFactory):
    class Meta:
        model = Rendition

    document = factory.SubFactory(DocumentFactory, is_confidential=False, scan=Document.Scan.CLEAN)
    copy = factory.LazyFunction(lambda: ContentFile(b"sheet", "copy"))
    size = 5
    sha256 = factory.LazyFunction(lambda: hashlib.sha256(b"sheet").hexdigest())
    words = "sheet"
    excerpt = "sheet"


class VisitFactory(DjangoModelFactory):
    class Meta:
        model = Visit

    user = factory.SubFactory(UserFactory)


class BulkActionFactory(DjangoModelFactory):
    class Meta:
        model = BulkAction

    reference = factory.LazyFunction(lambda: next_reference("B"))
    token = factory.Sequence(lambda n: f"{n:064}")
    by = factory.SubFactory(UserFactory, office=True)
    noun = "wishes.wish"
    verb = "publish"


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = SavedView

    owner = factory.SubFactory(UserFactory)
    list = "wishes:list"
    query = "status=expired"
    name = factory.Sequence(lambda n: f"View {n}")


class AnnouncementFactory(DjangoModelFactory):
    class Meta:
        model = Announcement

    subject_en = "A call for cooler buildings"
    subject_zh = "徵集清涼建築方案"
    text_en = "The call opens on Monday.\n\nCome and see."
    text_zh = "下星期一開始徵集。\n\n歡迎查閱。"
    segment = factory.LazyFunction(dict)


class OpeningFactory(DjangoModelFactory):
    class Meta:
        model = Opening

    user = factory.SubFactory(UserFactory)
    message_id = factory.LazyFunction(uuid.uuid4)
    templates = ("wishes/mail/publish",)


class TallyFactory(DjangoModelFactory):
    class Meta:
        model = Tally

    what = "clicked"
    template = "wishes/mail/publish"
    entry_id = factory.Sequence(lambda n: n + 1)
    on = factory.LazyFunction(timezone.localdate)
    count = 1


class BegunFactory(DjangoModelFactory):
    class Meta:
        model = Begun

    noun = "solutions.solution"
    object_id = factory.Sequence(lambda n: n + 1)
    template = "wishes/mail/publish"
    entry_id = 1
