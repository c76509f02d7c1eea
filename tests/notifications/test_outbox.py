from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail
from django.db import transaction

from accounts.models import User
from innoportal import embedded
from notifications import outbox, sending
from notifications.models import LEASE, MAX_ATTEMPTS, Delivery, Fanout, Notification
from notifications.models.fanouts import LEASE as FANOUT_LEASE
from notifications.outbox import bilingual, followers, notify, party
from notifications.tasks import sweep
from tests.factories import (
    EntryFactory,
    FollowFactory,
    MembershipFactory,
    NotificationFactory,
    PreferenceFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notice_templates")]


@pytest.fixture
def wish():
    return WishFactory(open=True, title_en="Dry pipes", title_zh="乾渠")


def tell(people, wish, why="party", entry=None, **context):
    return notify(
        people, entry or EntryFactory(), "notice/changed", thing=wish, why=why, extra="x", **context
    )


def test_a_person_is_told_once_of_one_entry_however_often_it_is_said(wish):
    person, entry = UserFactory(), EntryFactory()
    tell([person, person], wish, entry=entry)
    tell([person], wish, entry=entry)
    assert sorted(Notification.objects.values_list("channel", flat=True)) == ["email", "inbox"]


def test_who_acted_is_not_told(wish):
    person = UserFactory()
    assert tell([person], wish, entry=EntryFactory(actor_id=person.pk)) == 0
    assert not Notification.objects.exists()


def test_a_rolled_back_transition_tells_no_one(wish):
    with pytest.raises(RuntimeError), transaction.atomic():
        tell([UserFactory()], wish)
        raise RuntimeError
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("why", "channels"), [("follow", ["inbox"]), ("party", ["email", "inbox"]), ("duty", ["email", "inbox"])]
)
def test_who_wants_no_mail_of_a_kind_gets_none_of_it_but_duties(wish, why, channels):
    person = PreferenceFactory(follows="never").user
    tell([person], wish, why=why)
    assert sorted(Notification.objects.values_list("channel", flat=True)) == channels


def test_followers_of_a_thing_and_of_its_topics_are_each_named_once(wish):
    topic = TopicFactory()
    both = UserFactory()
    FollowFactory(user=both, topic=topic)
    FollowFactory(user=both, topic=None, noun="wishes.wish", object_id=wish.pk)
    other = FollowFactory(topic=topic).user
    FollowFactory()
    FollowFactory(topic=topic, user=UserFactory(is_active=False))
    assert sorted(followers(wish, topic), key=lambda user: user.pk) == [both, other]


def test_the_party_of_an_organisation_is_its_active_people():
    approver = MembershipFactory(approver=True)
    member = MembershipFactory(organisation=approver.organisation)
    MembershipFactory(organisation=approver.organisation, user=UserFactory(is_active=False))
    assert set(party(approver.organisation_id)) == {approver.user, member.user}
    assert list(party(approver.organisation_id, approvers_only=True)) == [approver.user]


@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [
        ("en", "Changed: Dry pipes", "Dear"),
        ("zh-hant", "Changed: 乾渠", "您好"),
        ("zh-hans", "Changed: 干渠", "您好"),
    ],
)
def test_a_mail_is_in_its_readers_language_with_both_parts(wish, mailoutbox, language, subject, greeting):
    person = UserFactory(language=language, name="Ada <i>")
    tell([person], wish)
    sweep()
    (message,) = mailoutbox
    assert message.subject == subject
    assert greeting in message.body and "Second <b>paragraph</b>." in message.body
    html = message.alternatives[0].content
    assert greeting in html and "&lt;b&gt;paragraph" in html and "Ada &lt;i&gt;" in html
    assert f"/{language}/wishes/{wish.reference}/" in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_title_cannot_add_a_header(wish, mailoutbox):
    wish.title_en = "Dry\r\nBcc: all@example.org"
    tell([UserFactory()], wish)
    sweep()
    assert mailoutbox[0].subject == "Changed: Dry Bcc: all@example.org"
    assert mailoutbox[0].recipients() == mailoutbox[0].to


def test_a_sent_mail_is_not_sent_again(wish, mailoutbox):
    tell([UserFactory()], wish)
    sweep()
    sweep()
    sending.deliver("notification", Notification.objects.get(channel="email").pk)
    assert len(mailoutbox) == 1
    assert Delivery.objects.get().accepted


