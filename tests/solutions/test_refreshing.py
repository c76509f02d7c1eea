from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from innoportal.schedules import remind_due
from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications.models import Notification
from solutions import services
from solutions.models import Solution
from solutions.refreshing import a_year_after, confirm, is_asked
from tests.factories import MembershipFactory, OrganisationFactory, PreferenceFactory, SolutionFactory

pytestmark = pytest.mark.django_db
END = date(2026, 6, 30)


def at(day):
    return time_machine.travel(f"{day.isoformat()}T10:00+08:00", tick=False)


@pytest.fixture
def member():
    return MembershipFactory(organisation=OrganisationFactory(vendor=True))


@pytest.fixture
def solution(member):
    with at(END - timedelta(days=365)):
        return SolutionFactory(listed=True, organisation=member.organisation, expires_on=END)


def asked():
    mails = Notification.objects.filter(template="solutions/mail/still_current", channel="email")
    return list(mails.order_by("pk").values_list("context__left", flat=True))


@pytest.mark.parametrize(
    ("day", "next_year"),
    [
        (date(2026, 6, 30), date(2027, 6, 30)),
        (date(2027, 12, 31), date(2028, 12, 31)),
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_a_year_after_is_the_same_day(day, next_year):
    assert a_year_after(day) == next_year


@pytest.mark.parametrize(("left", "stands"), [(31, False), (30, True), (1, True), (0, True), (-1, False)])
def test_the_question_stands_from_the_first_mark_to_the_last_day(left, stands):
    solution = Solution(status=Solution.Status.LISTED, expires_on=END)
    assert is_asked(solution, END - timedelta(days=left)) is stands


def test_the_vendor_is_asked_at_once_though_it_reads_its_mails_weekly(solution, member):
    PreferenceFactory(user=member.user, parties="weekly")
    with at(END - timedelta(days=1)):
        remind_due("solutions.solution")
    mail = Notification.objects.get(template="solutions/mail/still_current", channel="email")
    assert mail.is_urgent and not mail.is_gathered


def test_the_vendor_is_asked_at_each_mark_once_and_on_the_day(solution):
    for left in range(40, -1, -1):
        with at(END - timedelta(days=left)):
            remind_due("solutions.solution")
            remind_due("solutions.solution")
    assert asked() == [30, 14, 7, 1, 0]


def test_after_an_outage_only_the_latest_mark_is_told_and_the_day_stays(solution):
    for left in (30, 5, 5, 4):
        with at(END - timedelta(days=left)):
            remind_due("solutions.solution")
    solution.refresh_from_db()
    assert (asked(), solution.expires_on) == ([30, 5], END)


@pytest.mark.parametrize("left", [30, 7, 0])
def test_one_press_keeps_it_a_year_from_the_day_that_was_due(client, member, solution, left):
    client.force_login(member.user)
    with at(END - timedelta(days=left)):
        page = client.get(solution.get_absolute_url()).content.decode()
        assert "Is this still current?" in page
        for _twice in range(2):
            client.post(reverse("solutions:confirm", args=[solution.slug]), {"until": END.isoformat()})
        assert "Is this still current?" not in client.get(solution.get_absolute_url()).content.decode()
    solution.refresh_from_db()
    assert solution.expires_on == date(2027, 6, 30)
    assert Entry.objects.about(solution).filter(verb="confirm").count() == 1


def test_nobody_is_asked_of_what_was_confirmed(member, solution):
    with at(END - timedelta(days=20)):
        confirm(solution, by=member.user, until=END)
    for left in (14, 7, 1, 0):
        with at(END - timedelta(days=left)):
            assert remind_due("solutions.solution") == 0


@pytest.mark.parametrize("until", ["", "soon", "2026-02-30", "2027-06-30", "9999-99-99"])
def test_another_day_than_the_one_that_is_due_confirms_nothing(client, member, solution, until):
    client.force_login(member.user)
    with at(END):
        assert (
            client.post(reverse("solutions:confirm", args=[solution.slug]), {"until": until}).status_code
            == 302
        )
    solution.refresh_from_db()
    assert solution.expires_on == END


def test_too_early_and_too_late_it_is_refused(member, solution):
    for day in (END - timedelta(days=31), END + timedelta(days=1)):
        with at(day), pytest.raises(IllegalTransition):
            confirm(solution, by=member.user, until=END)


def test_what_nobody_confirms_expires_after_its_last_day(solution):
    with at(END):
        assert services.expire_lapsed() == 0
    with at(END + timedelta(days=1)):
        assert (services.expire_lapsed(), services.expire_lapsed()) == (1, 0)
    solution.refresh_from_db()
    assert solution.status == Solution.Status.EXPIRED
