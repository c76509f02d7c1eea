"""How a trial is steered: who is told, who decides, and what the record keeps."""

import io
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone
from PIL import Image

from accounts.models import Membership
from documents.models import Document
from innoportal.schedules import SCHEDULES
from journal.clock import State, clock_of
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from notifications.models import Notification
from tests.factories import BudgetLineFactory, MembershipFactory, MilestoneFactory, UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import services, steering
from trials.models import ChangeRequest, Incident, LogEntry, Trial
from trials.proof.canonical import digest

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)


@pytest.fixture
def sides():
    """A running trial, and an approver of each side."""
    return sides_of(stories.running())


def sides_of(trial: Trial) -> SimpleNamespace:
    approver = Membership.Role.APPROVER
    wish, solution = trial.match.wish, trial.match.solution
    department = MembershipFactory(organisation=wish.organisation, role=approver).user
    vendor = MembershipFactory(organisation=solution.organisation, role=approver).user
    return SimpleNamespace(trial=trial, engineer=trial.engineer, department=department, vendor=vendor)


def told(user) -> list[str]:
    rows = Notification.objects.inbox(user).order_by("template").values_list("template", flat=True)
    return [template.rpartition("/")[2] for template in rows.distinct()]


def incident(at: SimpleNamespace, severity: str, text: str = "Smoke.") -> Incident:
    today = timezone.localdate()
    entry = services.log(at.trial, by=at.engineer, kind="incident", severity=severity, on=today, text_en=text)
    return Incident.objects.for_rows().get(entry=entry)


# The start


def test_a_trial_starts_only_when_both_sides_have_signed_its_plan():
    at = sides_of(stories.locked())
    services.sign(at.trial, by=at.vendor)
    with pytest.raises(ValidationError) as error:
        services.start(at.trial, by=at.engineer)
    assert error.value.messages == ["The department has not signed the plan."]
    services.sign(at.trial, by=at.department)
    services.start(at.trial, by=at.engineer)
    assert at.trial.status == Trial.Status.RUNNING


def test_what_is_missing_before_the_start_is_named_all_at_once():
    trial = stories.locked()
    services.tick(trial, "privacy", by=trial.engineer, done=False)
    assert services.not_ready(trial) == [
        "The department has not signed the plan.",
        "The vendor has not signed the plan.",
        "The checklist is not complete.",
    ]


# Milestones


def test_what_is_done_is_the_share_of_the_weights():
    trial = stories.locked()
    reached = MilestoneFactory(trial=trial, weight=3, due_on=TODAY)
    late = MilestoneFactory(trial=trial, weight=2, due_on=TODAY + timedelta(days=1))
    coming = MilestoneFactory(trial=trial, weight=2, due_on=TODAY + timedelta(days=9))
    services.reach(reached, by=trial.engineer)
    found = steering.progress(steering.milestones(trial), on=TODAY + timedelta(days=2))
    assert (found.percent, found.reached, found.count) == (42, 1, 3)
    assert (found.next, found.late) == (late, (late,))
    for one in (late, coming):
        services.reach(one, by=trial.engineer)
    assert steering.progress(steering.milestones(trial)).percent == 100


def test_a_trial_without_milestones_is_not_done():
    assert steering.progress([]).percent == 0


def test_a_milestone_is_reached_once_and_not_in_the_future():
    trial = stories.running()
    one = services.add_milestone(trial, by=trial.engineer, title_en="Fitted", due_on=timezone.localdate())
    with pytest.raises(ValidationError):
        services.reach(one, by=trial.engineer, on=timezone.localdate() + timedelta(days=1))
    services.reach(one, by=trial.engineer)
    with pytest.raises(IllegalTransition):
        services.reach(one, by=trial.engineer)
    with pytest.raises(IllegalTransition):
        services.change_milestone(one, by=trial.engineer, title_en="Another")
    services.unreach(one, by=trial.engineer)
    entry = services.change_milestone(one, by=trial.engineer, title_en="Another")
    assert entry.details == {"milestone": one.pk, "before": {"title_en": "Fitted"}}


