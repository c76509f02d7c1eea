from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import verifying
from innoportal import workspace
from innoportal.lib.work import Row, in_order
from journal import clock
from journal.models import Entry
from notifications.services import follow
from solutions import services as solution_services
from tests.factories import (
    CoAuthorFactory,
    ConfirmationFactory,
    DocumentFactory,
    EntryFactory,
    InvitationFactory,
    JoinRequestFactory,
    MatchFactory,
    MembershipFactory,
    NominationFactory,
    OrganisationFactory,
    QuestionFactory,
    ReportDueFactory,
    SolutionFactory,
    SuspectedPairFactory,
    UserFactory,
    VerificationFactory,
    VisitFactory,
    WishDraftFactory,
    WishFactory,
)
from tests.trials import stories
from trials import services as trial_services
from wishes import services as wish_services

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def context(client, user, **query):
    client.force_login(user)
    return client.get(reverse("workspace"), query).context


def tasks(client, user, which="mine"):
    return [(str(row.task), str(row.title)) for row in context(client, user)[which]]


@pytest.fixture
def department():
    return OrganisationFactory()


@pytest.fixture
def vendor():
    return OrganisationFactory(vendor=True)


def member_of(organisation, **traits):
    return MembershipFactory(organisation=organisation, **traits).user


def handed_in_wish(department, **fields):
    author = member_of(department)
    wish = WishFactory(organisation=department, created_by=author, **fields)
    wish_services.submit(wish, by=author)
    return wish


def test_rows_are_in_the_order_of_their_days_and_what_has_none_comes_last_by_age():
    now = timezone.now()
    rows = [
        Row("none, young", "", "", since=now),
        Row("none, old", "", "", since=now - timedelta(days=9)),
        Row("tomorrow", "", "", until=TODAY + timedelta(days=1)),
        Row("late", "", "", until=TODAY - timedelta(days=1)),
    ]
    assert [row.task for row in in_order(rows)] == ["late", "tomorrow", "none, old", "none, young"]
    assert [row.is_late for row in in_order(rows)] == [True, False, False, False]


def test_a_wish_waits_for_the_approver_then_for_the_office_and_its_author_waits_for_both(client, department):
    approver, office = member_of(department, approver=True), UserFactory(office=True)
    wish = handed_in_wish(department, title_en="Quiet doors")
    assert tasks(client, approver) == [("Endorse this wish, or send it back", "Quiet doors")]
    assert tasks(client, wish.created_by, "theirs") == [("The department", "Quiet doors")]
    assert tasks(client, office) == []
    wish_services.endorse(wish, by=approver)
    assert tasks(client, approver) == []
    assert tasks(client, office) == [("Screen this wish", "Quiet doors")]
    [row] = context(client, wish.created_by)["theirs"]
    assert (row.task, row.due.due_on) == ("The portal office", clock.add_working_days(clock.today(), 10))
    assert b"The portal office publishes it, or asks, by" in client.get(reverse("workspace")).content


def test_a_returned_wish_waits_for_its_department_and_the_office_waits_for_it(client, department):
    approver, office = member_of(department, approver=True), UserFactory(office=True)
    wish = handed_in_wish(department, title_en="Quiet doors")
    wish_services.endorse(wish, by=approver)
    wish_services.return_(wish, by=office, reason="Which doors?")
    assert tasks(client, wish.created_by) == [("Answer the questions and hand it in again", "Quiet doors")]
    [row] = context(client, office)["theirs"]
    assert (row.task, row.due.state, row.day) == ("The department", clock.State.PAUSED, None)


