"""*We need it too*: another organisation joins with its own site and constraints, and may leave again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, record
from notifications.outbox import PARTY, bilingual, notify, party
from wishes.endorsing import place_of
from wishes.models import Sponsor, Wish

TEXTS = ("site_en", "site_zh", "constraints_en", "constraints_zh")


@transaction.atomic
def sponsor(wish: Wish, *, by: User | None, organisation: Organisation, **texts: str) -> Entry:
    """Another organisation says that it needs the same, and where and under which constraints (`texts`).

    :raises ValidationError: it is the wish's own, no requester, or has said so before.
    """
    if organisation.pk == wish.organisation_id or not organisation.is_requester:
        raise ValidationError(_("Only another organisation that posts wishes can need the same."))
    _hold(wish)
    if not Sponsor.objects.get_or_create(wish=wish, organisation=organisation, defaults=texts)[1]:
        raise ValidationError(_("Your organisation has said so already."))
    return _record(wish, "sponsor", by, organisation, "", {})


@transaction.atomic
def leave(wish: Wish, *, by: User | None, organisation: Organisation, reason: str) -> Entry:
    """It needs it no more; what it had said goes into the journal.

    :raises ValidationError: it is no co-sponsor (any more).
    """
    if not reason.strip():
        raise ReasonRequired(_("Say why: the other side reads your reason."))
    _hold(wish)
    row = Sponsor.objects.select_for_update(of=("self",)).filter(wish=wish, organisation=organisation).first()
    if row is None:
        raise ValidationError(_("Your organisation is not named there."))
    said = {name: getattr(row, name) for name in TEXTS if getattr(row, name)}
    since = row.since.isoformat()
    row.delete()
    return _record(wish, "leave", by, organisation, reason.strip(), {"since": since, "said": said})


def _hold(wish: Wish) -> None:
    """Until it is said: a merge that comes between would leave a co-sponsor behind, or take one along."""
    if not Wish.objects.select_for_update(of=("self",), no_key=True).get(pk=wish.pk).is_public:
        raise IllegalTransition(_("This cannot be done in its present state."))


def _record(
    wish: Wish, verb: str, by: User | None, organisation: Organisation, reason: str, more: dict[str, Any]
) -> Entry:
    details = {"organisation": organisation.slug, **more}
    place = place_of(by, organisation.pk)
    entry = record(wish, verb, by=by, reason=reason, details=details, place=place)
    notify(
        party(wish.organisation_id), entry, f"wishes/mail/{verb}",
        thing=wish, why=PARTY, organisation=bilingual(organisation, "name"),
    )  # fmt: skip
    return entry