def test_a_trial_that_is_over_is_steered_no_more(sides):
    trial, today = sides.trial, timezone.localdate()
    one = MilestoneFactory(trial=trial)
    risk = services.add_risk(trial, by=sides.engineer, title_en="Rain", owner=sides.vendor)
    asked = change(sides)
    services.stop(trial, by=sides.engineer, reason="Unsafe.")
    meeting = {"on": today, "present": "All", "decisions_en": "End it."}
    for late in (
        lambda: services.add_milestone(trial, by=sides.engineer, title_en="Fitted", due_on=today),
        lambda: services.reach(one, by=sides.engineer),
        lambda: services.assess(risk, by=sides.engineer, likelihood=4),
        lambda: services.minute(trial, by=sides.engineer, **meeting),
        lambda: services.agree(asked, by=sides.vendor),
        lambda: change(sides),
    ):
        with pytest.raises(IllegalTransition):
            late()


# Risks


def test_a_risk_tells_its_owner_and_keeps_how_it_stood(sides):
    risk = services.add_risk(
        sides.trial, by=sides.engineer, title_en="Rain", likelihood=2, impact=5, owner=sides.vendor
    )
    assert ((risk.score, risk.level), told(sides.vendor)) == ((10, "medium"), ["risk_owned"])
    entry = services.assess(risk, by=sides.vendor, likelihood=5)
    assert entry.details["before"] == {"likelihood": 2}
    risk.refresh_from_db()
    assert (risk.score, risk.level) == (25, "high")
    assert Entry.objects.about(risk).count() == 2


def test_a_risk_is_owned_by_somebody_who_takes_part(sides):
    gone = MembershipFactory(organisation=sides.trial.match.wish.organisation, user__is_active=False).user
    risk = services.add_risk(sides.trial, by=sides.engineer, title_en="Rain", owner=sides.engineer)
    for owner in (UserFactory(), gone):
        with pytest.raises(ValidationError) as error:
            services.add_risk(sides.trial, by=sides.engineer, title_en="Heat", owner=owner)
        assert list(error.value.message_dict) == ["owner"]
        with pytest.raises(ValidationError):
            services.assess(risk, by=sides.engineer, owner=owner)


def test_whoever_is_given_a_risk_later_is_told_and_who_has_it_is_not_told_again(sides):
    risk = services.add_risk(sides.trial, by=sides.engineer, title_en="Rain", owner=sides.department)
    services.assess(risk, by=sides.engineer, owner=sides.vendor)
    services.assess(risk, by=sides.engineer, impact=4)
    rows = Notification.objects.filter(template="trials/mail/risk_owned", channel="inbox").order_by("pk")
    assert [row.recipient for row in rows] == [sides.department, sides.vendor]


def test_a_risk_lies_on_the_grid(sides):
    with pytest.raises(ValidationError):
        services.add_risk(sides.trial, by=sides.engineer, title_en="Rain", likelihood=6, owner=sides.vendor)


# Incidents


def test_a_low_incident_waits_for_nobody(sides):
    one = incident(sides, "low")
    assert (one.status, told(sides.department), clock_of(one)) == ("logged", [], [])
    with pytest.raises(IllegalTransition):
        services.acknowledge(one, by=sides.department)
    services.close_incident(one, by=sides.engineer, reason="It was steam.")
    assert told(sides.department) == []
    with pytest.raises(IllegalTransition):
        services.close_incident(one, by=sides.engineer, reason="Again.")


@pytest.mark.parametrize(("severity", "days"), [("medium", 3), ("high", 1)])
def test_an_incident_is_told_to_both_sides_and_the_office_and_has_a_clock(sides, severity, days):
    office = UserFactory(office=True)
    one = incident(sides, severity)
    for person in (office, sides.department, sides.vendor):
        assert "incident" in told(person)
    [due] = clock_of(one)
    assert (one.status, due.pledge.working_days, due.state) == ("raised", days, State.RUNNING)
    services.acknowledge(one, by=sides.vendor)
    [due] = clock_of(one)
    assert due.state == State.KEPT


def test_what_nobody_acknowledges_is_brought_before_the_office(sides):
    office = UserFactory(office=True)
    one = incident(sides, "high")
    with time_machine.travel(timezone.now() + timedelta(days=9), tick=False):
        next(one for one in SCHEDULES if one.kind == "pledge").run()
        assert [due.state for due in clock_of(one)] == [State.BROKEN]
    assert "pledge_broken" in told(office)
    assert "pledge_broken" in told(sides.department)


def test_a_severe_incident_pauses_the_trial_where_the_plan_says_so():
    at = sides_of(stories.running(severe=Trial.OnSevere.PAUSE))
    one = incident(at, "high")
    at.trial.refresh_from_db()
    assert (at.trial.status, one.wants_pause) == (Trial.Status.PAUSED, False)
    assert "paused" in told(at.department)
    assert Entry.objects.about(at.trial).get(verb="pause").reason == "Severe incident: Smoke."
    again = incident(at, "high", "Fire.")  # it is paused already: told, and nothing to pause
    assert (again.status, again.wants_pause) == ("raised", False)
    assert Entry.objects.about(at.trial).filter(verb="pause").count() == 1