def test_a_worker_killed_between_claim_and_send_delays_the_mail_until_its_lease_is_over(
    wish, mailoutbox, time_machine
):
    tell([UserFactory()], wish)
    row = Notification.objects.get(channel="email")
    assert Notification.objects.claim(row.pk)  # and the worker dies here
    sweep()
    assert mailoutbox == []
    time_machine.shift(LEASE.total_seconds() + 1)
    sweep()
    assert [message.extra_headers["Message-ID"] for message in mailoutbox] == [
        f"<{row.message_id}@127.0.0.1>"
    ]


def test_a_mail_that_the_server_refuses_is_tried_later_and_at_last_set_aside(wish, settings, time_machine):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", embedded.free_port()
    tell([UserFactory()], wish)
    for _attempt in range(MAX_ATTEMPTS + 3):
        sweep()
        time_machine.shift(86_400)
    row = Notification.objects.get(channel="email")
    assert (row.attempts, row.sent_at) == (MAX_ATTEMPTS, None)
    assert row.deliveries.filter(accepted=False).count() == MAX_ATTEMPTS
    assert "ConnectionRefusedError" in row.last_error


def test_a_notice_that_cannot_be_rendered_does_not_stop_the_others(wish, mailoutbox):
    NotificationFactory(channel="email", template="notice/missing")
    tell([UserFactory()], wish)
    sweep()
    assert len(mailoutbox) == 1


def test_a_mail_is_really_given_to_a_mail_server(wish, settings, catcher):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", catcher.port
    person = UserFactory(language="zh-hant")
    tell([person], wish)
    sweep()
    (raw,) = catcher.mails
    message = message_from_bytes(raw, policy=default)
    assert message["To"] == person.email
    assert message["Subject"] == "Changed: 乾渠"
    assert {part.get_content_type() for part in message.walk()} >= {"text/plain", "text/html"}


@pytest.fixture
def catcher():
    """A mail server on loopback that keeps what it was given."""
    from aiosmtpd.controller import Controller

    class Keep:
        def __init__(self):
            self.mails = []

        async def handle_DATA(self, server, session, envelope):
            self.mails.append(envelope.content)
            return "250 kept"

    controller = Controller(Keep(), hostname="127.0.0.1", port=embedded.free_port())
    controller.start()
    controller.mails = controller.handler.mails
    yield controller
    controller.stop()


def test_bilingual_gives_both_columns(wish):
    assert bilingual(wish, "title") == {"en": "Dry pipes", "zh": "乾渠"}
    assert mail.outbox == []


# To many people


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 2)


def people_of(count):
    return User.objects.filter(pk__in=[UserFactory().pk for _number in range(count)])


def test_a_notice_to_many_is_one_row_until_a_worker_writes_theirs(wish, few_at_once):
    assert tell(people_of(5), wish) == 5
    assert (Fanout.objects.count(), Notification.objects.count()) == (1, 0)
    sweep()
    sweep()
    assert Notification.objects.filter(channel="inbox").values("recipient").distinct().count() == 5
    assert Notification.objects.count() == 10
    assert not Fanout.objects.due().exists()


def test_a_notice_to_many_costs_who_clicks_the_same_for_five_as_for_fifty(
    wish, few_at_once, django_assert_num_queries
):
    for count in (5, 50):
        people, entry = people_of(count), EntryFactory()
        with django_assert_num_queries(3):  # whether many, the row, and how many
            tell(people, wish, entry=entry)


def test_a_rolled_back_notice_to_many_tells_no_one(wish, few_at_once):
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(people_of(5), wish)
        raise RuntimeError
    sweep()
    assert not Notification.objects.exists()


def test_a_worker_killed_in_the_middle_of_many_leaves_off_where_another_goes_on(
    wish, few_at_once, monkeypatch, time_machine
):
    tell(people_of(7), wish)
    written, write = [], outbox.write

    def dies(people, said, **how):
        if len(written) == 2:
            raise SystemExit
        written.append(len(people))
        write(people, said, **how)

    monkeypatch.setattr(outbox, "write", dies)
    with pytest.raises(SystemExit):
        sweep()
    monkeypatch.setattr(outbox, "write", write)
    assert Fanout.objects.get().written == 4
    sweep()  # another may be at it
    assert Notification.objects.filter(channel="inbox").count() == 4
    time_machine.shift(FANOUT_LEASE.total_seconds() + 1)
    sweep()
    assert Notification.objects.filter(channel="inbox").count() == 7


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_many_people_once(wish, few_at_once):
    tell(people_of(9), wish)
    at_once(sweep, sweep, sweep)
    sweep()
    assert Notification.objects.filter(channel="inbox").count() == 9
