import io
import mailbox
import uuid
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from journal.workflow import ReasonRequired
from notifications import sending
from notifications.bounces import paths, services
from notifications.bounces.reports import read, severity
from notifications.letters import invitations
from notifications.models import Bounce, Delivery, Suppression
from notifications.tasks import sweep_letters
from tests.factories import (
    BounceFactory,
    DigestFactory,
    InvitationFactory,
    NotificationFactory,
    SuppressionFactory,
    UserFactory,
    VisitorFactory,
)
from tests.notifications.bounces.mails import complaint, dsn
from tests.threads import at_once

pytestmark = pytest.mark.django_db
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def posting(settings):
    """The portal's own door for mails, before what the tests read."""
    settings.EMAIL_BACKEND, settings.MAIL_TRANSPORT = "notifications.posting.Backend", LOCMEM


@pytest.fixture
def mailed():
    return NotificationFactory(
        channel="email", template="wishes/mail/publish", recipient__email="lee@example.org"
    )


def suppressed() -> list[tuple[str, str]]:
    return list(Suppression.objects.in_force().order_by("pk").values_list("address", "why"))


def back(raw: bytes) -> int:
    return services.returned(read(raw), raw)


# --- what is read -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        *((550, "", "hard"), (550, "5.1.1", "hard"), (553, "5.1.3", "hard"), (None, "5.1.10", "hard")),
        *((552, "5.2.2", "soft"), (550, "5.7.1", "soft"), (None, "5.7.26", "soft"), (552, "5.3.4", "soft")),
        *((450, "", "soft"), (None, "4.2.2", "soft"), (None, "", "soft"), (451, "4.7.1", "soft")),
    ],
)
def test_what_ends_an_address_and_what_passes(code, status, kind):
    assert severity(code, status) == kind


def test_an_address_that_is_not_there_is_suppressed_by_one_report(mailed):
    assert back(dsn("lee@example.org", mailed.message_id)) == 1
    assert suppressed() == [("lee@example.org", "bounce")]
    row = Bounce.objects.get()
    assert (row.kind, row.status, row.message_id) == ("hard", "5.1.1", mailed.message_id)
    assert "said the server" in row.said


def test_a_report_that_is_read_twice_counts_once(mailed):
    raw = dsn("lee@example.org", mailed.message_id, status="4.2.2")
    assert [back(raw), back(raw)] == [1, 0]
    assert Bounce.objects.count() == 1 and suppressed() == []


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_no_failure_counts_nothing(mailed, action):
    assert back(dsn("lee@example.org", mailed.message_id, action=action, status="4.4.1")) == 0


def test_nobody_can_suppress_another_by_a_report_that_they_made_up(mailed, settings):
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    victim = UserFactory(email="victim@example.org")
    forged = [
        dsn(victim.email, uuid.uuid4()),
        dsn(victim.email, mailed.message_id),  # of a mail that somebody else had
        dsn(victim.email, uuid.uuid4(), sent_to=f"bounces+m{uuid.uuid4().hex}@example.org"),
        dsn(victim.email, uuid.uuid4(), sent_to=paths.return_path("lee@example.org", None)),
        dsn(victim.email, uuid.uuid4(), sent_to="bounces+a00000000000000000000@example.org"),
    ]
    assert [back(raw) for raw in forged] == [0] * 5
    assert suppressed() == []


def test_a_return_path_tells_whose_mail_came_back_even_if_it_was_passed_on(mailed, settings):
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    path = paths.return_path("", mailed.message_id)
    assert len(path.partition("@")[0]) <= 64
    assert back(dsn("elsewhere@example.net", uuid.uuid4(), sent_to=path)) == 1
    assert suppressed() == [("lee@example.org", "bounce")]


def test_a_mail_that_no_row_tells_of_comes_back_to_a_path_of_its_address(settings):
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    path = paths.return_path("new@example.org", None)
    assert back(dsn("new@example.org", "x", sent_to=path)) == 1
    assert suppressed() == [("new@example.org", "bounce")]


def test_a_digest_that_comes_back_counts_too():
    digest = DigestFactory(recipient__email="lee@example.org")
    assert back(dsn("lee@example.org", digest.message_id)) == 1
    assert suppressed() == [("lee@example.org", "bounce")]


@pytest.mark.parametrize("named", ["", "Original-Rcpt-To: lee@example.org\n"])
def test_a_complaint_suppresses_also_where_the_report_names_nobody(mailed, named):
    assert back(complaint("lee@example.org", mailed.message_id, named=named)) == 1
    assert suppressed() == [("lee@example.org", "complaint")]


