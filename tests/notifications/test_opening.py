"""Whether mails are opened is counted of who allows it, once for each mail; it goes with the consent."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications import sending
from notifications.models import Notification, Opening, Preference
from notifications.opening import counting
from notifications.opening.counting import KEPT, picture_of
from notifications.outbox import notify
from notifications.tasks import forget_arrivals, sweep
from tests.factories import (
    EntryFactory,
    NotificationFactory,
    OpeningFactory,
    PreferenceFactory,
    UserFactory,
    VisitorFactory,
    WishFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notice_templates")]
PICTURE = re.compile(r'<img src="http://127\.0\.0\.1:8000(/[^"]+)" width="1" height="1" alt="">')


def told(person, rhythm="now", count=1):
    Preference.objects.filter(user=person).update(follows=rhythm)
    for _number in range(count):
        notify(
            [person], EntryFactory(), "notice/changed", thing=WishFactory(open=True), why="follow", extra="x"
        )


def allowing(**preference):
    return PreferenceFactory(counts_opened=True, **preference).user


def picture(message):
    found = PICTURE.findall(message.alternatives[0].content)
    return found[0] if found else None


def opened():
    return Opening.objects.exclude(opened_on=None).count()


def test_a_mail_to_who_allows_it_has_a_picture_that_is_counted_once(mailoutbox, client):
    person = allowing()
    told(person)
    sweep()
    [message] = mailoutbox
    path = picture(message)
    assert "You let the portal count" in message.alternatives[0].content and path not in message.body
    for _time in range(3):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
        assert "no-store" in answer["Cache-Control"] and not answer.cookies
    row = Opening.objects.get()
    assert (row.user, row.templates, row.opened_on) == (person, ["notice/changed"], timezone.localdate())
    token = path.rpartition("/")[2].removesuffix(".gif")
    assert len(token) >= 32 and str(person.pk) not in path.replace(token, "") and person.email not in path


@pytest.mark.parametrize("who", ["nobody asked", "said no", "visitor"])
def test_a_mail_to_anybody_else_holds_nothing_that_could_tell(mailoutbox, who):
    if who == "visitor":
        reader = {"recipient": None, "visitor": VisitorFactory(confirmed_at=timezone.now())}
    else:
        reader = {"recipient": UserFactory() if who == "nobody asked" else PreferenceFactory().user}
    notice = NotificationFactory(template="notice/changed", channel="email", context={"extra": "x"}, **reader)
    assert sending.deliver("notification", notice.pk)
    assert "<img" not in mailoutbox[0].alternatives[0].content and not Opening.objects.exists()


def test_a_digest_is_counted_for_each_kind_in_it(mailoutbox, client, time_machine):
    told(allowing(), "daily", 2)
    time_machine.shift(timedelta(days=1))
    sweep()
    [message] = mailoutbox
    client.get(picture(message))
    assert opened() == 1 and counting.counted(timezone.localdate()) == {"notice/changed": (1, 1)}


def test_who_only_looks_whether_it_is_there_counts_nothing_and_a_false_token_gets_the_same(client):
    row = OpeningFactory()
    path = reverse("notices:opened", args=[row.token])
    known, unknown = client.head(path), Client().get(reverse("notices:opened", args=["x" * 60]))
    assert (known.status_code, known.content, opened()) == (200, b"", 0)
    counted = client.get(path)
    assert opened() == 1
    heads = [{**answer.headers, "X-Request-ID": ""} for answer in (counted, unknown)]
    assert counted.content == unknown.content and heads[0] == heads[1]
    assert client.post(path).status_code == 405


def test_withdrawing_forgets_what_was_counted_and_counts_no_more(client, mailoutbox):
    person, other = allowing(), OpeningFactory(opened_on=timezone.localdate())
    told(person)
    sweep()
    path = picture(mailoutbox[0])
    Client().get(path)
    client.force_login(person)
    page = client.get(reverse("notices:settings"))
    assert "Count when I open mails" in page.content.decode()
    form = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    assert client.post(reverse("notices:settings"), form | {"counts_opened": "on"}).status_code == 302
    assert opened() == 2  # saved again, and still allowed
    form.pop("counts_opened")
    assert client.post(reverse("notices:settings"), form).status_code == 302
    assert list(Opening.objects.all()) == [other]
    assert Client().get(path).status_code == 200 and opened() == 1
    told(person)
    sweep()
    assert picture(mailoutbox[1]) is None


def test_a_mail_that_is_tried_again_keeps_its_picture_and_one_that_never_goes_leaves_none(mailoutbox):
    notice = NotificationFactory(template="notice/changed", channel="email", recipient=allowing())
    assert picture_of(notice, [notice.template]) == picture_of(notice, [notice.template])
    person = notice.recipient
    person.is_active = False
    person.save()
    assert not sending.deliver("notification", notice.pk)
    assert mailoutbox == [] and not Opening.objects.exists()


def test_a_consent_that_ends_while_the_mail_is_drawn_is_heeded():
    notice = NotificationFactory(recipient=allowing())
    Preference.objects.update(counts_opened=False)  # the mail was read from the database before
    notice.recipient.mail_preference.counts_opened = True
    assert picture_of(notice, [notice.template]) == "" and not Opening.objects.exists()


def test_it_takes_no_query_more_to_mail_who_has_not_consented(django_assert_num_queries):
    notice = NotificationFactory(recipient=PreferenceFactory().user)
    held = Notification.objects.select_related("recipient__mail_preference").get(pk=notice.pk)
    with django_assert_num_queries(0):
        assert picture_of(held, [held.template]) == ""


def test_what_is_older_than_the_page_of_figures_shows_is_forgotten():
    OpeningFactory(sent_on=timezone.localdate() - KEPT - timedelta(days=1))
    kept = OpeningFactory(sent_on=timezone.localdate() - KEPT)
    forget_arrivals()
    assert list(Opening.objects.all()) == [kept]
