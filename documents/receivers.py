from typing import Any

from django.dispatch import receiver

from documents.tasks import wake
from journal.models import Entry
from journal.workflow import happened


@receiver(happened)
def have_it_scanned(sender: Any, entry: Entry, **kwargs: Any) -> None:
    if entry.verb in ("attach", "rescan"):
        wake()