def test_bounces_that_pass_suppress_only_when_there_are_many_over_days(mailed, time_machine):
    """Days as they are in Hong Kong, so the first four hours lie in one."""
    counts = []
    time_machine.move_to((timezone.now() + timedelta(days=1)).replace(hour=4))
    for number, hours in enumerate((0, 1, 1, 1, 1, 24, 24)):
        time_machine.shift(hours * 3600)
        raw = dsn("lee@example.org", mailed.message_id, status="5.2.2")
        counts.append((back(raw + f"\n{number}".encode()), len(suppressed())))
    assert counts == [(1, 0)] * 6 + [(1, 1)]


def test_bounces_of_long_ago_count_no_more(mailed):
    old = timezone.now() - timedelta(days=15)
    for days in range(6):
        BounceFactory(address="lee@example.org", kind="soft", at=old - timedelta(days=days))
    back(dsn("lee@example.org", mailed.message_id, status="4.2.2"))
    assert suppressed() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: a@example.org\nAuto-Submitted: auto-replied\n\nI am away.",
        b"Content-Type: multipart/report; report-type=delivery-status\n\nno parts",
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;\nAction: failed\n",
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: =?x?q?=\nAction: failed\nStatus: 5",
        b"To: =?utf-8?q?=ff?=\nContent-Type: message/feedback-report\n\nFeedback-Type: \xff\n",
    ],
)
def test_what_cannot_be_read_reports_nothing(raw):
    assert back(raw) == 0


# --- the command --------------------------------------------------------------------------------------
def test_the_command_reads_one_mail_of_a_pipe(mailed, monkeypatch, settings, capsys):
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    stdin = io.TextIOWrapper(io.BytesIO(dsn("other@example.net", "x")))
    monkeypatch.setattr("sys.stdin", stdin)
    call_command("read_bounces", to=paths.return_path("", mailed.message_id))
    assert "1 mails read, 1 reports counted" in capsys.readouterr().out
    assert suppressed() == [("lee@example.org", "bounce")]


def test_the_command_reads_mailboxes_and_may_read_them_again(mailed, tmp_path, capsys):
    box = mailbox.mbox(tmp_path / "box")
    for raw in (dsn("lee@example.org", mailed.message_id), b"From: x\n\nHello", b""):
        box.add(raw)
    box.close()
    for counted in (1, 0):
        call_command("read_bounces", tmp_path / "box")
        assert f"3 mails read, {counted} reports counted" in capsys.readouterr().out


def test_the_command_asks_the_mail_server_to_try_again_while_the_database_is_away(tmp_path, monkeypatch):
    box = mailbox.mbox(tmp_path / "box")
    box.add(dsn("lee@example.org", uuid.uuid4()))
    box.close()

    def away(*_arguments):
        raise OperationalError("gone")

    monkeypatch.setattr("notifications.management.commands.read_bounces.returned", away)
    with pytest.raises(CommandError) as raised:
        call_command("read_bounces", tmp_path / "box")
    assert raised.value.returncode == 75
    with pytest.raises(CommandError, match="is not a file"):
        call_command("read_bounces", tmp_path / "none")


# --- who is sent nothing ------------------------------------------------------------------------------
def test_a_notice_to_a_suppressed_address_is_not_sent_and_stands_in_the_inbox(mailed, mailoutbox):
    SuppressionFactory(address="lee@example.org")
    assert not sending.deliver("notification", mailed.pk)
    mailed.refresh_from_db()
    assert (mailoutbox, mailed.last_error) == ([], services.SUPPRESSED)
    assert Delivery.objects.get().answer == services.SUPPRESSED


def test_a_visitor_who_is_not_reached_is_written_to_no_more(mailoutbox):
    visitor = VisitorFactory(email="passer@example.org")
    first, second = (
        NotificationFactory(
            recipient=None, visitor=visitor, channel="email", template="wishes/mail/publish", why="follow"
        )
        for _ in range(2)
    )
    assert sending.deliver("notification", first.pk)
    assert back(dsn(visitor.email, first.message_id)) == 1
    assert not sending.deliver("notification", second.pk)
    assert (len(mailoutbox), suppressed()) == (1, [("passer@example.org", "bounce")])


