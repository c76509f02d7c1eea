"""An account is closed: what the portal holds about the person goes, what they did for others stays."""

from collections.abc import Mapping

from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.closing import ADDRESS, NAME
from accounts.fates import Closing, Duty, Fate, rows_of
from accounts.holding import addresses
from accounts.models import Membership, User, new_key
from accounts.rights import Rights, rights_of, tell
from innoportal.holdings import HOLDINGS

FATES: Mapping[str, Fate] = {name: fate for one in HOLDINGS for name, fate in one.fates.items()}


class StillNeeded(Exception):
    """Nobody else would do what this person does: `duties` says where each is handed over."""

    def __init__(self, duties: list[Duty]) -> None:
        super().__init__(" ".join(one.words for one in duties))
        self.duties = duties


def duties_of(person: User) -> list[Duty]:
    return [duty for one in HOLDINGS for found in one.duties for duty in found(person)]


@transaction.atomic
def close(person: User, *, by: User, reason: str = "") -> None:
    """Erase the person and end their sign-ins, at once and for good.

    :raises PermissionDenied: not oneself, nor somebody whose account `by` may close.
    :raises StillNeeded: they have duties that nobody else has.
    """
    if not by.has_perm("accounts.close_user", person):
        raise PermissionDenied
    _hold(person)
    if found := duties_of(person):
        raise StillNeeded(found)
    before = rights_of(person)
    closing = Closing(person=person, by=by, at=timezone.now(), addresses=tuple(addresses(person)))
    for relation, fate in FATES.items():
        fate.act(rows_of(relation, closing), closing)
    _anonymise(person, closing)
    after, said = Rights(own={"is_active": False, "roles": []}), {"asked": reason} if reason else {}
    actor = person if by.pk == person.pk else by
    tell(person, "close_account", by=actor, before=before, after=after, **said)


def _hold(person: User) -> None:
    """Locks who could take over, in one order: of two who are the last and go at once, one stays.

    :raises PermissionDenied: the account is closed already.
    """
    own = person.memberships.values("organisation")
    list(Membership.objects.select_for_update().filter(organisation__in=own).order_by("pk"))
    staff = User.objects.exclude(roles=[]) | User.objects.filter(is_superuser=True)
    is_staff = bool(person.roles or person.is_superuser)
    keys = {person.pk, *(staff.values_list("pk", flat=True) if is_staff else ())}
    held = User.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    if next(one for one in list(held) if one.pk == person.pk).closed_at:
        raise PermissionDenied


def _anonymise(person: User, closing: Closing) -> None:
    person.name, person.email = NAME, ADDRESS.format(new_key())
    person.password = make_password(None)
    person.roles, person.language, person.last_login = [], "en", None
    person.is_active = person.is_staff = person.is_superuser = False
    person.closed_at = closing.at
    person.save()
