"""Who finds their organisation here asks to join it; an approver of it answers."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import JoinRequest, Membership, Organisation, User
from accounts.signals import changed

Outcome = JoinRequest.Outcome
MOST_WAITING = 5  # of one person


@transaction.atomic
def ask_to_join(organisation: Organisation, *, by: User, words: str = "") -> JoinRequest:
    """Put it before the approvers; of an organisation that was merged, before those of the one that stands.

    :raises ValidationError: the person belongs to it, has asked already, or asks too many.
    """
    held = standing(organisation)
    if held.memberships.filter(user=by).exists():
        raise ValidationError(_("You are a member already."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    waiting = set(by.join_requests.waiting().values_list("organisation_id", flat=True))
    if held.pk in waiting:
        raise ValidationError(_("You have asked already. You are told as soon as someone answers."))
    if len(waiting) >= MOST_WAITING:
        raise ValidationError(_("Too many of your requests wait for an answer. Take one back first."))
    made = JoinRequest.objects.create(organisation=held, person=by, words=words.strip()[:1000])
    _tell(made, "ask_to_join", by)
    return made


def standing(organisation: Organisation) -> Organisation:
    """Locked to the end of the transaction, so that it is not merged away meanwhile."""
    rows = Organisation.objects.select_for_update(no_key=True)
    held = rows.get(pk=organisation.pk)
    return held if held.merged_into_id is None else rows.get(pk=held.merged_into_id)


@transaction.atomic
def accept_join(request: JoinRequest, *, by: User, role: str = Membership.Role.MEMBER) -> Membership:
    """Let the person in; who is in already keeps the role they have.

    :raises ValidationError: it was answered a moment ago, or there is no such role.
    """
    if role not in Membership.Role.values:
        raise ValidationError(_("There is no such role."))
    held = _end(request, Outcome.ACCEPTED, by)
    membership, _is_new = Membership.objects.get_or_create(
        user=held.person, organisation=held.organisation, defaults={"role": role}
    )
    _tell(held, "accept_join", by)
    return membership


@transaction.atomic
def decline_join(request: JoinRequest, *, by: User, reason: str) -> None:
    """
    :raises ValidationError: it was answered a moment ago, or no reason was given.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the person reads your reason.")})
    _tell(_end(request, Outcome.DECLINED, by, reason.strip()), "decline_join", by, reason.strip())


@transaction.atomic
def withdraw_join(request: JoinRequest, *, by: User) -> None:
    """
    :raises ValidationError: it was answered a moment ago.
    """
    _tell(_end(request, Outcome.WITHDRAWN, by), "withdraw_join", by)


def expire_joins() -> int:
    """End those that nobody answered in time, each in a transaction of its own; returns how many."""
    ended = 0
    for request in JoinRequest.objects.due().order_by("pk"):
        try:
            with transaction.atomic():
                _tell(_end(request, Outcome.EXPIRED, None), "expire_join", None)
        except ValidationError:
            continue  # somebody answered just now
        ended += 1
    return ended


def _end(request: JoinRequest, outcome: str, by: User | None, reason: str = "") -> JoinRequest:
    standing(request.organisation)  # before the request, as who merges organisations does
    rows = JoinRequest.objects.select_for_update(of=("self",)).select_related("organisation", "person")
    held = rows.get(pk=request.pk)
    if held.outcome:
        raise ValidationError(_("This request has been answered already."))
    held.outcome, held.reason, held.decided_by, held.decided_at = outcome, reason, by, timezone.now()
    held.save()
    return held


def _tell(request: JoinRequest, verb: str, by: User | None, reason: str = "") -> None:
    details: dict[str, Any] = {
        "join": request.pk,
        "person": request.person_id,
        "name": request.person.name,
    }
    changed.send(
        Organisation, organisation=request.organisation, verb=verb, by=by, reason=reason, details=details
    )