def test_an_address_is_known_in_any_case_of_its_letters(mailoutbox):
    row = NotificationFactory(
        channel="email", template="wishes/mail/publish", recipient__email="Lee@Example.org"
    )
    services.suppress("LEE@example.ORG", "manual", "asked for it")
    sending.deliver("notification", row.pk)
    assert mailoutbox == []


def test_an_invitation_to_a_suppressed_address_is_not_sent(posting, mailoutbox):
    SuppressionFactory(address="gone@example.org")
    invitations.send(InvitationFactory(email="gone@example.org").pk)
    invitations.send(InvitationFactory(email="there@example.org").pk)
    sweep_letters()
    assert [mail.to for mail in mailoutbox] == [["there@example.org"]]


@pytest.mark.parametrize(("why", "sent"), [("bounce", 0), ("complaint", 1), ("manual", 1)])
def test_what_a_person_asks_for_reaches_who_wants_no_notices_but_not_an_address_that_is_gone(
    posting, client, mailoutbox, why, sent
):
    person = UserFactory(email="lee@example.org")
    SuppressionFactory(address=person.email, why=why)
    assert client.post(reverse("account_reset_password"), {"email": person.email}).status_code == 302
    sweep_letters()
    assert len(mailoutbox) == sent


def test_of_several_recipients_only_the_suppressed_is_left_out(posting, mailoutbox):
    SuppressionFactory(address="gone@example.org")
    mail = EmailMessage("S", "T", to=["Gone <GONE@example.org>", "a@example.org"], bcc=["gone@example.org"])
    assert mail.send() == 1
    assert mailoutbox[0].recipients() == ["a@example.org"]


def test_the_return_path_bears_the_number_and_the_reader_sees_the_portal(
    posting, mailed, mailoutbox, settings
):
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    sending.deliver("notification", mailed.pk)
    [mail] = mailoutbox
    assert mail.from_email == f"bounces+m{mailed.message_id.hex}@example.org"
    assert mail.message()["From"] == settings.DEFAULT_FROM_EMAIL


def test_without_an_address_for_returns_mails_go_out_as_they_are(posting, mailed, mailoutbox, settings):
    sending.deliver("notification", mailed.pk)
    assert mailoutbox[0].from_email == settings.DEFAULT_FROM_EMAIL


