"""Who acts for an approver, and when: written into the journal, which the room of the people is below."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Delegation, Membership, Organisation, User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import PARTY, bilingual, notify

LONGEST = timedelta(days=366)


@transaction.atomic
def delegate(
    organisation: Organisation,
    *,
    by: User,
    giver: User,
    deputy: User,
    kind: str,
    first_on: date,
    last_on: date,
) -> Delegation:
    """Let a member take an approver's place for some days.

    Everyone gives away only their own part of it; another approver may say who acts while its holder is away.

    :raises PermissionDenied: not an approver of one's own right, or somebody else's power.
    :raises ValidationError: these people, or these days, cannot be.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    _check_power(organisation, by, giver, kind)
    _check_people(organisation, giver, deputy)
    _check_days(organisation, giver, deputy, first_on, last_on)
    people = {"giver": giver, "deputy": deputy, "made_by": by}
    held = Delegation.objects.create(
        organisation=organisation, kind=kind, first_on=first_on, last_on=last_on, **people
    )
    _tell(held, record(organisation, "delegate", by=by, details=described(held)), "wishes/mail/delegate")
    return held


def _check_power(organisation: Organisation, by: User, giver: User, kind: str) -> None:
    if not (by.is_own_approver_of(organisation.pk) or by.is_superuser):
        raise PermissionDenied(
            _("Only an approver of the organisation gives an approver's place to somebody.")
        )
    if kind == Delegation.Kind.DELEGATED and giver != by:
        raise ValidationError({"giver": _("Only they themselves can delegate what they may do.")})


def _check_people(organisation: Organisation, giver: User, deputy: User) -> None:
    roles = dict(
        Membership.objects.filter(organisation=organisation, user__is_active=True).values_list("user", "role")
    )
    if roles.get(giver.pk) != Membership.Role.APPROVER:
        raise ValidationError({"giver": _("Only an approver has a place to give.")})
    if deputy.pk not in roles:
        raise ValidationError({"deputy": _("Only a member of the organisation can act in it.")})
    if roles[deputy.pk] == Membership.Role.APPROVER:
        raise ValidationError({"deputy": _("This person is an approver already.")})


def _check_days(organisation: Organisation, giver: User, deputy: User, first_on: date, last_on: date) -> None:
    if last_on < first_on:
        raise ValidationError({"last_on": _("The last day is before the first.")})
    if last_on < timezone.localdate():
        raise ValidationError({"last_on": _("The last day has passed.")})
    if last_on - first_on > LONGEST:
        raise ValidationError({"last_on": _("At most a year at a time.")})
    meant = Delegation.objects.filter(
        organisation=organisation, giver=giver, deputy=deputy, revoked_at=None,
        first_on__lte=last_on, last_on__gte=first_on,
    )  # fmt: skip
    if meant.exists():
        raise ValidationError({"first_on": _("This person takes that place on some of these days already.")})


@transaction.atomic
def revoke(held: Delegation, *, by: User, reason: str = "") -> Entry:
    """End it at once; the row stays, as does what was done by it.

    :raises IllegalTransition: it is over, or was taken back.
    """
    rows = Delegation.objects.standing().filter(pk=held.pk)
    if not rows.update(revoked_at=timezone.now(), revoked_by=by):
        raise IllegalTransition(_("It is over already."))
    entry = record(held.organisation, "revoke", by=by, reason=reason, details=described(held))
    _tell(held, entry, "wishes/mail/revoke")
    return entry


def described(held: Delegation) -> dict[str, str | int]:
    """As the journal keeps it: readable when the people are gone."""
    return {
        "delegation": held.pk,
        "kind": held.kind,
        "giver": held.giver.name,
        "deputy": held.deputy.name,
        "first_on": held.first_on.isoformat(),
        "last_on": held.last_on.isoformat(),
    }


def _tell(held: Delegation, entry: Entry, template: str) -> None:
    notify(
        [held.giver, held.deputy],
        entry,
        template,
        thing=held.organisation,
        why=PARTY,
        organisation=bilingual(held.organisation, "name"),
        giver=held.giver.name,
        deputy=held.deputy.name,
        first_on=held.first_on.isoformat(),
        last_on=held.last_on.isoformat(),
    )
