"""How long a wish takes proposals: renewed in time or after its last day, expired when that has passed."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from notifications.outbox import FOLLOW, PARTY, followers, notify, party
from wishes.models import Wish
from wishes.workflow import WORKFLOW

FARTHEST = timedelta(days=3653)  # a later day is a slip of the keyboard


def check_renewal(wish: Wish, closes_on: date) -> None:
    """:raises ValidationError: not in the future, a slip, or no later than the day that an open wish has."""
    if closes_on <= timezone.localdate():
        raise ValidationError({"closes_on": _("The last day for proposals must be in the future.")})
    if closes_on > timezone.localdate() + FARTHEST:
        raise ValidationError({"closes_on": _("Choose a day within ten years.")})
    if wish.status == Wish.Status.OPEN and wish.closes_on and closes_on <= wish.closes_on:
        raise ValidationError({"closes_on": _("Vendors rely on the last day as it is: choose a later one.")})


@transaction.atomic
def renew(wish: Wish, *, by: User | None, closes_on: date) -> Entry:
    """Open it again until a new day, or let it stay open longer.

    :raises ValidationError: that day is not in the future, or no later than the one it has.
    """
    check_renewal(Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk), closes_on)
    entry = WORKFLOW["renew"].apply(wish, by=by, closes_on=closes_on)
    is_longer = entry.from_status == Wish.Status.OPEN
    template = "wishes/mail/extend" if is_longer else "wishes/mail/renew"
    context = {"thing": wish, "last_day": closes_on.isoformat()}
    notify(party(wish.organisation_id), entry, template, why=PARTY, **context)
    notify(followers(wish), entry, template, why=FOLLOW, **context)
    return entry