def test_a_severe_incident_asks_for_a_pause_where_the_plan_says_that(sides):
    one = incident(sides, "high")
    sides.trial.refresh_from_db()
    assert (sides.trial.status, one.wants_pause) == (Trial.Status.RUNNING, True)
    assert "pause_wanted" in told(sides.department)
    assert "pause_wanted" in told(sides.vendor)


def test_the_rule_for_severe_incidents_is_part_of_what_is_signed():
    documents = [services.plan_document(stories.planned(severe=rule)) for rule in (Trial.OnSevere.PAUSE, "")]
    assert [document.get("severe_incident") for document in documents] == ["pause", None]
    same = documents[0] | {name: documents[1][name] for name in ("wish", "solution", "venue")}
    assert digest(same) != digest(documents[1])


def test_who_logged_an_incident_does_not_acknowledge_it(sides):
    one = incident(sides, "medium")
    with pytest.raises(IllegalTransition):
        services.acknowledge(one, by=sides.engineer)
    services.acknowledge(one, by=sides.department)
    services.acknowledge(one, by=sides.vendor)
    with pytest.raises(IllegalTransition):
        services.acknowledge(one, by=sides.vendor)
    verbs = Entry.objects.about(one).filter(verb="acknowledge").order_by("pk")
    assert list(verbs.values_list("actor_id", flat=True)) == [sides.department.pk, sides.vendor.pk]


def test_an_incident_is_closed_after_it_was_acknowledged_and_with_a_word(sides):
    one = incident(sides, "medium")
    with pytest.raises(IllegalTransition):
        services.close_incident(one, by=sides.engineer, reason="Mended.")
    services.acknowledge(one, by=sides.department)
    with pytest.raises(ReasonRequired):
        services.close_incident(one, by=sides.engineer, reason=" ")
    services.close_incident(one, by=sides.engineer, reason="Mended.")
    assert "incident_closed" in told(sides.vendor)


# Changes


def change(at: SimpleNamespace, **fields) -> ChangeRequest:
    given = {"what_en": "A second meter.", "why_en": "The first drifts.", **fields}
    return services.propose(at.trial, by=at.engineer, **given)


def test_a_change_that_both_sides_want_and_that_touches_the_plan_is_a_deviation(sides):
    one = change(sides, touches=["method"], days=3, money=Decimal("1200"))
    assert "change_proposed" in told(sides.vendor)
    services.agree(one, by=sides.vendor)
    assert not sides.trial.log.exists()
    services.agree(one, by=sides.department)
    one.refresh_from_db()
    entry = sides.trial.log.get()
    assert (one.status, one.deviation, entry.kind) == ("accepted", entry, LogEntry.Kind.DEVIATION)
    assert entry.text_en.split("\n\n") == [
        "A second meter.",
        "Days: +3",
        "Money (HK$): +1,200.00",
        "Parts of the plan: Method of measuring",
    ]
    assert entry.reason_en == "The first drifts."
    assert "change_accepted" in told(sides.vendor)  # the department's word was the last: it knows


def test_the_report_prints_the_deviation_of_an_accepted_change(sides):
    one = change(sides, touches=["method"])
    services.agree(one, by=sides.vendor)
    services.agree(one, by=sides.department)
    stories.measure(sides.trial)
    services.finish(sides.trial, by=sides.engineer)
    report = services.draft_report(sides.trial, by=sides.engineer)
    services.update_report(report, by=sides.engineer, summary_en="Well.", limits_en="One room.")
    services.hand_to_vendor(report, by=sides.engineer)
    services.comment(report, by=sides.vendor, text="Yes.")
    stories.sign(report)
    assert "A second meter." in str(report.envelope["payload"])


def test_a_change_beside_the_plan_is_no_deviation(sides):
    one = change(sides)
    services.agree(one, by=sides.vendor)
    services.agree(one, by=sides.department)
    one.refresh_from_db()
    assert (one.status, one.deviation, sides.trial.log.exists()) == ("accepted", None, False)


