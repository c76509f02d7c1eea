from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import Invitation, Membership, Organisation, User

MAX_WAITING = 50  # invitations of one organisation that nobody has answered


@transaction.atomic
def invite(organisation: Organisation, *, by: User, email: str, role: str) -> Invitation:
    """Ask the owner of an address to join; what happens is the same whether or not there is an account.

    Only the owner of the address, once proved, reads the invitation and turns it into a membership.

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
        transaction.on_commit(lambda: _send(invitation), robust=True)
    return invitation


def _send(invitation: Invitation) -> None:
    context = {
        "organisation": invitation.organisation,
        "inviter": invitation.invited_by,
        "site": settings.SITE_URL,
    }
    text = render_to_string("accounts/mail/invitation.txt", context).strip()
    subject, _rest, body = text.partition("\n")
    EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[invitation.email]).send()


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> Membership:
    """Become a member; who is one already keeps the role they have.

    :raises ValidationError: it was taken back a moment ago.
    """
    held = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if held is None:
        raise ValidationError(_("This invitation was taken back."))
    membership, _made = Membership.objects.get_or_create(
        user=by, organisation=invitation.organisation, defaults={"role": held.role}
    )
    held.delete()
    return membership


def decline(invitation: Invitation) -> None:
    """Turned down by the one who was asked, or taken back by those who asked."""
    invitation.delete()


@transaction.atomic
def remove(membership: Membership) -> None:
    """End a membership; it takes effect at the person's next request.

    :raises ValidationError: nobody would be left who can let others in.
    """
    rows = Membership.objects.select_for_update().filter(organisation=membership.organisation_id)
    approvers = [row.pk for row in rows if row.role == Membership.Role.APPROVER]
    if approvers == [membership.pk]:
        raise ValidationError(_("The last approver cannot leave: make someone else an approver first."))
    membership.delete()
