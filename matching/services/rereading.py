"""After a change of the glossary: the texts that may name what has changed are read anew, and only these.

No model is asked, since concepts do not touch vectors. What is due is a mark on the records, made by the
commit that changes a term, so that no lost message and no worker that was cut off leaves a text behind.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from matching.engine.glossary import Concept, Glossary
from matching.engine.items import with_concepts
from matching.models import Profile
from matching.records import pack, unpack
from matching.services import glossaries, indexed, retrievers, versions
from matching.services.naming import may_name
from matching.texts import attached_to, content_hash, item_of
from solutions.models import Solution
from wishes.models import Wish

BATCH = 64
MODELS: dict[str, Any] = {"wish": Wish, "solution": Solution}


def differing(before: Glossary, after: Glossary) -> list[Concept]:
    """Concepts that are not the same in both, as they were and as they are."""
    keys = before.concepts.keys() | after.concepts.keys()
    changed = sorted(key for key in keys if before.concepts.get(key) != after.concepts.get(key))
    return [one for key in changed for one in (before.concepts.get(key), after.concepts.get(key)) if one]


def mark_due(before: Glossary, after: Glossary) -> int:
    """Mark what may name a concept that has changed; how many records.

    What is public and read by the version that serves is looked up by its words; the rest, which no search
    brings, is due altogether.
    """
    changed = differing(before, after)
    if not changed:
        return 0
    held = retrievers.held(max_age=0)
    found = may_name(held, changed)
    elsewhere = Q(is_public=False) | ~Q(engine_version=held.engine.name)
    rows = Profile.objects.filter(Q(wish__in=found["wish"]) | Q(solution__in=found["solution"]) | elsewhere)
    return rows.filter(concepts_due=False).update(concepts_due=True)


def read_anew() -> dict[str, list[int]]:
    """Give what is due the concepts of today; ids by side of what is public and has other concepts now."""
    changed: dict[str, set[int]] = defaultdict(set)
    for side, pk in _all_batches():
        changed[side].add(pk)
    return {side: sorted(changed[side]) for side in MODELS}


def _all_batches() -> Iterator[tuple[str, int]]:
    while (found := _batch()) is not None:
        yield from found


@transaction.atomic
def _batch() -> list[tuple[str, int]] | None:
    """Some of what is due; None when nothing is, or another worker is at it."""
    rows = Profile.objects.filter(concepts_due=True).order_by("pk").select_for_update(skip_locked=True)
    batch = list(rows[:BATCH])
    if not batch:
        return None
    # Once the rows are held: who changes a term now waits to mark them.
    glossary = glossaries.current(max_age=0).glossary
    things = {
        side: model.objects.in_bulk([_pk(row) for row in batch if row.side == side])
        for side, model in MODELS.items()
    }
    said = {side: attached_to(list(those.values())) for side, those in things.items()}
    changed = [
        row
        for row in batch
        if _read(row, things[row.side][_pk(row)], said[row.side].get(_pk(row), ""), glossary)
    ]
    Profile.objects.bulk_update(changed, ["record", "updated_at"])
    indexed.follow(changed)
    Profile.objects.filter(pk__in=[row.pk for row in batch]).update(concepts_due=False)
    serving = versions.serving().name
    return [(row.side, _pk(row)) for row in changed if row.is_public and row.engine_version == serving]


def _read(row: Profile, thing: Any, attached: str, glossary: Glossary) -> bool:
    """Whether the record has changed; that of a text edited since waits to be read with its new words."""
    item = item_of(thing, attached)
    if row.content_hash != content_hash(item, row.engine_version):
        return False
    known = unpack(row.record)
    again = with_concepts(known, item, glossary)
    if [p.concepts for p in again.passages] == [p.concepts for p in known.passages]:
        return False
    row.record, row.updated_at = pack(again), timezone.now()
    return True


def _pk(row: Profile) -> int:
    return row.wish_id or row.solution_id  # type: ignore[return-value]