def test_one_side_agrees_once_and_one_no_is_enough(sides):
    one = change(sides)
    services.agree(one, by=sides.vendor)
    with pytest.raises(IllegalTransition):
        services.agree(one, by=sides.vendor)
    with pytest.raises(ReasonRequired):
        services.decline_change(one, by=sides.department, reason="")
    services.decline_change(one, by=sides.department, reason="Too dear.")
    with pytest.raises(IllegalTransition):
        services.agree(one, by=sides.department)
    assert "change_declined" in told(sides.vendor)


def test_before_its_plan_is_locked_a_trial_needs_no_change_requests():
    at = sides_of(stories.planned())
    with pytest.raises(IllegalTransition):
        change(at)


def test_the_database_keeps_a_change_of_the_plan_from_being_accepted_without_its_deviation(sides):
    one = change(sides, touches=["method"])
    rows = ChangeRequest.objects.filter(pk=one.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**{"status": "accepted"})


def test_of_both_sides_agreeing_at_once_one_deviation_is_made(committed):
    at = sides_of(stories.running())
    one = change(at, touches=["method"])
    found = at_once(
        *(lambda person=person: services.agree(one, by=person) for person in (at.vendor, at.department) * 2)
    )
    assert sum(isinstance(outcome, Entry) for outcome in found) == 2
    one.refresh_from_db()
    assert (one.status, at.trial.log.count()) == ("accepted", 1)


def test_who_asked_for_a_change_can_take_it_back_until_it_is_decided(sides):
    member = MembershipFactory(organisation=sides.trial.match.solution.organisation).user
    one = change(sides)
    assert (told(member), told(sides.vendor)) == ([], ["change_proposed"])  # who decides is asked
    services.withdraw_change(one, by=sides.engineer)
    for late in (
        lambda: services.withdraw_change(one, by=sides.engineer),
        lambda: services.agree(one, by=sides.vendor),
        lambda: services.decline_change(one, by=sides.vendor, reason="Too dear."),
    ):
        with pytest.raises(IllegalTransition):
            late()


def test_the_administrator_decides_for_a_side_that_has_not_and_a_member_for_none(sides):
    one = change(sides)
    member = MembershipFactory(organisation=sides.trial.match.wish.organisation).user
    with pytest.raises(IllegalTransition):
        services.agree(one, by=member)
    services.agree(one, by=sides.department)
    entry = services.agree(one, by=UserFactory(is_superuser=True))
    one.refresh_from_db()
    assert (entry.details["side"], one.status) == ("vendor", "accepted")


# Meetings


def test_minutes_give_each_their_actions(sides):
    today = timezone.localdate()
    meeting = services.minute(
        sides.trial,
        by=sides.engineer,
        on=today,
        present="All",
        decisions_en="Go on.",
        actions=[{"what": "Order clamps", "owner": sides.vendor, "due_on": today}],
    )
    action = meeting.actions.get()
    assert told(sides.vendor) == ["actions"]
    assert list(steering.open_actions(sides.trial)) == [action]
    services.finish_action(action, by=sides.vendor)
    assert list(steering.open_actions(sides.trial)) == []
    with pytest.raises(IllegalTransition):
        services.finish_action(action, by=sides.vendor)


def test_minutes_with_a_stranger_among_the_owners_leave_nothing_behind(sides):
    today = timezone.localdate()
    given = {"what": "Order clamps", "owner": UserFactory(), "due_on": today}
    with pytest.raises(ValidationError), transaction.atomic():
        services.minute(
            sides.trial, by=sides.engineer, on=today, present="All", decisions_en="Go on.", actions=[given]
        )
    tomorrow = today + timedelta(days=1)
    with pytest.raises(ValidationError, match="future"), transaction.atomic():
        services.minute(sides.trial, by=sides.engineer, on=tomorrow, present="All", decisions_en="Go on.")
    assert not sides.trial.meetings.exists()


# Money


@pytest.mark.parametrize(
    ("day", "year", "said"),
    [
        (date(2026, 3, 31), 2025, "2025–26"),
        (date(2026, 4, 1), 2026, "2026–27"),
        (date(2099, 12, 31), 2099, "2099–00"),
    ],
)
def test_the_financial_year_begins_on_the_first_of_april(day, year, said):
    assert (steering.financial_year(day), steering.year_said(steering.financial_year(day))) == (year, said)


def test_money_is_summed_by_year_and_beside_the_plan():
    trial = stories.running()  # its plan says 120,000
    for year, planned, spent in ((2026, 100, 130), (2025, 50, 20), (2026, 30, 0)):
        BudgetLineFactory(trial=trial, year=year, planned=planned, spent=spent)
    found = steering.money(trial)
    assert [(year.said, year.sum.planned, year.sum.variance, year.sum.is_over) for year in found.years] == [
        ("2025–26", 50, 30, False),
        ("2026–27", 130, 0, False),
    ]
    assert (found.sum.planned, found.sum.spent, found.differs) == (180, 150, 180 - 120_000)