# --- refused by the mail server -----------------------------------------------------------------------
@pytest.fixture
def server(settings):
    """A real SMTP server that answers RCPT as the test says."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP

    class Handler:
        answer, taken = "250 OK", []

        async def handle_RCPT(self, server, session, envelope, address, options):
            if self.answer.startswith("250"):
                envelope.rcpt_tos.append(address)
            return self.answer

        async def handle_DATA(self, server, session, envelope):
            self.taken.append(envelope)
            return "250 OK"

    class OnAnyPort(Controller):
        def factory(self):
            return SMTP(self.handler)

        def _trigger_server(self):
            """Its port is known only once it listens."""
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    handler = Handler()
    handler.taken = []
    controller = OnAnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "notifications.posting.Backend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    controller.stop()


def test_an_address_that_the_server_does_not_know_is_suppressed(server, mailed):
    server.answer = "550 5.1.1 No such user here"
    assert not sending.deliver("notification", mailed.pk)
    mailed.refresh_from_db()
    assert suppressed() == [("lee@example.org", "bounce")]
    assert (mailed.last_error, mailed.sent_at is not None) == (services.SUPPRESSED, True)
    assert "No such user" in Delivery.objects.get().answer
    assert Bounce.objects.get().message_id == mailed.message_id


@pytest.mark.parametrize("answer", ["450 4.2.1 Later", "552 5.2.2 Mailbox full", "550 5.7.1 By policy"])
def test_an_answer_that_passes_is_tried_again(server, mailed, answer):
    server.answer = answer
    assert not sending.deliver("notification", mailed.pk)
    mailed.refresh_from_db()
    assert (suppressed(), mailed.sent_at, mailed.attempts) == ([], None, 1)
    assert mailed.not_before > timezone.now()
    assert Bounce.objects.count() == (answer[0] == "5")


def test_a_new_password_for_an_address_that_its_server_does_not_know_is_no_failure(server, client):
    server.answer = "550 5.1.1 No such user here"
    UserFactory(email="lee@example.org")
    assert client.post(reverse("account_reset_password"), {"email": "lee@example.org"}).status_code == 302
    sweep_letters()
    assert suppressed() == [("lee@example.org", "bounce")]


# --- how it ends --------------------------------------------------------------------------------------
def test_the_office_lifts_with_a_reason_and_duties_that_were_missed_go_out(mailoutbox):
    person = UserFactory(email="lee@example.org")
    duty, old, note = (
        NotificationFactory(recipient=person, channel="email", template="wishes/mail/publish", why=why)
        for why in ("duty", "duty", "party")
    )
    row = services.suppress(person.email, "bounce", "550")
    for mail in (duty, old, note):
        sending.deliver("notification", mail.pk)
    type(old).objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=15))
    office = UserFactory(office=True)
    with pytest.raises(ReasonRequired):
        services.lift(row, by=office, reason=" ")
    assert services.lift(row, by=office, reason="They have room again.") == 1
    assert sending.deliver("notification", duty.pk)
    assert len(mailoutbox) == 1
    told = Entry.objects.about(row).in_order()
    assert [(one.verb, one.reason) for one in told] == [("suppress", ""), ("lift", "They have room again.")]
    assert "lee@example.org" not in str(list(Entry.objects.values()))


def test_two_reports_at_once_make_one_suppression(committed):
    works = [lambda: services.suppress("lee@example.org", "bounce")] * 4
    assert len({row.pk for row in at_once(*works)}) == 1


def test_a_person_reads_that_mails_come_back_and_says_once_that_they_arrive_again(client):
    person = UserFactory(email="lee@example.org")
    client.force_login(person)
    services.suppress(person.email, "bounce", "550 No such user")
    for name in ("notices:inbox", "notices:settings"):
        page = client.get(reverse(name)).content.decode()
        assert "You get no mails from the portal" in page and "It works again" in page
    client.post(reverse("notices:address-works"))
    assert suppressed() == []
    services.suppress(person.email, "bounce", "550 No such user")
    assert "It works again" not in client.get(reverse("notices:settings")).content.decode()
    client.post(reverse("notices:address-works"))
    assert suppressed() == [("lee@example.org", "bounce")]


@pytest.mark.parametrize("why", ["complaint", "manual"])
def test_what_a_person_complained_of_is_lifted_by_the_office_alone(client, why):
    person = UserFactory(email="lee@example.org")
    client.force_login(person)
    SuppressionFactory(address=person.email, why=why)
    assert "It works again" not in client.get(reverse("notices:settings")).content.decode()
    client.post(reverse("notices:address-works"))
    assert len(suppressed()) == 1


def test_nobody_lifts_the_address_of_another(client):
    client.force_login(UserFactory())
    SuppressionFactory(address="lee@example.org")
    assert client.post(reverse("notices:address-works")).status_code == 404


# --- the office's page --------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 5])
def test_the_page_shows_who_misses_duties_first_in_as_many_queries_for_five_as_for_one(
    client, django_assert_num_queries, count
):
    client.force_login(UserFactory(office=True))
    for number in range(count):
        SuppressionFactory(address=f"a{number}@example.org")
    last = f"a{count - 1}@example.org"
    NotificationFactory(
        **{"recipient__email": last, "recipient__name": "Lee Siu-ming", "channel": "email", "why": "duty"},
        **{"sent_at": timezone.now(), "last_error": services.SUPPRESSED},
    )
    SuppressionFactory(address="free@example.org", lifted_at=timezone.now())
    with django_assert_num_queries(5):  # session, person, number, addresses, unread
        page = client.get(reverse("notices:addresses")).content.decode()
    assert page.count("@example.org</strong>") == count
    assert "free@example.org" not in page and "1 request to act not mailed" in page
    assert page.index(last) == min(page.index(f"a{number}@example.org") for number in range(count))
    assert "Lee Siu-ming" in page


def test_the_office_stops_and_lifts_on_its_pages_and_a_wrong_form_keeps_what_was_typed(client):
    client.force_login(UserFactory(office=True))
    stop = reverse("notices:suppress-address")
    wrong = client.post(stop, {"address": "no address", "said": "They wrote to us"})
    assert wrong.status_code == 422 and "They wrote to us" in wrong.content.decode()
    client.post(stop, {"address": "Lee@example.org", "said": "They wrote to us"})
    assert suppressed() == [("lee@example.org", "manual")]
    place = reverse("notices:lift-address", args=[Suppression.objects.get().pk])
    assert client.post(place, {"reason": ""}).status_code == 422
    client.post(place, {"reason": "They wrote again"})
    assert suppressed() == []
    assert client.post(place, {"reason": "Twice"}).status_code == 404