def test_a_solution_waits_for_the_office_and_its_vendor_waits(client, vendor):
    seller, office = member_of(vendor), UserFactory(office=True)
    solution = SolutionFactory(
        organisation=vendor, created_by=seller, title_en="Felt", summary_en="It damps."
    )
    assert tasks(client, seller) == [("Finish this solution and hand it in", "Felt")]
    solution_services.submit(solution, by=seller)
    assert tasks(client, office) == [("Confirm that you have this solution", "Felt")]
    assert (tasks(client, seller), tasks(client, seller, "theirs")) == ([], [("The portal office", "Felt")])
    solution_services.acknowledge(solution, by=office)
    assert tasks(client, office) == [("Screen this solution", "Felt")]
    solution_services.return_(solution, by=office, reason="How thick?")
    assert tasks(client, seller) == [("Answer the questions and hand in this solution again", "Felt")]
    assert tasks(client, office, "theirs") == [("The vendor", "Felt")]


def test_a_match_waits_for_experts_who_may_judge_it_and_for_nobody_who_stands_too_near(client):
    match = MatchFactory(review=True, solution__title_en="Felt")
    expert = UserFactory(expert=True)
    near = UserFactory(expert=True)
    MembershipFactory(user=near, organisation=match.solution.organisation)
    assert tasks(client, expert) == [("Judge whether this is worth a trial", "Felt")]
    assert tasks(client, near) == []
    assert tasks(client, UserFactory(office=True), "theirs") == [("The experts", "Felt")]


def test_suggestions_of_a_wish_are_one_thing_to_do(client, department):
    wish = WishFactory(open=True, organisation=department, title_en="Quiet doors")
    MatchFactory.create_batch(2, wish=wish, rank=1)
    assert tasks(client, member_of(department)) == [("Look at 2 suggested solutions", "Quiet doors")]


def test_a_trial_and_its_report_wait_for_one_after_the_other(client):
    trial = stories.planned()
    vendor = member_of(trial.match.solution.organisation)
    assert [task for task, _title in tasks(client, trial.engineer)] == ["Finish the plan and lock it"]
    assert [task for task, _title in tasks(client, vendor, "theirs")] == ["The trial engineer"]
    report = stories.drafted()
    vendor, verifier = member_of(report.trial.match.solution.organisation), UserFactory(verifier=True)
    assert "Write the report" in [task for task, _title in tasks(client, report.trial.engineer)]
    trial_services.hand_to_vendor(report, by=report.trial.engineer)
    assert [task for task, _title in tasks(client, vendor)] == ["Comment on the report"]
    assert [task for task, _title in tasks(client, verifier, "theirs")] == []
    trial_services.comment(report, by=vendor, text="Agreed.")
    assert [task for task, _title in tasks(client, verifier)] == ["Verify the report"]


def test_what_is_due_first_stands_first_and_what_is_late_is_marked(client, department):
    office = UserFactory(office=True)
    late, soon = (WishFactory(status="screening", endorsed_at=timezone.now(), title_en=name) for name in "ab")
    for wish, days in ((late, 60), (soon, 3)):
        EntryFactory(object_id=wish.pk, verb="endorse", at=timezone.now() - timedelta(days=days))
    SolutionFactory(status="submitted", title_en="c")
    found = context(client, office)
    assert [(str(row.title), row.is_late) for row in found["mine"]] == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]
    assert found["late"] == 1
    assert client.get(reverse("workspace")).content.count(b"ip-rows__late") == 1


def test_more_rows_than_fit_are_counted_and_shown_on_demand(client):
    office = UserFactory(office=True)
    WishFactory.create_batch(workspace.SHOWN + 1, status="screening", endorsed_at=timezone.now())
    found = context(client, office)
    assert (len(found["mine"]), found["mine_count"]) == (workspace.SHOWN, workspace.SHOWN + 1)
    assert len(context(client, office, show="all")["mine"]) == workspace.SHOWN + 1


ROLES = ("office", "expert", "engineer", "verifier", "auditor", "administrator")


@pytest.mark.parametrize("role", [*ROLES, "member", "approver", "vendor"])
def test_who_has_nothing_waiting_reads_what_one_could_do(client, department, vendor, role):
    people = {
        "member": lambda: member_of(department),
        "approver": lambda: member_of(department, approver=True),
        "vendor": lambda: member_of(vendor),
    }
    user = people[role]() if role in people else UserFactory(**{role: True})
    client.force_login(user)
    page = client.get(reverse("workspace"))
    offers = page.context["actions"]
    assert len(offers) >= 2
    assert all(f'href="{one["url"]}"' in page.content.decode() for one in offers)
    assert [client.get(one["url"]).status_code for one in offers] == [200] * len(offers)