def test_what_is_spent_follows_the_lines():
    trial = stories.running()
    line = services.add_line(
        trial, by=trial.engineer, year=2026, label_en="Meters", planned=Decimal(900), spent=Decimal(250)
    )
    trial.refresh_from_db()
    assert trial.budget_spent == 250
    with pytest.raises(IllegalTransition):
        services.spend(trial, by=trial.engineer, budget_spent=Decimal(1))
    entry = services.change_line(line, by=trial.engineer, spent=Decimal(300))
    assert entry.details["before"] == {"spent": "250.00"}
    services.remove_line(line, by=trial.engineer)
    trial.refresh_from_db()
    assert trial.budget_spent is None


def test_of_a_closed_trial_no_money_changes():
    trial = stories.published().trial
    line = BudgetLineFactory(trial=trial)
    for late in (
        lambda: services.add_line(trial, by=trial.engineer, year=2026, label_en="Meters", planned=1, spent=0),
        lambda: services.change_line(line, by=trial.engineer, spent=Decimal(300)),
        lambda: services.remove_line(line, by=trial.engineer),
        lambda: services.spend(trial, by=trial.engineer, budget_spent=Decimal(1)),
    ):
        with pytest.raises(IllegalTransition, match="closed"):
            late()


def test_money_and_risks_are_public_only_where_the_department_lets_them(sides):
    BudgetLineFactory(trial=sides.trial)
    services.add_risk(sides.trial, by=sides.engineer, title_en="Rain", owner=sides.vendor)
    assert (steering.public_money(sides.trial), steering.public_risks(sides.trial)) == (None, None)
    services.show_to_all(sides.trial, by=sides.department, parts=["money", "risks"])
    assert steering.public_money(sides.trial).sum.planned == 1000
    over = {"title_en": "Heat", "owner": sides.vendor, "state": "over"}
    services.add_risk(sides.trial, by=sides.engineer, **over)  # what is over concerns nobody
    assert [risk.title_en for risk in steering.public_risks(sides.trial)] == ["Rain"]
    with pytest.raises(ValidationError):
        services.show_to_all(sides.trial, by=sides.department, parts=["names"])


# The log


def photograph() -> SimpleUploadedFile:
    """From a telephone, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0110] = "Phone of Mr Lee"
    exif[0x8825] = {1: "N", 2: (22.0, 18.0, 7.5)}
    file = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(file, "JPEG", exif=exif)
    return SimpleUploadedFile("IMG_0001.jpg", file.getvalue(), "image/jpeg")


def test_a_photograph_of_the_log_has_lost_its_place_before_it_is_kept(sides):
    taken = photograph()
    assert b"Phone of Mr Lee" in taken.read()
    entry = services.log(
        sides.trial,
        by=sides.engineer,
        kind="note",
        on=timezone.localdate(),
        text_en="Fitted.",
        photographs=[taken],
    )
    document = Document.objects.get(noun="trials.logentry", object_id=entry.pk)
    with document.file.open("rb") as file:
        kept = file.read()
    assert b"Phone of Mr Lee" not in kept
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}
    for person, sees in ((sides.vendor, True), (sides.department, True), (UserFactory(), False)):
        assert person.has_perm("documents.view_document", document) is sees


def test_an_entry_with_a_photograph_that_is_none_leaves_nothing_behind(sides):
    fake = SimpleUploadedFile("IMG_0002.jpg", b"MZ not a picture", "image/jpeg")
    with pytest.raises(ValidationError), transaction.atomic():
        services.log(
            sides.trial,
            by=sides.engineer,
            kind="note",
            on=timezone.localdate(),
            text_en="Fitted.",
            photographs=[fake],
        )
    assert not sides.trial.log.exists()


def test_an_entry_that_is_sent_twice_is_logged_once(sides):
    token = "6f1c2a34-8c4e-4a5c-9d0e-1b2c3d4e5f60"
    given = {"kind": "incident", "severity": "medium", "on": timezone.localdate(), "text_en": "Smoke."}
    first, second = (
        services.log(sides.trial, by=sides.engineer, sent_as=token, **given) for _time in range(2)
    )
    assert (first, sides.trial.log.count(), Incident.objects.count()) == (second, 1, 1)
