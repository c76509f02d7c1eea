"""By when reports are due, who is reminded, and the vendor's window; the clock is moved by hand."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from innoportal.schedules import remind_due
from journal.clock import add_working_days
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from notifications.mails import read
from notifications.models import Notification, Preference
from tests.factories import MembershipFactory, ReportDueFactory, ReportTermFactory, TrialFactory, UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import services, tasks
from trials.models import Report, ReportDue, Term, Trial
from trials.services.hearing import MAX_LATE
from trials.services.snapshot import heard
from trials.work import work

pytestmark = pytest.mark.django_db
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
FIRST = date(2027, 1, 4)  # a Monday


@pytest.fixture
def clock(time_machine):
    def to(day, hour=9):
        time_machine.move_to(datetime(day.year, day.month, day.day, hour, tzinfo=HONG_KONG), tick=False)

    to(FIRST)
    return to


@pytest.fixture
def trial(clock):
    """Of 200 days from 4 January 2027."""
    return stories.running(starts_on=FIRST, ends_on=FIRST + timedelta(days=200))


def days(trial):
    return {(due.kind, due.number): due.due_on for due in trial.dues.order_by("due_on")}


def mails(user):
    rows = Notification.objects.filter(recipient=user, channel="email", template__startswith="trials/mail/")
    return [row.template.rpartition("/")[2] for row in rows.order_by("pk")]


def last(trial):
    return FIRST + timedelta(days=200)


# The rule


def test_starting_a_trial_sets_the_days_of_its_reports(trial):
    assert days(trial) == {
        ("interim", 1): FIRST + timedelta(days=90),
        ("interim", 2): FIRST + timedelta(days=180),
        ("final", 1): add_working_days(last(trial), 60),
    }


def test_the_office_sets_the_rule_for_what_comes(clock):
    office = UserFactory(office=True)
    services.set_term(Term.Code.INTERIM, by=office, days=150)
    services.set_term(Term.Code.FINAL, by=office, days=20)
    assert services.set_term(Term.Code.FINAL, by=office, days=20) is None
    trial = stories.running(starts_on=FIRST, ends_on=FIRST + timedelta(days=200))
    assert days(trial) == {
        ("interim", 1): FIRST + timedelta(days=150),
        ("final", 1): add_working_days(last(trial), 20),
    }
    said = Entry.objects.filter(noun="trials.term").order_by("pk").values_list("details", flat=True)
    assert list(said) == [
        {"code": "interim", "from": 90, "to": 150},
        {"code": "final", "from": 60, "to": 20},
    ]
    services.set_term(Term.Code.FINAL, by=office, days=30)
    assert Term.objects.days()["final"] == 30
    for wrong in (0, 366):
        with pytest.raises(ValidationError):
            services.set_term(Term.Code.FINAL, by=office, days=wrong)


def test_a_trial_that_ends_early_owes_its_report_earlier_and_no_later_interim_one(trial, clock):
    end = FIRST + timedelta(days=100)
    clock(end)
    stories.measure(trial)
    services.finish(trial, by=trial.engineer)
    assert days(trial) == {
        ("interim", 1): FIRST + timedelta(days=90),
        ("final", 1): add_working_days(end, 60),
    }
    assert not trial.dues.owed().filter(kind="interim").exists()
    assert trial.dues.get(kind="final").set_on == end


def test_an_interim_report_that_is_in_stays_when_the_trial_ends_before_its_day(trial, clock):
    clock(FIRST + timedelta(days=80))
    services.hand_in_interim(trial.dues.get(kind="interim", number=1), by=trial.engineer, text_en="Done.")
    services.stop(trial, by=trial.engineer, reason="Unsafe.")
    assert set(days(trial)) == {("interim", 1), ("final", 1)}


def test_a_day_that_a_person_moved_is_left_alone_by_the_rule(trial, clock):
    final = trial.dues.get(kind="final")
    services.move_due(final, by=UserFactory(office=True), due_on=date(2028, 1, 3), reason="A long season.")
    clock(FIRST + timedelta(days=100))
    services.stop(trial, by=trial.engineer, reason="Unsafe.")
    assert days(trial)["final", 1] == date(2028, 1, 3)


def test_trials_from_before_the_rule_are_given_their_days_once(trial):
    ReportDue.objects.all().delete()
    before, never_locked = days(trial), stories.planned()
    services.stop(never_locked, by=never_locked.engineer, reason="No room.")
    assert (before, services.set_missing(), services.set_missing()) == ({}, 1, 0)
    assert ("final", 1) in days(trial)
    tasks.set_days_of_reports()


def test_two_who_set_the_days_at_once_set_each_once(committed, clock):
    trial = stories.running(starts_on=FIRST, ends_on=FIRST + timedelta(days=200))
    ReportDue.objects.all().delete()
    assert at_once(*[lambda: services.set_for(Trial.objects.get(pk=trial.pk))] * 2) == [None, None]
    assert len(days(trial)) == 3


def test_the_database_holds_one_day_for_each_report(trial):
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportDueFactory(trial=trial, kind="final", number=1)


# Moving a day


def test_a_day_is_moved_with_a_reason_that_the_journal_keeps_and_the_parties_read(trial):
    office = UserFactory(office=True)
    vendor = MembershipFactory(organisation=trial.match.solution.organisation).user
    due = trial.dues.get(kind="final")
    old = due.due_on
    with pytest.raises(ReasonRequired):
        services.move_due(due, by=office, due_on=old + timedelta(days=9), reason=" ")
    for wrong in (old, FIRST - timedelta(days=1)):
        with pytest.raises(ValidationError):
            services.move_due(due, by=office, due_on=wrong, reason="Because.")
    services.move_due(due, by=office, due_on=old + timedelta(days=9), reason="The meter was late.")
    entry = Entry.objects.about(trial).get(verb="move_report_day")
    assert (entry.reason, entry.actor_id) == ("The meter was late.", office.pk)
    new = str(old + timedelta(days=9))
    assert entry.details == {"kind": "final", "number": 1, "from": str(old), "to": new}
    assert mails(trial.engineer)[-1] == mails(vendor)[-1] == "report_day_moved"
    notice = Notification.objects.filter(recipient=vendor, template="trials/mail/report_day_moved").first()
    assert "The meter was late." in "\n".join(read(notice, "en").paragraphs)
    services.move_due(due, by=office, due_on=FIRST, reason="Today.")
    assert due.due_on == FIRST


def test_what_is_published_has_no_day_to_move(clock):
    report = stories.published()
    due = report.trial.dues.get(kind="final")
    with pytest.raises(IllegalTransition):
        services.move_due(due, by=UserFactory(office=True), due_on=date(2028, 1, 3), reason="Why not.")


# Reminders


def test_the_engineer_is_reminded_before_and_after_and_then_the_office_is_told(trial, clock):
    office = UserFactory(office=True)
    day = FIRST + timedelta(days=90)
    sent = {}
    for offset in range(-20, 40):
        clock(day + timedelta(days=offset))
        for _twice in range(2):
            if remind_due("trials.reportdue"):
                sent[offset] = mails(trial.engineer)[-1]
    assert sent == {
        -14: "report_due",
        -3: "report_due",
        1: "report_overdue",
        7: "report_overdue",
        14: "report_overdue",
    }
    assert mails(office) == ["report_escalated"]


def test_after_two_weeks_without_a_run_one_reminder_comes_the_latest(trial, clock):
    day = FIRST + timedelta(days=90)
    clock(day - timedelta(days=15))
    assert remind_due("trials.reportdue") == 0
    clock(day + timedelta(days=8))
    assert remind_due("trials.reportdue") == 1
    [notice] = Notification.objects.filter(template__contains="report_", channel="email")
    assert notice.template == "trials/mail/report_overdue"
    assert "8 days ago" in read(notice, "en").paragraphs[0]
    assert "至今已 8 天" in read(notice, "zh-hant").paragraphs[0]


def test_a_day_that_was_moved_is_reminded_of_anew(trial, clock):
    due = trial.dues.get(kind="interim", number=1)
    clock(due.due_on - timedelta(days=3))
    assert remind_due("trials.reportdue") == 1
    services.move_due(
        due, by=UserFactory(office=True), due_on=due.due_on + timedelta(days=30), reason="Rain."
    )
    assert remind_due("trials.reportdue") == 0
    clock(due.due_on - timedelta(days=14))
    assert remind_due("trials.reportdue") == 1
    near = due.due_on - timedelta(days=5)  # the step of two weeks before it was never to come
    services.move_due(due, by=UserFactory(office=True), due_on=near, reason="Sun.")
    assert remind_due("trials.reportdue") == 0


def test_nobody_is_reminded_of_an_interim_report_that_is_in(trial, clock):
    due = trial.dues.get(kind="interim", number=1)
    clock(due.due_on - timedelta(days=20))
    services.hand_in_interim(due, by=trial.engineer, text_en="All is well.")
    clock(due.due_on + timedelta(days=1))
    assert remind_due("trials.reportdue") == 0


def test_verifiers_hear_of_a_report_that_is_late_with_them_and_only_independent_ones(clock):
    report = stories.heard(starts_on=FIRST, ends_on=FIRST + timedelta(days=30))
    trial = report.trial
    free, of_vendor = UserFactory.create_batch(2, verifier=True)
    MembershipFactory(user=of_vendor, organisation=trial.match.solution.organisation)
    clock(trial.dues.get(kind="final").due_on + timedelta(days=1))
    remind_due("trials.reportdue")
    assert (mails(free), mails(of_vendor)) == (["report_overdue"], [])


def test_of_two_workers_at_the_same_moment_one_reminds(committed, clock):
    trial = stories.running(starts_on=FIRST, ends_on=FIRST + timedelta(days=200))
    clock(FIRST + timedelta(days=91))
    assert sorted(at_once(*[lambda: remind_due("trials.reportdue")] * 2)) == [0, 1]
    assert mails(trial.engineer).count("report_overdue") == 1


# Interim reports


def test_an_interim_report_keeps_the_figures_of_its_day_and_no_verdict(trial, clock):
    stories.measure(trial)
    due = trial.dues.get(kind="interim", number=1)
    with pytest.raises(ValidationError):
        services.hand_in_interim(due, by=trial.engineer, text_en=" ")
    with pytest.raises(IllegalTransition):  # the final report is written and signed, not handed in
        services.hand_in_interim(trial.dues.get(kind="final"), by=trial.engineer, text_en="Done.")
    services.hand_in_interim(due, by=trial.engineer, text_en="Half of it is done.")
    (row,) = due.figures["metrics"]
    assert (row["metric"], row["readings"]) == ("energy", 20)
    assert set(due.figures) == {"metrics", "incidents", "deviations"}
    with pytest.raises(IllegalTransition):
        services.hand_in_interim(due, by=trial.engineer, text_en="Again.")
    assert Entry.objects.about(trial).filter(verb="interim_report").count() == 1


def test_of_two_who_hand_in_at_once_one_does(committed, clock):
    trial = stories.running(starts_on=FIRST, ends_on=FIRST + timedelta(days=200))
    pk = trial.dues.get(kind="interim", number=1).pk

    def hand_in():
        due = ReportDue.objects.select_related("trial").get(pk=pk)
        services.hand_in_interim(due, by=trial.engineer, text_en="Half of it is done.")

    found = at_once(hand_in, hand_in)
    assert sorted(type(one).__name__ for one in found) == ["IllegalTransition", "NoneType"]


# Where they are seen


def test_the_desk_shows_what_is_overdue_and_the_engineer_what_comes(trial, clock):
    office = UserFactory(office=True)

    def rows(user):
        return [(str(row.task), row.is_late) for row in work(user) if row.until and "port" in str(row.task)]

    clock(FIRST + timedelta(days=50))
    assert rows(trial.engineer) == []
    clock(FIRST + timedelta(days=61))
    assert (rows(trial.engineer), rows(office)) == ([("Interim report", False)], [])
    clock(FIRST + timedelta(days=91))
    assert rows(trial.engineer) == [("Interim report", True)]
    assert rows(office) == [("See to an overdue report", True)]


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_as_for_one(count, client, clock, django_assert_num_queries):
    office = UserFactory(office=True)
    client.force_login(office)
    for _number in range(count):
        ReportDueFactory(due_on=FIRST - timedelta(days=2))
    client.get(reverse("trials:dues"))
    # session, person, memberships; count, rows, wishes and solutions; stages; how many are overdue
    with django_assert_num_queries(9):
        text = client.get(reverse("trials:dues")).content.decode()
    assert text.count("2 days overdue") == count


def test_each_sees_their_own_and_the_office_all(trial, clock):
    ReportDueFactory()
    stranger, office = UserFactory(), UserFactory(office=True)
    vendor = MembershipFactory(organisation=trial.match.solution.organisation).user
    own = set(trial.dues.values_list("pk", flat=True))
    for user in (vendor, trial.engineer):
        assert set(ReportDue.objects.visible_to(user).values_list("pk", flat=True)) == own
        assert user.has_perm("trials.read_dues_trial", trial)
    assert ReportDue.objects.visible_to(stranger).count() == 0
    assert not stranger.has_perm("trials.read_dues_trial", trial)
    assert ReportDue.objects.visible_to(office).count() == 4


def test_the_page_moves_a_day_and_keeps_what_was_typed(trial, client):
    client.force_login(UserFactory(office=True))
    due = trial.dues.get(kind="final")
    url = reverse("trials:move-due", args=[trial.slug, due.pk])
    response = client.post(url, {"due_on": str(due.due_on), "reason": "A reason that stays"})
    assert response.status_code == 422 and "A reason that stays" in response.content.decode()
    assert client.post(url, {"due_on": "2028-01-03", "reason": "Rain."}).status_code == 302
    assert days(trial)["final", 1] == date(2028, 1, 3)
    client.force_login(trial.engineer)
    assert client.post(url, {"due_on": "2029-01-03", "reason": "More."}).status_code == 403


def test_the_engineer_writes_an_interim_report_and_the_vendor_reads_it(trial, client):
    due = trial.dues.get(kind="interim", number=1)
    url = reverse("trials:interim", args=[trial.slug, due.pk])
    vendor = MembershipFactory(organisation=trial.match.solution.organisation).user
    client.force_login(vendor)
    assert client.post(url, {"text_en": "We say so."}).status_code == 403
    assert "It is not handed in." in client.get(url).content.decode()
    client.force_login(trial.engineer)
    assert client.post(url, {"text_en": " "}).status_code == 422
    assert client.post(url, {"text_en": "Half done."}).status_code == 302
    client.force_login(vendor)
    assert "Half done." in client.get(url).content.decode()
    assert "handed in" in client.get(trial.get_absolute_url()).content.decode()


def test_the_office_sets_the_days_on_a_page(client):
    client.force_login(UserFactory(office=True))
    url = reverse("trials:terms")
    assert client.post(url, {"final": "0", "interim": "90", "comment": "10"}).status_code == 422
    assert client.post(url, {"final": "30", "interim": "90", "comment": "10"}).status_code == 302
    assert Term.objects.days() == {"final": 30, "interim": 90, "comment": 10}
    assert "60 → 30" in client.get(url).content.decode()


def test_a_persons_calendar_has_the_days_and_they_move_in_it(trial, client):
    preference, _new = Preference.objects.get_or_create(user=trial.engineer)
    Preference.objects.filter(pk=preference.pk).update(calendar_token="t" * 43)
    url = reverse("personal-calendar", args=["t" * 43])

    def finals():
        events = vobject.readOne(client.get(url).content.decode()).contents["vevent"]
        return [one for one in events if one.summary.value.startswith("Final report: ")]

    (before,) = finals()
    assert before.dtstart.value == days(trial)["final", 1]
    services.move_due(
        trial.dues.get(kind="final"), by=UserFactory(office=True), due_on=date(2028, 1, 3), reason="Rain."
    )
    (after,) = finals()
    assert (after.dtstart.value, after.uid.value) == (date(2028, 1, 3), before.uid.value)
    assert int(after.sequence.value) >= int(before.sequence.value)


# The vendor's window


@pytest.fixture
def window(clock):
    """Handed over on Monday, 4 January 2027, to a vendor with one person; ten working days."""
    report = stories.drafted()
    vendor = MembershipFactory(organisation=report.trial.match.solution.organisation).user
    services.hand_to_vendor(report, by=report.trial.engineer)
    return report, vendor


def test_the_window_is_of_working_days_by_the_offices_rule(clock):
    ReportTermFactory(days=5)
    report = stories.drafted()
    services.hand_to_vendor(report, by=report.trial.engineer)
    assert (report.comment_from, report.comment_until) == (FIRST, date(2027, 1, 11))


def test_the_vendor_is_reminded_and_the_window_closes_by_itself_and_the_report_says_so(window, clock):
    report, vendor = window
    assert report.comment_until == date(2027, 1, 18)
    sent = []
    for number in range(16):
        clock(FIRST + timedelta(days=number))
        if remind_due("trials.report"):
            sent.append(FIRST + timedelta(days=number))
        tasks.close_comment_windows()
    assert sent == [date(2027, 1, 13), date(2027, 1, 17), date(2027, 1, 18)]
    assert mails(vendor).count("comment_due") == 3
    report.refresh_from_db()
    assert report.status == Report.Status.VERIFICATION
    said = heard(report)
    assert said.en == "The vendor could comment from 4 January 2027 to 18 January 2027 and made no comment."
    stories.sign(report)
    report.refresh_from_db()
    assert report.envelope["payload"]["vendor_comment"] == {"en": said.en, "zh": said.zh}


def test_more_time_needs_a_reason_and_a_later_day_and_is_told(window, clock):
    report, vendor = window
    office = UserFactory(office=True)
    clock(date(2027, 1, 20))
    with pytest.raises(ValidationError):  # later than the last day, and past all the same
        services.extend_comment(report, by=office, comment_until=date(2027, 1, 19), reason="Holidays.")
    clock(FIRST)
    with pytest.raises(ReasonRequired):
        services.extend_comment(report, by=office, comment_until=date(2027, 1, 25), reason="")
    with pytest.raises(ValidationError):
        services.extend_comment(report, by=office, comment_until=date(2027, 1, 18), reason="Holidays.")
    services.extend_comment(report, by=office, comment_until=date(2027, 1, 25), reason="Holidays.")
    report.refresh_from_db()
    assert report.comment_until == date(2027, 1, 25)
    assert mails(vendor)[-1] == "comment_extended"
    entry = Entry.objects.about(report).get(verb="extend_comment")
    assert entry.details == {"from": "2027-01-18", "to": "2027-01-25"}


def test_a_comment_after_the_last_day_is_late_even_before_the_sweep(window, clock):
    report, vendor = window
    verifier = UserFactory(verifier=True)
    with pytest.raises(IllegalTransition):
        services.comment_late(report, by=vendor, text="Too early.")
    clock(date(2027, 1, 19), hour=0)
    with pytest.raises(IllegalTransition, match="late comment"):
        services.comment(report, by=vendor, text="Wait!")
    tasks.close_comment_windows()
    for wrong in (" ", "x" * (MAX_LATE + 1)):
        with pytest.raises(ValidationError):
            services.comment_late(report, by=vendor, text=wrong)
    with pytest.raises(IllegalTransition):  # it is too late for more days, too
        services.extend_comment(report, by=verifier, comment_until=date(2027, 1, 25), reason="Holidays.")
    services.comment_late(report, by=vendor, text="The meter of fan 3 was moved.")
    report.refresh_from_db()
    assert report.vendor_comment == ""
    assert Entry.objects.about(report).get(verb="comment_late").reason == "The meter of fan 3 was moved."
    assert "comment_late" in mails(verifier)


def test_a_comment_and_the_end_of_the_window_at_once_are_one_step(committed, clock):
    report = stories.drafted()
    services.hand_to_vendor(report, by=report.trial.engineer)
    vendor = UserFactory()
    clock(report.comment_until + timedelta(days=1))
    Report.objects.filter(pk=report.pk).update(comment_until=FIRST)
    fresh = [Report.objects.get(pk=report.pk) for _twice in range(2)]
    found = at_once(
        lambda: services.close_comment(fresh[0]),
        lambda: services.close_comment(fresh[1], by=vendor),
    )
    assert sum(isinstance(one, IllegalTransition) for one in found) == 1
    assert Entry.objects.about(report).filter(verb="close_comment").count() == 1


def test_a_window_is_extended_on_its_page_by_the_office_alone(window, client):
    report, vendor = window
    url = reverse("trials:report-extend-comment", args=[report.slug])
    data = {"comment_until": "2027-01-25", "reason": "Holidays."}
    client.force_login(vendor)
    assert client.post(url, data).status_code == 403
    client.force_login(UserFactory(office=True))
    assert client.post(url, {**data, "reason": ""}).status_code == 422
    assert client.post(url, data).status_code == 302


def test_a_trial_without_people_inside_shows_no_days_to_the_public(client):
    trial = TrialFactory(running=True)
    ReportDueFactory(trial=trial)
    assert "When reports are due" not in client.get(trial.get_absolute_url()).content.decode()