def everything(user, department, vendor):
    """One row for each thing that can wait for this person, who is everywhere."""
    office = UserFactory(office=True)
    for status in ("endorsement", "screening", "returned"):
        endorsed = None if status == "endorsement" else timezone.now()
        wish = WishFactory(organisation=department, status=status, endorsed_at=endorsed)
        EntryFactory(object_id=wish.pk, verb="submit", actor_id=office.pk)
    QuestionFactory(wish=WishFactory(organisation=department, open=True))
    WishDraftFactory(organisation=department, author=user)
    for status in ("draft", "submitted", "screening", "returned"):
        SolutionFactory(organisation=vendor, status=status)
    MatchFactory(review=True)
    MatchFactory(wish=WishFactory(organisation=department, open=True), rank=1)
    MatchFactory(status="wanting", solution=SolutionFactory(organisation=vendor, listed=True))
    MatchFactory(approved=True)
    stories.planned(engineer=user)
    stories.drafted(engineer=user)
    ReportDueFactory(due_on=timezone.localdate() - timedelta(days=1))
    trial_services.hand_to_vendor(stories.drafted(), by=office)
    InvitationFactory(email=user.email)
    CoAuthorFactory(organisation=vendor)
    NominationFactory(here=True, vendor=vendor)
    ConfirmationFactory(organisation=department)
    VerificationFactory()
    VerificationFactory(organisation=vendor) if not vendor.verifications.exists() else None
    SuspectedPairFactory()
    JoinRequestFactory(organisation=department)
    for traits in ({"infected": True}, {"trouble": "scanner", "due_at": None}, {"trouble": "scanner"}):
        thing = SolutionFactory(organisation=vendor, listed=True)
        DocumentFactory(object_id=thing.pk, organisation=vendor, **traits)


@pytest.mark.parametrize("count", [1, 5])
def test_the_workspace_takes_as_many_queries_for_five_of_everything_as_for_one(
    client, department, vendor, django_assert_num_queries, count
):
    user = UserFactory(roles=["office", "expert", "engineer", "verifier"])
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    MembershipFactory(user=user, organisation=department, approver=True)
    MembershipFactory(user=user, organisation=vendor)
    for _ in range(count):
        everything(user, department, vendor)
    VisitFactory(user=user)
    client.force_login(user)
    with django_assert_num_queries(QUERIES):  # of who is everybody at once
        response = client.get(reverse("workspace"), {"show": "all"})
    assert response.context["mine_count"] >= 13 * count


QUERIES = 60


def test_a_verification_waits_for_the_office_and_the_vendor_waits_for_it(client, vendor):
    seller, office = member_of(vendor, approver=True), UserFactory(office=True)
    made = VerificationFactory(organisation=vendor)
    name = str(vendor.name)
    assert tasks(client, office) == [("Look whether this vendor is who it says", name)]
    assert tasks(client, seller, "theirs") == [("The portal office", name)]
    assert tasks(client, member_of(OrganisationFactory(vendor=True)), "theirs") == []
    verifying.decide(made, by=office, is_verified=True, checked=["br"])
    assert (tasks(client, office), tasks(client, seller, "theirs")) == ([], [])


def test_nobody_of_the_office_decides_on_their_own_organisation(client, vendor):
    office = UserFactory(office=True)
    MembershipFactory(user=office, organisation=vendor)
    VerificationFactory(organisation=vendor)
    assert (tasks(client, office), tasks(client, office, "theirs")) == (
        [],
        [("The portal office", str(vendor.name))],
    )


