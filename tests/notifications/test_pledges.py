from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from innoportal.schedules import SCHEDULES
from journal.clock import clock_of, working_days_between
from journal.models import Pledge
from notifications.mails import read
from notifications.models import Notification, Reminder
from notifications.pledges import debtors, near
from solutions import services
from tests.factories import (
    EntryFactory,
    MatchFactory,
    MembershipFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once
from wishes import services as wishes_services

pytestmark = pytest.mark.django_db
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
PLEDGES = next(one for one in SCHEDULES if one.kind == "pledge")


def on(day: str, hour: int = 10):
    return time_machine.travel(
        datetime.fromisoformat(f"{day}T{hour:02}:00").replace(tzinfo=HONG_KONG), tick=False
    )


@pytest.fixture
def office():
    return UserFactory(office=True)


@pytest.fixture
def vendor():
    return MembershipFactory(organisation__vendor=True)


@pytest.fixture
def solution(vendor):
    return SolutionFactory(organisation=vendor.organisation)


def mails(template: str) -> list[int]:
    rows = Notification.objects.filter(template=f"notifications/mail/{template}", channel="email")
    return sorted(rows.values_list("recipient_id", flat=True))


def handed_in(solution, by) -> None:
    with on("2026-06-01"):  # a Monday
        services.submit(solution, by=by)


def test_who_owes_an_answer_is_warned_once_before_the_last_day(office, vendor, solution):
    handed_in(solution, vendor.user)
    with on("2026-06-01", 20):
        assert PLEDGES.run() == 0
    with on("2026-06-02"):
        assert PLEDGES.run() == 1
        assert PLEDGES.run() == 0
    with on("2026-06-03"):
        assert PLEDGES.run() == 0
    assert mails("pledge_near") == [office.pk]
    notice = Notification.objects.filter(template="notifications/mail/pledge_near").first()
    text = read(notice, "en")
    assert text.subject == f"An answer is due soon: {solution.title_en}"
    assert (
        "The portal office confirms by 3 Jun 2026 that it has it. 1 working day is left."
        in text.paragraphs[0]
    )
    assert "平台辦事處會在 2026年6月3日 或之前確認收到。" in read(notice, "zh-hant").paragraphs[0]
    assert "确认收到" in read(notice, "zh-hans").paragraphs[0]


def test_the_office_hears_of_a_pledge_that_was_not_kept_once_also_after_a_week_without_beat(
    office, vendor, solution
):
    handed_in(solution, vendor.user)
    with on("2026-06-11"):
        assert PLEDGES.run() == 1
        assert PLEDGES.run() == 0
    with on("2026-06-20"):
        assert PLEDGES.run() == 0
    assert (mails("pledge_near"), mails("pledge_broken")) == ([], [office.pk])


def test_what_was_answered_meanwhile_is_told_to_nobody(office, vendor, solution):
    handed_in(solution, vendor.user)
    with on("2026-06-03"):
        services.acknowledge(solution, by=office)
    with on("2026-06-05"):
        assert PLEDGES.run() == 0


def test_nobody_is_warned_while_the_other_side_owes_an_answer_and_anew_when_it_came(office, vendor, solution):
    handed_in(solution, vendor.user)
    Pledge.objects.filter(step="acknowledge").update(working_days=5)
    with on("2026-06-02"):
        services.acknowledge(solution, by=office)
    with on("2026-06-08"):
        assert PLEDGES.run() == 1  # due on the 9th
        services.return_(solution, by=office, reason="Which licence?")
    with on("2026-06-18"):
        assert PLEDGES.run() == 0
        services.submit(solution, by=vendor.user)
    with on("2026-06-22"):  # of two days one is left; the 19th was a holiday
        due = next(one for one in clock_of(solution) if one.step == "acknowledge")
        assert due.due_on == date(2026, 6, 23)
        assert Reminder.objects.count() == 1
        assert PLEDGES.run() == 2  # that it be acknowledged again, and that it be screened
        assert PLEDGES.run() == 0
    assert mails("pledge_near") == [office.pk] * 3


def test_a_department_answers_by_its_approvers(office):
    author = MembershipFactory()
    approver = MembershipFactory(organisation=author.organisation, approver=True)
    wish = WishFactory(organisation=author.organisation, created_by=author.user)
    with on("2026-06-01"):
        wishes_services.submit(wish, by=author.user)
    with on("2026-06-09"):
        assert PLEDGES.run() == 1
    assert mails("pledge_broken") == sorted([office.pk, approver.user_id])


def test_experts_of_a_party_owe_nothing(office):
    expert = UserFactory(expert=True)
    match = MatchFactory(review=True)
    MembershipFactory(user=UserFactory(expert=True), organisation=match.solution.organisation)
    EntryFactory(noun="matching.match", object_id=match.pk, verb="review")
    (due,) = clock_of(match)
    assert list(debtors(match, due)) == [expert]


@pytest.mark.parametrize(("days", "warned"), [(1, 1), (2, 1), (9, 1), (10, 2), (30, 6)])
def test_a_fifth_of_the_working_days_is_time_to_act(days, warned, office, vendor, solution):
    Pledge.objects.filter(step="submit", noun="solutions.solution").update(working_days=days)
    handed_in(solution, vendor.user)
    (due,) = clock_of(solution)
    assert working_days_between(due.due_on - timedelta(days=near(due)), due.due_on) == warned


def test_two_workers_tell_once(committed):
    office, vendor = UserFactory(office=True), MembershipFactory(organisation__vendor=True)
    solution = SolutionFactory(organisation=vendor.organisation)
    handed_in(solution, vendor.user)
    with on("2026-06-11"):
        told = at_once(*[PLEDGES.run] * 2)
    assert sorted(told) == [0, 1]
    assert mails("pledge_broken") == [office.pk]


@pytest.mark.parametrize("count", [1, 5])
def test_a_sweep_reads_many_things_as_one(count, office, vendor, django_assert_num_queries):
    for solution in SolutionFactory.create_batch(count, organisation=vendor.organisation):
        handed_in(solution, vendor.user)
    with (
        on("2026-06-01", 12),
        django_assert_num_queries(18),
    ):  # pledges; one for each; things, entries, pledges
        assert PLEDGES.run() == 0
