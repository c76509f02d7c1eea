"""Last days: who is reminded when, renewal before and after, and that nothing is told twice."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from innoportal.schedules import remind_due
from notifications.mails import read
from notifications.models import Follow, Notification, Reminder
from tests.factories import PreferenceFactory, UserFactory, WishFactory
from wishes import services, tasks
from wishes.models import Wish

pytestmark = pytest.mark.django_db
S = Wish.Status
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
OWNERS = {"creator", "member", "approver"}


@pytest.fixture
def clock(time_machine):
    """Moves to nine in the morning of a day in Hong Kong."""

    def to(day):
        time_machine.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=HONG_KONG), tick=False)

    to(date(2027, 12, 1))
    return to


@pytest.fixture
def wish(clock, people, wish_in):
    """Published on 1 December, closing on 5 January; a vendor and one of its own department follow it."""
    found = wish_in(S.SCREENING, closes_on=date(2028, 1, 5))
    services.publish(found, by=people["office"])
    for role in ("vendor", "member"):
        Follow.objects.create(user=people[role], noun="wishes.wish", object_id=found.pk)
    Notification.objects.all().delete()
    return found


def reminded(people):
    """Who was reminded by which mail, as (template, days left, role)."""
    roles = {person: role for role, person in people.items() if person}
    rows = Notification.objects.filter(channel="inbox", context__has_key="left").select_related("recipient")
    return {(row.template.rpartition("/")[2], row.context["left"], roles[row.recipient]) for row in rows}


def run_daily(clock, first, last, missing=()):
    """Beat on each of these days but the missing ones, twice; on which days anything went out."""
    sent = {}
    for number in range((last - first).days + 1):
        today = first + timedelta(days=number)
        if today in missing:
            continue
        clock(today)
        if count := remind_due("wishes."):
            sent[today] = count
        assert remind_due("wishes.") == 0
        tasks.expire_due()
    return sent


def test_owners_are_reminded_four_times_and_followers_twice(clock, wish, people):
    sent = run_daily(clock, date(2027, 12, 2), date(2028, 1, 8))
    assert sent == {date(2027, 12, 22): 1, date(2027, 12, 29): 2, date(2028, 1, 4): 2, date(2028, 1, 5): 1}
    assert reminded(people) == {("expiry_due", left, role) for left in (14, 7, 1, 0) for role in OWNERS} | {
        ("deadline", left, "vendor") for left in (7, 1)
    }


def test_its_department_hears_of_the_last_day_at_once_though_it_reads_its_mails_weekly(clock, wish, people):
    PreferenceFactory(user=people["member"], parties="weekly")
    clock(date(2027, 12, 29))
    remind_due("wishes.")
    mail = Notification.objects.get(
        recipient=people["member"], channel="email", template="wishes/mail/expiry_due"
    )
    assert mail.is_urgent and not mail.is_gathered and mail.not_before <= timezone.now()


def test_after_a_week_without_beat_one_reminder_comes_and_says_the_days_that_are_left(clock, wish, people):
    week = [date(2027, 12, 22) + timedelta(days=number) for number in range(8)]
    sent = run_daily(clock, date(2027, 12, 2), date(2027, 12, 31), missing=week)
    assert sent == {date(2027, 12, 30): 2}
    assert reminded(people) == {("expiry_due", 6, role) for role in OWNERS} | {("deadline", 6, "vendor")}


def test_after_an_outage_over_the_last_day_it_expires_on_that_day_and_reminds_of_nothing(clock, wish, people):
    clock(date(2028, 1, 9))
    assert (remind_due("wishes."), tasks.expire_due()) == (0, 1)
    wish.refresh_from_db()
    assert (wish.status, wish.closes_on) == (S.EXPIRED, date(2028, 1, 5))


def test_a_wish_renewed_in_time_is_reminded_of_its_new_day_alone(clock, wish, people):
    clock(date(2027, 12, 29))
    remind_due("wishes.")
    services.renew(wish, by=people["member"], closes_on=date(2028, 1, 9))
    sent = run_daily(clock, date(2027, 12, 29), date(2028, 1, 10))
    # 14 and 7 days before the new day: the first was past when it was set, the second comes on 2 January
    assert sent == {date(2028, 1, 2): 2, date(2028, 1, 8): 2, date(2028, 1, 9): 1}


def test_a_leap_day_is_a_day(clock, people, wish_in):
    found = wish_in(S.SCREENING, closes_on=date(2028, 3, 1))
    services.publish(found, by=people["office"])
    assert list(run_daily(clock, date(2028, 2, 10), date(2028, 3, 2))) == [
        date(2028, 2, 16),
        date(2028, 2, 23),
        date(2028, 2, 29),
        date(2028, 3, 1),
    ]


def test_a_wish_published_for_a_few_days_is_not_reminded_of_the_weeks_before(clock, people, wish_in):
    found = wish_in(S.SCREENING, closes_on=date(2027, 12, 6))
    services.publish(found, by=people["office"])
    assert list(run_daily(clock, date(2027, 12, 1), date(2027, 12, 7))) == [
        date(2027, 12, 5),
        date(2027, 12, 6),
    ]


@pytest.mark.parametrize("status", [S.MATCHED, S.ON_TRIAL, S.RESOLVED, S.EXPIRED, S.WITHDRAWN])
def test_what_does_not_expire_reminds_nobody(clock, people, wish_in, status):
    wish_in(status, closes_on=date(2027, 12, 2), **({} if status in Wish.PUBLIC else {"reference": "W-1"}))
    clock(date(2027, 12, 2))
    assert remind_due("wishes.") == 0


def test_the_reminders_read_well_in_every_language(clock, wish, people):
    run_daily(clock, date(2027, 12, 2), date(2028, 1, 5))
    rows = {
        (row.template, row.context["left"]): row
        for row in Notification.objects.filter(channel="inbox", context__has_key="left")
    }
    title = wish.title_en
    assert {read(row, "en").subject for row in rows.values()} == {
        *(f"Closes in {left} days: {wish.reference} {title}" for left in (14, 7)),
        f"Closes in 1 day: {wish.reference} {title}",
        f"Closes today: {wish.reference} {title}",
        f"Proposals until 5 Jan 2028: {wish.reference} {title}",
    }
    assert "續期" in read(rows["wishes/mail/expiry_due", 7], "zh-hant").paragraphs[1]


@pytest.mark.parametrize("count", [1, 5])
def test_looking_for_last_days_takes_as_many_queries_for_five_as_for_one(
    clock, count, django_assert_num_queries
):
    WishFactory.create_batch(count, open=True, closes_on=date(2028, 1, 5))
    clock(date(2027, 12, 29))
    assert remind_due("wishes.") == 2 * count
    with django_assert_num_queries(5):  # of owners and of followers: wishes and what was told; the open calls
        assert remind_due("wishes.") == 0


def test_an_open_wish_is_renewed_for_a_later_day_only(people, wish_in):
    today = timezone.localdate()
    wish = wish_in(S.OPEN, closes_on=today + timedelta(days=9))
    for day in (today, today + timedelta(days=9)):
        with pytest.raises(ValidationError):
            services.renew(wish, by=people["member"], closes_on=day)
    follower = UserFactory()
    Follow.objects.create(user=follower, noun="wishes.wish", object_id=wish.pk)
    services.renew(wish, by=people["member"], closes_on=today + timedelta(days=10))
    assert Notification.objects.get(recipient=follower, channel="inbox").template == "wishes/mail/extend"


def test_renewal_is_one_form_that_keeps_what_was_typed(client, people, wish_in):
    wish = wish_in(S.OPEN, closes_on=timezone.localdate() + timedelta(days=9))
    client.force_login(people["member"], backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("wishes:renew", args=[wish.slug]), {"closes_on": "2020-02-30"})
    assert response.status_code == 422
    response = client.post(reverse("wishes:renew", args=[wish.slug]), {"closes_on": wish.closes_on})
    assert response.status_code == 422
    assert response.context["form"].errors["closes_on"]
    assert f'value="{wish.closes_on}"' in response.content.decode()
    later = wish.closes_on + timedelta(days=30)
    assert client.post(reverse("wishes:renew", args=[wish.slug]), {"closes_on": later}).status_code == 302
    wish.refresh_from_db()
    assert (wish.status, wish.closes_on) == (S.OPEN, later)
    assert Reminder.objects.count() == 0
