"""A vendor registers its organisation by itself; the portal shows those that may be the same first."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.likeness import DOMAIN, Known, known, likeness
from accounts.models import Membership, Organisation, SuspectedPair, User, Verification, new_key
from accounts.signals import changed

CROWD = 3  # a domain that more organisations share is a provider's or an incubator's: it says nothing
MOST = 10  # of those of one person
LOCK = 0x0A11CE  # of whoever adds an organisation or lets two become one


@dataclass(frozen=True)
class Candidate:
    """An organisation that is here already and may be the one somebody registers."""

    organisation: Organisation
    reasons: tuple[str, ...]

    @property
    def why(self) -> list[str]:
        return [str(SuspectedPair.Why(one).label) for one in self.reasons]


class MayBeHere(Exception):
    """Some that may be the same were not shown to the person yet."""

    def __init__(self, candidates: list[Candidate]) -> None:
        super().__init__(", ".join(str(one.organisation) for one in candidates))
        self.candidates = candidates


def one_at_a_time() -> None:
    """To the end of the transaction: two who register the same at once see each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def everyone() -> dict[int, Known]:
    """What is known of each organisation that stands, by its key; three queries."""
    numbers: dict[int, set[str]] = defaultdict(set)
    addresses: dict[int, set[str]] = defaultdict(set)
    asked = Verification.objects.exclude(is_verified=False)
    for pk, *given in asked.values_list("organisation_id", "br_number", "cr_number"):
        numbers[pk].update(given)
    proved = Membership.objects.filter(user__is_active=True, user__emailaddress__verified=True)
    for pk, address in proved.values_list("organisation_id", "user__emailaddress__email"):
        addresses[pk].add(address)
    columns = ("pk", "name_en", "name_zh", "website", "br_number")
    return {
        pk: known([en, zh], numbers=numbers[pk] | {number}, addresses=addresses[pk], website=website)
        for pk, en, zh, website, number in Organisation.objects.standing().values_list(*columns)
    }


def candidates(asked: Known) -> list[Candidate]:
    """Those here that may be the same; who has most in common first."""
    found = {pk: why for pk, one in everyone().items() if (why := likeness(asked, one))}
    if sum(DOMAIN in why for why in found.values()) > CROWD:
        found = {pk: tuple(one for one in why if one != DOMAIN) for pk, why in found.items()}
    rows = Organisation.objects.in_bulk([pk for pk, why in found.items() if why])
    in_order = sorted(rows, key=lambda pk: (-len(found[pk]), pk))
    return [Candidate(rows[pk], found[pk]) for pk in in_order]


@transaction.atomic
def register(
    *,
    by: User,
    kind: str,
    name_en: str = "",
    name_zh: str = "",
    br_number: str = "",
    website: str = "",
    seen: Collection[int] = (),
) -> Organisation:
    """Add a vendor; who registers it becomes its first approver. `seen`: those that they say it is not.

    :raises MayBeHere: others may be the same and the person has not seen all of them.
    :raises ValidationError: it is no vendor, a value is wrong, or the person has registered many.
    """
    one_at_a_time()
    made = Organisation(
        kind=kind, name_en=name_en, name_zh=name_zh, br_number=br_number, website=website, slug=new_key()
    )
    if not made.is_vendor:
        raise ValidationError({"kind": _("Only vendors register by themselves.")})
    if by.memberships.filter(role=Membership.Role.APPROVER).count() >= MOST:
        raise ValidationError(_("You are an approver of many organisations. Ask the portal office."))
    made.full_clean()
    found = candidates(
        what_is_said(by=by, name_en=name_en, name_zh=name_zh, br_number=br_number, website=website)
    )
    if not {one.organisation.pk for one in found} <= set(seen):
        raise MayBeHere(found)
    made.slug = _slug(made)
    made.save()
    Membership.objects.create(user=by, organisation=made, role=Membership.Role.APPROVER)
    _suspect(made, found)
    _tell(made, by, found)
    return made


def what_is_said(*, by: User, name_en: str, name_zh: str, br_number: str, website: str) -> Known:
    proved = by.emailaddress_set.filter(verified=True).values_list("email", flat=True)  # type: ignore[attr-defined]
    return known([name_en, name_zh], numbers=[br_number], addresses=proved, website=website)


def _slug(made: Organisation) -> str:
    """Of the English name; a Chinese one has no short form that everybody would read alike."""
    start = slugify(made.name_en)[:60].strip("-") or f"org-{new_key()}"
    taken = set(Organisation.objects.filter(slug__startswith=start).values_list("slug", flat=True))
    return next(one for one in _numbered(start) if one not in taken)


def _numbered(start: str) -> Iterable[str]:
    yield start
    for number in range(2, 1_000_000):
        yield f"{start}-{number}"


def _suspect(made: Organisation, found: list[Candidate]) -> None:
    """The portal office judges what the person denied."""
    SuspectedPair.objects.bulk_create(
        SuspectedPair(first=one.organisation, second=made, reasons=list(one.reasons), is_denied=True)
        for one in found
    )


def _tell(made: Organisation, by: User, found: list[Candidate]) -> None:
    details: dict[str, Any] = {"name": by.name, "denied": [one.organisation.slug for one in found]}
    changed.send(Organisation, organisation=made, verb="register", by=by, details=details)
