"""How an address is suppressed and freed, at the edges: of many bounces the last, of two the first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.bounces import services
from notifications.bounces.reports import read
from notifications.letters import invitations
from notifications.models import Bounce, Notification, Suppression
from notifications.tasks import sweep_letters
from tests.factories import (
    BounceFactory,
    InvitationFactory,
    NotificationFactory,
    SuppressionFactory,
    UserFactory,
)
from tests.notifications.bounces.mails import complaint

pytestmark = pytest.mark.django_db
ADDRESS = "lee@example.org"


def office():
    return UserFactory(office=True)


def missed(person, **told):
    told = {"why": "duty", "sent_at": timezone.now(), "last_error": services.SUPPRESSED} | told
    return NotificationFactory(channel="email", recipient=person, **told)


@pytest.mark.parametrize(
    ("days", "is_lasting"),
    [
        ((0, 1, 2, 2, 2), True),
        ((0, 1, 2, 2), False),  # too few
        ((0, 1, 1, 1, 1, 1), False),  # on too few days
    ],
)
def test_five_bounces_that_pass_on_three_days_end_an_address(days, is_lasting):
    now = timezone.now()
    for day in days:
        BounceFactory(address=ADDRESS, kind="soft", at=now - timedelta(days=day))
    BounceFactory.create_batch(5, address="other@example.org", kind="soft", at=now - timedelta(days=4))
    BounceFactory.create_batch(5, address=ADDRESS, kind="soft", at=now - timedelta(days=14, hours=1))
    assert services._is_lasting(ADDRESS) is is_lasting


def test_a_lifted_address_begins_anew_but_its_complaints_are_remembered():
    row = services.suppress(ADDRESS, "bounce")
    for kind in ("soft", "hard", "complaint"):
        BounceFactory(address=ADDRESS, kind=kind)
    services.lift(row, by=office(), reason="They have room again.")
    assert list(Bounce.objects.values_list("kind", flat=True)) == ["complaint"]


def test_of_two_who_lift_the_first_one_counts():
    person, row = UserFactory(email=ADDRESS), services.suppress(ADDRESS, "bounce")
    missed(person)
    first, second = office(), office()
    assert services.lift(row, by=first, reason="They have room again.") == 1
    Notification.objects.update(sent_at=timezone.now(), last_error=services.SUPPRESSED)
    assert services.lift(row, by=second, reason="I did it.") == 0
    row.refresh_from_db()
    assert (row.lifted_by, row.lifted_for) == (first, "They have room again.")


def test_what_was_read_in_the_portal_meanwhile_is_not_sent_after_all():
    person, row = UserFactory(email=ADDRESS), services.suppress(ADDRESS, "bounce")
    duty = missed(person)
    NotificationFactory(
        channel="inbox", recipient=person, entry_id=duty.entry_id, read_at=timezone.now(), why="duty"
    )
    assert services.lift(row, by=office(), reason="They have room again.") == 0


def test_a_person_frees_only_an_address_of_their_own_and_once_a_week():
    person, other = UserFactory(email=ADDRESS), UserFactory()
    now = timezone.now()
    row = SuppressionFactory(address=ADDRESS, why="bounce")
    assert services.may_lift_own(person, row)
    assert not services.may_lift_own(other, row)
    lately, long_ago = now - timedelta(days=6), now - timedelta(days=8)
    SuppressionFactory(address=ADDRESS, lifted_at=lately, lifted_by=office())
    SuppressionFactory(address=ADDRESS, lifted_at=long_ago, lifted_by=person)
    assert services.may_lift_own(person, row)
    SuppressionFactory(address=ADDRESS, lifted_at=lately, lifted_by=person)
    assert not services.may_lift_own(person, row)


@pytest.mark.parametrize(
    ("kind", "is_complaint"),
    [("abuse", True), ("fraud", True), ("opt-out", True), ("not-spam", False), ("virus", False)],
)
def test_only_feedback_that_complains_is_a_complaint(kind, is_complaint):
    row = NotificationFactory(channel="email", recipient__email=ADDRESS)
    raw = complaint(ADDRESS, row.message_id).replace(
        b"Feedback-Type: abuse", b"Feedback-Type: " + kind.encode()
    )
    assert services.returned(read(raw), raw) == is_complaint
    assert Suppression.objects.exists() is is_complaint


def test_a_letter_that_comes_back_comes_to_a_path_of_its_address(settings, mailoutbox):
    """No row tells whom a letter went to, so its number would lead to nobody."""
    settings.EMAIL_BACKEND = "notifications.posting.Backend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    invitations.send(InvitationFactory(email=ADDRESS).pk)
    sweep_letters()
    [mail] = mailoutbox
    assert mail.from_email == services.paths.return_path(ADDRESS, None)
    assert services.paths.is_of(mail.from_email, ADDRESS)
    assert not services.paths.is_of(mail.from_email, "other@example.org")
