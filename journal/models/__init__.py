from journal.models.grounds import OTHER, Ground, GroundQuerySet
from journal.models.pledges import Pledge, PledgeQuerySet
from journal.models.record import (
    Counter,
    Entry,
    EntryQuerySet,
    Referenced,
    ReferencedQuerySet,
    Stateful,
    next_reference,
)

__all__ = [
    "OTHER",
    "Counter",
    "Entry",
    "EntryQuerySet",
    "Ground",
    "GroundQuerySet",
    "Pledge",
    "PledgeQuerySet",
    "Referenced",
    "ReferencedQuerySet",
    "Stateful",
    "next_reference",
]
