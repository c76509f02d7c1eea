"""Numbers of who came by a notice; no row says who."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from journal.models import Entry
from notifications.models import Begun, Tally
from notifications.reach.marks import Mark, came_by

KEPT = timedelta(days=400)  # a year, and a month to compare it with
DRAFT_KEPT = timedelta(days=90)
What = Tally.What


def count(what: str, mark: Mark | None) -> None:
    """One more of today; of two at once both are counted."""
    of = {
        "what": what,
        "template": mark.template if mark else "",
        "entry_id": mark.entry_id if mark else 0,
        "on": timezone.localdate(),
    }
    if _more(of):
        return
    try:
        with transaction.atomic():
            Tally.objects.create(**of, count=1)
    except IntegrityError:
        _more(of)


def _more(of: dict[str, object]) -> int:
    return Tally.objects.filter(**of).update(count=F("count") + 1)


def begin(entry: Entry) -> None:
    """A draft was begun: remember by which notice, until it is handed in."""
    if mark := came_by.get():
        Begun.objects.get_or_create(
            noun=entry.noun,
            object_id=entry.object_id,
            defaults={"template": mark.template, "entry_id": mark.entry_id},
        )


def answered(entry: Entry) -> None:
    """A wish was answered: by the notice that brought who began the draft, or who hands it in now."""
    begun = Begun.objects.filter(noun=entry.noun, object_id=entry.object_id)
    row = begun.first()
    count(What.ANSWERED, Mark(row.entry_id, row.template) if row else came_by.get())
    begun.delete()


def forget() -> int:
    """What is older than is said in the mails; returns how many numbers went."""
    Begun.objects.filter(at__lt=timezone.now() - DRAFT_KEPT).delete()
    return Tally.objects.filter(on__lt=timezone.localdate() - KEPT).delete()[0]
