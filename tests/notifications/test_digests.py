"""One mail about many things, budgets, and what the portal office does about what is held."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import figures, sending, services
from notifications.models import MAX_ATTEMPTS, Delivery, Digest, Notification, Preference
from notifications.outbox import followers, notify
from notifications.tasks import sweep
from notifications.when import BURST
from tests.factories import (
    DeliveryFactory,
    DigestFactory,
    EntryFactory,
    FollowFactory,
    NotificationFactory,
    PreferenceFactory,
    SuppressionFactory,
    TopicFactory,
    UserFactory,
    VisitorFactory,
    WishFactory,
)
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notice_templates")]


@pytest.fixture
def wish():
    return WishFactory(open=True, title_en="Dry pipes", title_zh="乾渠")


def tell(person, wish, why="follow", **context):
    entry = EntryFactory()
    notify([person], entry, "notice/changed", thing=wish, why=why, extra="x", **context)
    return entry


def days(number):
    return timedelta(days=number)


def test_what_one_follows_comes_once_a_day_in_one_mail(wish, mailoutbox, time_machine):
    person = UserFactory()
    for title in ("First", "Second", "Third"):
        wish.title_en = title
        tell(person, wish)
    sweep()
    assert mailoutbox == []
    time_machine.shift(days(1))
    sweep()
    sweep()
    (message,) = mailoutbox
    assert message.subject == "Changed: First, and 2 more"
    for part in (message.body, message.alternatives[0].content):
        assert part.index("Changed: First") < part.index("Changed: Second") < part.index("Changed: Third")
        assert "What you follow" in part
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not Notification.objects.filter(channel="email", sent_at__isnull=True).exists()


def test_many_reasons_make_one_mail_and_each_is_named(wish, mailoutbox, time_machine):
    person = PreferenceFactory(parties="daily").user
    tell(person, wish)
    tell(person, wish, why="party")
    time_machine.shift(days(1))
    sweep()
    (message,) = mailoutbox
    assert "What you follow" in message.body and "What concerns your organisation" in message.body
    said = (
        "You receive this because of what concerns your organisation, what you follow, together in one mail."
    )
    assert message.body.splitlines()[0] == said and f'">{said}</p>' in message.alternatives[0].content


def test_a_digest_says_of_each_notice_which_of_the_things_followed_it_came_for(
    wish, mailoutbox, time_machine
):
    lifts, pipes = (TopicFactory(name_en=name, name_zh=name) for name in ("Lifts", "Pipes"))
    wish.topics.add(lifts, pipes)
    both, one, visitor = UserFactory(), UserFactory(), VisitorFactory(confirmed_at=timezone.now())
    for person, topic in ((both, pipes), (both, lifts), (one, pipes)):
        FollowFactory(user=person, topic=topic)
    FollowFactory(user=None, visitor=visitor, topic=pipes)
    for number in range(2):
        things = followers(wish, lifts, pipes) if number else followers(wish, pipes)
        notify(things, EntryFactory(), "notice/changed", thing=wish, why="follow", extra="x")
    time_machine.shift(days(1))
    sweep()
    mails = {message.to[0]: message for message in mailoutbox}
    many = mails[both.email].body
    assert many.startswith("You receive this because of what you follow, together in one mail.")
    assert many.count("You follow “Lifts”.") == many.count("You follow “Pipes”.") == 1
    assert mails[one.email].body.startswith("You receive this because you follow the topic “Pipes”.")
    assert mails[visitor.email].body.startswith(
        "You receive this because you follow “Pipes” with this address"
    )


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_a_digest_is_in_its_readers_language_and_nothing_in_it_is_markup(
    wish, mailoutbox, time_machine, language
):
    person = UserFactory(language=language, name="Ada <i>")
    wish.title_en = wish.title_zh = "<script>x</script>"
    for _number in range(2):
        tell(person, wish)
    time_machine.shift(days(1))
    sweep()
    (message,) = mailoutbox
    html = message.alternatives[0].content
    assert "<script>" not in html and "&lt;script&gt;" in html and "Ada &lt;i&gt;" in html
    assert "<script>x</script>" in message.body
    assert f"/{language}/wishes/{wish.reference}/" in message.body
    assert f"/{language}/notices/unsubscribe/" in message.body


def test_what_was_read_in_the_portal_is_not_mailed(wish, mailoutbox, time_machine):
    person = UserFactory()
    wish.title_en = "Read"
    tell(person, wish)
    services.mark_read(person)
    wish.title_en = "Unread"
    tell(person, wish)
    time_machine.shift(days(1))
    sweep()
    (message,) = mailoutbox
    assert message.subject == "Changed: Unread"
    assert "Changed: Read" not in message.body
    mails = Notification.objects.filter(channel="email", sent_at__isnull=False).order_by("pk")
    assert list(mails.values_list("last_error", flat=True)) == ["read in the portal", ""]


def test_what_a_suppressed_address_did_not_get_is_not_counted_as_sent(wish, mailoutbox, time_machine):
    person = UserFactory()
    SuppressionFactory(address=person.email)
    for _number in range(2):
        tell(person, wish)
    time_machine.shift(days(1))
    sweep()
    assert mailoutbox == []
    [line] = figures.lines(timezone.now() - days(2))
    assert (line.sent, line.stopped) == (0, 2)


def test_a_digest_of_what_was_all_read_is_no_mail(wish, mailoutbox, time_machine):
    person = UserFactory()
    tell(person, wish)
    services.mark_read(person)
    time_machine.shift(days(1))
    sweep()
    assert mailoutbox == []
    assert Delivery.objects.get().answer == "read in the portal"
    assert not Digest.objects.due().exists()


@pytest.mark.parametrize(
    ("why", "chosen", "mails"),
    [("duty", "never", 1), ("follow", "weekly", 1), ("follow", "never", 0), ("party", "never", 0)],
)
def test_what_is_urgent_comes_at_once_but_only_a_duty_to_who_wants_no_mails(
    wish, mailoutbox, why, chosen, mails
):
    choice = {"follows": chosen, "parties": chosen, "quiet_from": time(0), "quiet_until": time(23)}
    person = PreferenceFactory(**choice).user
    tell(person, wish, why=why, urgent=True)
    sweep()
    assert len(mailoutbox) == mails


def test_a_mail_at_once_waits_for_the_end_of_quiet_hours(wish, mailoutbox, time_machine):
    now = timezone.localtime()
    quiet = [(now + timedelta(hours=hours)).time().replace(second=0, microsecond=0) for hours in (-1, 2)]
    person = PreferenceFactory(follows="now", quiet_from=quiet[0], quiet_until=quiet[1]).user
    tell(person, wish)
    sweep()
    assert mailoutbox == []
    time_machine.shift(timedelta(hours=2))
    sweep()
    assert len(mailoutbox) == 1


def test_a_bulk_publication_makes_digests_and_not_a_mail_each(wish, mailoutbox, time_machine):
    person = PreferenceFactory(follows="now").user
    for _number in range(60):
        tell(person, wish)
    sweep()
    assert len(mailoutbox) == BURST
    time_machine.shift(timedelta(hours=1))
    sweep()
    assert len(mailoutbox) == BURST + 1
    assert mailoutbox[-1].subject.endswith(f"and {60 - BURST - 1} more")


def test_only_mails_at_once_of_the_last_hour_count_as_many(wish, mailoutbox, time_machine):
    person = PreferenceFactory(follows="now", parties="daily").user
    for _number in range(BURST):
        tell(person, wish, why="party")  # they come with the digest
    tell(person, wish)
    sweep()
    assert len(mailoutbox) == 1
    for _number in range(BURST):
        tell(person, wish)
    time_machine.shift(timedelta(minutes=61))
    sweep()
    before = len(mailoutbox)
    tell(person, wish)
    sweep()
    assert len(mailoutbox) == before + 1


def test_a_new_choice_holds_for_what_waits_already(wish, mailoutbox):
    preference = PreferenceFactory(parties="daily")
    tell(preference.user, wish)
    tell(preference.user, wish, why="party")  # of which nothing was chosen anew
    tell(UserFactory(), wish)
    preference.follows = "now"
    preference.save()
    services.replan(preference)
    sweep()
    assert [message.to for message in mailoutbox] == [[preference.user.email]]


def test_who_stops_the_mails_gets_none_of_those_that_wait(wish, mailoutbox, time_machine):
    person = UserFactory()
    tell(person, wish)
    services.silence(person.pk, ["follow"])
    time_machine.shift(days(2))
    sweep()
    assert mailoutbox == []


def test_a_worker_killed_before_a_digest_went_out_sends_the_same_one_later(wish, mailoutbox, time_machine):
    person = UserFactory()
    tell(person, wish)
    time_machine.shift(days(1))
    assert sending.gather(10) == 1
    digest = Digest.objects.get()
    assert Digest.objects.claim(digest.pk)  # and the worker dies here
    wish.title_en = "Later"
    tell(person, wish)
    time_machine.shift(timedelta(minutes=6))
    sweep()
    (message,) = mailoutbox
    assert message.extra_headers["Message-ID"] == f"<{digest.message_id}@127.0.0.1>"
    assert "Later" not in message.body


def test_a_notice_that_is_committed_after_the_digest_of_its_time_went_out_is_sent_all_the_same(
    wish, mailoutbox, time_machine
):
    person = UserFactory()
    tell(person, wish)
    time_machine.shift(days(1))
    sweep()
    due = Digest.objects.get().due_at
    wish.title_en = "Late"
    tell(person, wish)
    Notification.objects.filter(sent_at=None, channel="email").update(not_before=due)
    sweep()
    assert [message.subject for message in mailoutbox] == ["Changed: Dry pipes", "Changed: Late"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_gather_one_digest(wish, mailoutbox):
    person = UserFactory()
    for _number in range(3):
        tell(person, wish)
    Notification.objects.update(not_before=timezone.now() - timedelta(minutes=1))
    at_once(sweep, sweep, sweep)
    assert Digest.objects.count() == 1
    assert len(mailoutbox) == 1


# What is held


@pytest.fixture
def small_budget(settings):
    settings.MAILS_A_DAY = 3


def test_what_goes_beyond_the_budget_of_a_day_is_held_and_the_office_told_once(
    wish, mailoutbox, small_budget, django_capture_on_commit_callbacks
):
    office = UserFactory(office=True)
    person = UserFactory(name="Ann Lee")
    for _number in range(6):
        tell(person, wish, why="duty")
    sweep()
    sweep()
    assert [message.to[0] for message in mailoutbox].count(person.email) == 3
    held = Notification.objects.filter(recipient=person, held_at__isnull=False)
    assert held.count() == 3
    (told,) = [message for message in mailoutbox if message.to == [office.email]]
    assert told.subject == "Mails to Ann Lee are held"
    assert reverse("notices:outbox") in told.body


def test_what_the_office_lets_go_is_sent_and_who_did_is_recorded(client, wish, mailoutbox, small_budget):
    from journal.models import Entry

    person, office = UserFactory(), UserFactory(office=True)
    for _number in range(5):
        tell(person, wish, why="duty")
    sweep()
    client.force_login(office)
    row = Notification.objects.filter(held_at__isnull=False).first()
    data = {"state": "held", "kind": "notification", "pk": row.pk}
    assert client.post(reverse("notices:release"), data).status_code == 302
    sweep()
    assert [message.to for message in mailoutbox].count([person.email]) == 4
    assert Entry.objects.about(row).get(verb="release").actor_id == office.pk
    client.post(reverse("notices:release"), {"state": "held"})
    sweep()
    assert [message.to for message in mailoutbox].count([person.email]) == 5


def test_what_could_not_be_sent_is_sent_again_under_its_own_number(client, wish, mailoutbox):
    person = UserFactory()
    tell(person, wish, why="duty")
    Notification.objects.filter(channel="email").update(attempts=MAX_ATTEMPTS)
    sweep()
    assert mailoutbox == []
    row = Notification.objects.get(channel="email")
    client.force_login(UserFactory(office=True))
    page = client.get(reverse("notices:outbox"), {"state": "failed"}).content.decode()
    assert person.email in page
    client.post(reverse("notices:release"), {"state": "failed", "kind": "notification", "pk": row.pk})
    sweep()
    assert mailoutbox[0].extra_headers["Message-ID"] == f"<{row.message_id}@127.0.0.1>"


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("state", ["held", "failed", "waiting", "sent", "dropped"])
def test_the_outbox_takes_as_many_queries_for_five_as_for_one(
    client, django_assert_num_queries, state, count
):
    now = timezone.now()
    fields = {
        "held": {"held_at": now},
        "failed": {"attempts": MAX_ATTEMPTS},
        "waiting": {},
        "sent": {"sent_at": now},
        "dropped": {"sent_at": now, "last_error": "not wanted any more"},
    }[state]
    NotificationFactory.create_batch(count, channel="email", **fields)
    DigestFactory.create_batch(count, **fields)
    client.force_login(UserFactory(auditor=True))
    # session, person, memberships, number, page, notices, digests, three counts of states, unread
    with django_assert_num_queries(12):
        page = client.get(reverse("notices:outbox"), {"state": state}).content.decode()
    assert page.count('class="ip-rows__main"') == 2 * count
    assert reverse("notices:release") not in page  # an auditor reads
    other = {"sent": "dropped"}.get(state, "sent")  # what nobody wants any more was not sent
    assert (
        'class="ip-rows__main"'
        not in client.get(reverse("notices:outbox"), {"state": other}).content.decode()
    )


@pytest.mark.parametrize(
    "data",
    [
        {"state": "sent"},
        {"state": "held", "kind": "user", "pk": "1"},
        {"state": "held", "kind": "digest", "pk": "x"},
        {"state": "held", "kind": "digest"},
        {},
    ],
)
def test_nothing_else_can_be_let_go(client, data):
    client.force_login(UserFactory(office=True))
    assert client.post(reverse("notices:release"), data).status_code == 404


def test_a_state_that_there_is_not_is_not_found(client):
    client.force_login(UserFactory(office=True))
    assert client.get(reverse("notices:outbox"), {"state": "lost"}).status_code == 404


# The choice


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"quiet_from": "22:00"}, "Quiet hours have a beginning and an end."),
        ({"quiet_until": "07:00"}, "Quiet hours have a beginning and an end."),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "That would be no hour, or all of them."),
        ({"timezone": "Mars/Olympus"}, "Choose a time zone from the list."),
        ({"follows": "hourly"}, "Select a valid choice. hourly is not one of the available choices."),
        ({"hour": "24"}, "Select a valid choice. 24 is not one of the available choices."),
    ],
)
def test_a_choice_that_makes_no_sense_is_told_and_kept_as_typed(client, data, said):
    user = UserFactory()
    client.force_login(user)
    whole = {
        "follows": "daily",
        "parties": "now",
        "announcements": "daily",
        "hour": 8,
        "weekday": 0,
        "timezone": "Asia/Hong_Kong",
    }
    page = client.post(reverse("notices:settings"), whole | data)
    assert said in page.content.decode()
    assert not Preference.objects.exists()


def test_a_choice_is_kept(client):
    user = UserFactory()
    client.force_login(user)
    data = {
        "follows": "weekly",
        "parties": "daily",
        "announcements": "never",
        "hour": 7,
        "weekday": 4,
        "timezone": "Europe/London",
    }
    client.post(reverse("notices:settings"), data | {"quiet_from": "22:00", "quiet_until": "06:30"})
    found = Preference.objects.get(user=user)
    assert (found.follows, found.hour, found.weekday, found.timezone) == ("weekly", 7, 4, "Europe/London")
    assert found.quiet == (time(22), time(6, 30))


def test_a_delivery_is_of_one_thing(db):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        DeliveryFactory(notification=None)
