"""Visitors without an account: nothing before it is confirmed, nothing by a scanner, nothing kept."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from notifications import outbox, sending, visiting
from notifications.mails import visitor_token
from notifications.models import Fanout, Follow, Notification, Visitor
from notifications.outbox import FOLLOW, followers, notify
from notifications.tasks import sweep, sweep_visitors
from tests.factories import (
    EntryFactory,
    FollowFactory,
    SavedSearchFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    VisitorFactory,
    WishFactory,
)
from wishes import services as wishes

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.org"


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def wish():
    return WishFactory(open=True, title_en="Dry pipes", title_zh="乾渠")


def ask(client, wish, email=ADDRESS, **data):
    typed = {"noun": "wishes.wish", "slug": wish.slug, "email": email, "rhythm": "daily", **data}
    return client.post(reverse("notices:follow-by-mail"), typed)


def link(message):
    return re.search(r"http\S+(/en/notices/by-mail/confirm/\S+)", message.body)[1]


def confirmed(client, wish, **data):
    ask(client, wish, **data)
    sweep()
    client.post(link(mail.outbox[-1]))
    return Visitor.objects.get(email=ADDRESS)


def test_nothing_is_followed_before_a_person_has_pressed_the_button(client, wish):
    assert ask(client, wish)["Location"] == reverse("notices:sent")
    assert not Follow.objects.exists() and Visitor.objects.get().confirmed_at is None
    sweep()
    [message] = mail.outbox
    assert message.to == [ADDRESS] and "Dry pipes" in message.subject
    assert "List-Unsubscribe" not in message.extra_headers
    url = link(message)
    for verb in (client.get, client.head, client.get):
        assert verb(url).status_code == 200
    assert not Follow.objects.exists() and Visitor.objects.get().confirmed_at is None
    assert client.post(url).status_code == 302
    client.post(url)  # pressing twice is pressing once
    assert Follow.objects.get().object_id == wish.pk and Visitor.objects.get().confirmed_at


def test_the_answer_is_the_same_for_an_address_that_is_known_and_for_one_that_is_not(client, wish):
    UserFactory(email="known@example.org")
    VisitorFactory(email="visitor@example.org")
    answers = [ask(client, wish, email=f"{name}@example.org") for name in ("known", "visitor", "new")]
    assert len({(one.status_code, one["Location"], one.content) for one in answers}) == 1


def test_what_is_asked_in_anothers_name_changes_nothing_of_theirs(client, wish):
    visitor = confirmed(client, wish)
    other = WishFactory(open=True)
    ask(client, other, email=ADDRESS.upper(), rhythm="weekly")
    visitor.refresh_from_db()
    assert visitor.rhythm == "daily" and visitor.follows.count() == 1 and Visitor.objects.count() == 1


def test_a_link_is_good_for_a_week(client, wish, time_machine):
    ask(client, wish)
    sweep()
    url = link(mail.outbox[0])
    time_machine.shift(timedelta(days=7, minutes=1))
    assert client.get(url).status_code == client.post(url).status_code == 410
    assert not Follow.objects.exists()
    sweep_visitors()
    assert not Visitor.objects.exists() and not Notification.objects.exists()


@pytest.mark.parametrize("token", ["x", "x:y:z", "%00"])
def test_a_link_that_is_not_ours_confirms_nothing(client, token):
    assert client.post(reverse("notices:confirm", args=[token])).status_code == 410


def test_an_address_that_was_confirmed_a_while_ago_stays_and_its_old_requests_do_not_matter(client, wish):
    visitor = confirmed(client, wish)
    Visitor.objects.update(asked_at=timezone.now() - timedelta(days=30))
    sweep_visitors()
    assert Visitor.objects.filter(pk=visitor.pk).exists()


def test_what_happens_to_it_comes_in_one_mail_a_day_and_stops_by_one_click(client, wish, time_machine):
    visitor = confirmed(client, wish)
    topic = TopicFactory()
    FollowFactory(user=None, visitor=visitor, topic=topic)
    wish.topics.add(topic)
    wishes.withdraw(wish, by=UserFactory(roles=[Role.OFFICE]), reason="No longer needed.")
    other = WishFactory(status="screening", title_en="Wet pipes")
    other.topics.add(topic)
    wishes.publish(other, by=UserFactory(roles=[Role.OFFICE]))
    mail.outbox.clear()
    sweep()
    assert mail.outbox == []
    time_machine.shift(timedelta(days=1))
    sweep()
    [message] = mail.outbox
    assert message.to == [ADDRESS] and "Wet pipes" in message.body and "Dry pipes" in message.body
    assert "inbox" not in message.body and "Hello," in message.body
    stop = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.sub(r"^https?://[^/]+", "", stop)
    strict = Client(enforce_csrf_checks=True)
    for verb in (strict.get, strict.head):
        assert verb(path).status_code == 200
    assert Visitor.objects.exists()
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Visitor.objects.exists() and not Notification.objects.filter(recipient=None).exists()
    assert strict.post(path).status_code == 200  # a second click is told the same


def test_a_week_is_a_week(client, wish, time_machine):
    confirmed(client, wish, rhythm="weekly")
    assert notify(followers(wish), EntryFactory(), "wishes/mail/resolve", thing=wish, why=FOLLOW) == 0
    [row] = Notification.objects.filter(why="follow")
    assert row.not_before.astimezone().weekday() in (0, 6) and row.is_gathered


def test_a_follow_is_ended_by_the_signed_link_and_with_the_last_the_address_goes(client, wish):
    visitor = confirmed(client, wish)
    search = SavedSearchFactory(user=None, visitor=visitor)
    token = visitor_token(visitor)
    page = client.get(reverse("notices:by-mail", args=[token])).content.decode()
    assert "Dry pipes" in page and search.name in page
    stop = reverse("notices:stop", args=[token, visitor.follows.get().pk])
    assert client.post(stop).status_code == 302
    assert Visitor.objects.exists()
    client.post(reverse("notices:stop", args=[token, search.pk]), {"of": "search"})
    assert not Visitor.objects.exists()
    assert client.get(reverse("notices:by-mail", args=[token])).status_code == 200
    VisitorFactory(pk=visitor.pk, asked_at=timezone.now() - timedelta(days=2), email="other@example.org")
    assert "other@example.org" not in client.get(reverse("notices:by-mail", args=[token])).content.decode()


def test_nobody_ends_anothers_follow(client, wish):
    visitor = confirmed(client, wish)
    stranger = FollowFactory(user=None, visitor=VisitorFactory())
    client.post(reverse("notices:stop", args=[visitor_token(visitor), stranger.pk]))
    assert Follow.objects.filter(pk=stranger.pk).exists()
    assert client.get(reverse("notices:by-mail", args=["x"])).status_code == 404


def test_what_waits_comes_as_often_as_is_chosen_now(client, wish):
    visitor = confirmed(client, wish)
    notify(followers(wish), EntryFactory(), "wishes/mail/resolve", thing=wish, why=FOLLOW)
    before = Notification.objects.get(why="follow").not_before
    client.post(reverse("notices:by-mail", args=[visitor_token(visitor)]), {"rhythm": "weekly"})
    assert Notification.objects.get(why="follow").not_before >= before
    visitor.refresh_from_db()
    assert visitor.rhythm == "weekly"


@pytest.mark.parametrize("data", [{"email": "no address"}, {"rhythm": "now"}, {"email": ""}])
def test_a_wrong_form_is_shown_again_and_sends_nothing(client, wish, data):
    assert ask(client, wish, **data).status_code == 422
    assert not Visitor.objects.exists()


def test_what_is_not_public_cannot_be_followed(client):
    assert ask(client, WishFactory()).status_code == 404
    assert (
        client.get(reverse("notices:follow-by-mail"), {"noun": "accounts.user", "slug": "1"}).status_code
        == 404
    )


def test_one_place_sends_few_and_one_address_gets_few(client, wish, settings):
    settings.ACCOUNT_RATE_LIMITS = {"follow_by_mail": "3/h/ip", "follow_address": "2/d/key"}
    answers = [ask(client, wish).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert Notification.objects.count() == 2


def test_the_account_of_the_address_takes_them_over_once_it_is_verified(client, wish):
    visitor = confirmed(client, wish)
    SavedSearchFactory(user=None, visitor=visitor)
    user = UserFactory(email=ADDRESS)
    FollowFactory(user=user, topic=None, noun="wishes.wish", object_id=wish.pk)
    client.force_login(user)
    address = user.emailaddress_set.create(email=ADDRESS, verified=False)
    client.post(reverse("notices:move"))
    assert Visitor.objects.exists()
    address.verified = True
    address.save()
    assert "Move them to my account" in client.get(reverse("notices:settings")).content.decode()
    client.post(reverse("notices:move"))
    assert not Visitor.objects.exists()
    assert user.follows.count() == 1 and user.saved_searches.count() == 1


def test_what_waits_for_the_visitors_next_digest_comes_to_the_account_once(client, wish, time_machine):
    visitor = confirmed(client, wish)
    user = UserFactory(email=ADDRESS)
    user.emailaddress_set.create(email=ADDRESS, verified=True)
    news, known = EntryFactory(), EntryFactory()
    for entry in (news, known):
        notify(followers(wish), entry, "wishes/mail/resolve", thing=wish, why=FOLLOW)
    notify([user], known, "wishes/mail/resolve", thing=wish, why=FOLLOW)
    mail.outbox.clear()
    visiting.move(visitor, user)
    time_machine.shift(timedelta(days=2))
    sweep()
    waited = Notification.objects.filter(channel="email", recipient=user, last_error="")
    assert set(waited.values_list("entry_id", flat=True)) == {news.pk, known.pk}
    [message] = mail.outbox
    assert message.to == [ADDRESS] and message.body.count("Resolved: ") == 2


def test_an_organisation_is_followed_by_mail_too(client):
    vendor = SolutionFactory(listed=True).organisation
    url = f"{reverse('notices:follow-by-mail')}?noun=accounts.organisation&amp;slug={vendor.slug}"
    assert url in client.get(vendor.get_absolute_url()).content.decode()
    client.post(
        reverse("notices:follow-by-mail"),
        {
            "noun": "accounts.organisation",
            "slug": vendor.slug,
            "email": ADDRESS,
            "rhythm": "daily",
        },
    )
    sweep()
    client.post(link(mail.outbox[-1]))
    assert [one.visitor.email for one in Follow.objects.filter(object_id=vendor.pk)] == [ADDRESS]


def test_many_visitors_are_left_to_the_worker(wish, monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    for _ in range(5):
        FollowFactory(user=None, visitor=VisitorFactory(), topic=None, noun="wishes.wish", object_id=wish.pk)
    notify(followers(wish), EntryFactory(), "wishes/mail/resolve", thing=wish, why=FOLLOW)
    [fanout] = Fanout.objects.all()
    assert fanout.to_visitors and not Notification.objects.exists()
    outbox.expand(fanout.pk)
    assert Notification.objects.filter(visitor__isnull=False).count() == 5


def test_a_runaway_to_one_address_is_held(wish, settings):
    settings.MAILS_A_DAY = 0
    visitor = VisitorFactory()
    UserFactory(roles=[Role.OFFICE])
    visiting.ask(
        visitor.email,
        {"topic": TopicFactory().pk},
        language="en",
        rhythm="daily",
        label={"en": "x", "zh": "x"},
    )
    [(kind, pk)] = [one for one in sending.due(9) if Notification.objects.get(pk=one[1]).visitor_id]
    assert not sending.deliver(kind, pk)
    assert Notification.objects.get(pk=pk).held_at
