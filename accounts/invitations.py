"""Invitations by mail: a link that works once, for two weeks, and only until the invitation is sent again.

Who is told of `invite` and `invite_again`, in the same transaction, writes the letter.
"""

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Invitation, Membership, Organisation, User, new_key
from accounts.signals import changed

MAX_WAITING = 50  # invitations of one organisation that nobody has answered
SALT = "invitation"


@transaction.atomic
def invite(organisation: Organisation, *, by: User, email: str, role: str) -> Invitation:
    """Ask the owner of an address to join; what happens is the same whether or not there is an account.

    Who is asked already is not written to twice, unless the link of before has ended.

    :raises ValidationError: too many invitations wait already, or the person is a member, as the list shows.
    """
    email = email.strip().lower()
    if organisation.people.filter(email=email).exists():
        raise ValidationError({"email": _("This person is a member already.")})
    if organisation.invitations.exclude(email=email).count() >= MAX_WAITING:
        raise ValidationError(_("Too many invitations wait for an answer. Take some back first."))
    invitation, is_new = Invitation.objects.update_or_create(
        organisation=organisation,
        email=email,
        defaults={"role": role},
        create_defaults={"role": role, "invited_by": by},
    )
    if is_new:
        _tell(invitation, "invite", by)
    elif invitation.is_expired:
        send_again(invitation, by=by)
    return invitation


@transaction.atomic
def send_again(invitation: Invitation, *, by: User) -> None:
    """With a new link for another two weeks; the one of before ends."""
    invitation.nonce, invitation.sent_at = new_key(), timezone.now()
    invitation.save(update_fields=["nonce", "sent_at"])
    _tell(invitation, "invite_again", by)


def token_of(invitation: Invitation) -> str:
    return signing.dumps([invitation.pk, invitation.nonce], salt=SALT)


def by_token(token: str) -> Invitation | None:
    """None if the link was forged or answered, is too old, or a newer one was sent."""
    try:
        pk, nonce = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    found = Invitation.objects.filter(pk=pk, nonce=nonce).select_related("organisation", "invited_by").first()
    return None if found is None or found.is_expired else found


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> Membership:
    """Become a member; who is one already keeps the role they have.

    :raises ValidationError: it was taken back, or answered, a moment ago: it works once.
    """
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation")
    held = rows.filter(pk=invitation.pk).first()
    if held is None:
        raise ValidationError(_("This invitation was taken back."))
    membership, is_new = Membership.objects.get_or_create(
        user=by, organisation=held.organisation, defaults={"role": held.role}
    )
    if is_new:
        _tell(held, "join", by)
    held.delete()
    return membership


@transaction.atomic
def decline(invitation: Invitation, *, by: User) -> None:
    """Turned down by the one who was asked, or taken back by those who asked."""
    _tell(invitation, "uninvite", by)
    invitation.delete()


def _tell(invitation: Invitation, verb: str, by: User) -> None:
    """Without the address: a journal that nobody can change is no place for it."""
    details = {"invitation": invitation.pk, "role": invitation.role}
    changed.send(Organisation, organisation=invitation.organisation, verb=verb, by=by, details=details)
