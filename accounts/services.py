"""What is done with the people of an organisation; the verbs of invitations and verification stand apart."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.invitations import MAX_WAITING, accept, by_token, decline, invite, send_again, token_of
from accounts.models import Membership, Organisation, User
from accounts.signals import changed
from accounts.verifying import ask, decide, revoke

__all__ = [
    "MAX_WAITING",
    "accept",
    "ask",
    "by_token",
    "change_role",
    "decide",
    "decline",
    "invite",
    "remove",
    "revoke",
    "send_again",
    "token_of",
]


@transaction.atomic
def remove(membership: Membership, *, by: User) -> None:
    """End a membership; it takes effect at the person's next request.

    :raises ValidationError: nobody would be left who can let others in.
    """
    _keep_an_approver(membership)
    _tell(membership, "remove_member", by, {})
    membership.delete()


@transaction.atomic
def change_role(membership: Membership, *, by: User, role: str) -> None:
    """What a member may do from the next request on.

    :raises ValidationError: there is no such role, or nobody would be left who can let others in.
    """
    if role not in Membership.Role.values:
        raise ValidationError(_("There is no such role."))
    if role == membership.role:
        return
    if role != Membership.Role.APPROVER:
        _keep_an_approver(membership)
    was, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    _tell(membership, "change_role", by, {"from": was, "to": role})


def _keep_an_approver(membership: Membership) -> None:
    """Locks the approvers, so that two who leave at once do not both go."""
    rows = Membership.objects.select_for_update().filter(organisation=membership.organisation_id)
    approvers = [row.pk for row in rows.order_by("pk") if row.role == Membership.Role.APPROVER]
    if approvers == [membership.pk]:
        raise ValidationError(_("The last approver cannot leave: make someone else an approver first."))


def _tell(membership: Membership, verb: str, by: User, details: dict[str, str]) -> None:
    who = {"person": membership.user_id, "name": membership.user.name}
    changed.send(
        Organisation, organisation=membership.organisation, verb=verb, by=by, details={**who, **details}
    )