def test_who_asks_to_join_waits_for_the_approvers_and_organisations_that_may_be_one_for_the_office(client):
    asked, pair = JoinRequestFactory(), SuspectedPairFactory()
    approver, member = member_of(asked.organisation, approver=True), member_of(asked.organisation)
    assert tasks(client, approver) == [("Let this person in, or decline", asked.person.name)]
    assert (tasks(client, member), tasks(client, member, "theirs")) == ([], [])
    assert tasks(client, asked.person, "theirs") == [
        ("The approvers of the organisation", str(asked.organisation.name))
    ]
    assert tasks(client, UserFactory(office=True)) == [
        ("Say whether these two organisations are one", str(pair.first.name))
    ]


FILES = {
    "infected": ({"infected": True}, "A virus was found: delete this file, and attach a clean one", ""),
    "uncopied": (
        {"scan": "clean", "is_confidential": False, "trouble": "damaged", "due_at": None},
        "No copy could be made: delete this file, and attach it in another form",
        "",
    ),
    "given up": (
        {"scan": "pending", "trouble": "scanner", "due_at": None},
        "",
        "The virus scanner gave no answer: have this file scanned again",
    ),
    "delayed": (
        {"scan": "pending", "trouble": "scanner"}, "", "The virus scanner does not answer: see to it"
    ),
    "waiting": ({"scan": "pending"}, "", ""),
    "uncopied but confidential": (
        {"scan": "clean", "is_confidential": True, "trouble": "locked", "due_at": None}, "", ""
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_nobody_can_open_waits_for_whoever_can_do_something(client, vendor, case):
    traits, to_owner, to_office = FILES[case]
    seller, solution = member_of(vendor), SolutionFactory(organisation=vendor, listed=True)
    DocumentFactory(object_id=solution.pk, organisation=vendor, title="Plan", **traits)
    shown = context(client, seller)
    assert [row.task for row in shown["mine"] if row.title == "Plan"] == [to_owner] * bool(to_owner)
    assert [row.url for row in shown["mine"] if row.title == "Plan"] == [
        f"{solution.get_absolute_url()}#documents"
    ] * bool(to_owner)
    assert [row.task for row in shown["theirs"] if row.title == "Plan"] == (
        ["The portal office"] if case == "given up" else []
    )
    assert [row.task for row in context(client, UserFactory(office=True))["mine"]] == [to_office] * bool(
        to_office
    )
    stranger = member_of(OrganisationFactory(vendor=True))
    assert not [row for row in context(client, stranger)["mine"] if row.title == "Plan"]


def test_an_expert_asks_few_queries(client, django_assert_max_num_queries):
    expert = UserFactory(expert=True)
    MatchFactory.create_batch(3, review=True)
    client.force_login(expert)
    client.get(reverse("workspace"))
    with django_assert_max_num_queries(24):
        client.get(reverse("workspace"))


def test_news_are_what_others_did_to_what_is_mine_or_followed_and_only_as_far_as_i_may_read(
    client, department
):
    member, office = member_of(department), UserFactory(office=True)
    own = handed_in_wish(department, title_en="Own wish")
    followed, hidden = WishFactory(open=True, title_en="Followed"), WishFactory(title_en="Hidden")
    follow(member, followed)
    follow(member, hidden)
    for wish in (followed, hidden):
        wish_services.record(wish, "edit", by=wish.created_by)  # never public
    EntryFactory(object_id=followed.pk, verb="publish", actor_name="Officer Chan", reason="no matter")
    EntryFactory(object_id=own.pk, verb="edit", actor_id=member.pk)
    found = [(str(line["title"]), line["thing"].title_en) for line in context(client, member)["news"]]
    assert found == [("Published", "Followed"), ("Sent for endorsement", "Own wish")]
    assert "Officer Chan" not in client.get(reverse("workspace")).content.decode()
    assert context(client, office)["news"] == []


def test_news_end_with_the_last_visit(client, department):
    member = member_of(department)
    wish = handed_in_wish(department)
    assert len(context(client, member)["news"]) == 1
    VisitFactory._meta.model.objects.update(
        last_at=timezone.now() + timedelta(seconds=1), before_at=timezone.now()
    )
    assert context(client, member)["news"] == []
    assert Entry.objects.about(wish).exists()
