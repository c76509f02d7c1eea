"""How a room tells what happened to its things, so that several rooms tell one story."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.crypto import salted_hmac

from journal.models import Entry


@dataclass(frozen=True)
class Story:
    """Of one noun: which of its things a person takes part in, and what they read of an entry."""

    kind: str
    label: Any
    model: type[models.Model]
    concerning: Callable[[Any], models.QuerySet]  # things of this person's own, as far as they may see them
    tell: Callable[[Entry, Any, Any], dict[str, Any] | None]  # entry, thing, reader; None: not theirs to read

    @property
    def noun(self) -> str:
        return self.model._meta.label_lower


def mark_of(entry: Entry) -> str:
    """The permanent address of an entry on a page; its number would tell how much the journal holds."""
    return f"e{salted_hmac('journal.entry', str(entry.pk)).hexdigest()[:12]}"
