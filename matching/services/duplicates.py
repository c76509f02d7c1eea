"""Wishes, and solutions, that say the same: found when one is handed in, and by a sweep each night.

Nothing but what is with the portal office or public is read by the models, and only those who may read both
texts of a pair learn of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from journal.models import Entry
from journal.workflow import record
from matching.engine import Item, Near, Nearness, Prepared, explain, is_repeat
from matching.models import Duplicate
from matching.services import glossaries, retrievers, versions
from matching.services.explaining import reader
from matching.services.profiles import prepared, profiles
from matching.texts import content_hash, item_of
from matching.workflow import DUPLICATES
from solutions.models import Solution
from wishes.models import Wish

Pair = tuple[int, int]  # the lower id first
BATCH = 128
SAME_FIGURE = 0.001
MODELS: dict[str, Any] = {"wish": Wish, "solution": Solution}
COMPARED = {"wish": Duplicate.WISHES_COMPARED, "solution": Duplicate.SOLUTIONS_COMPARED}


@dataclass(frozen=True)
class Found:
    likeness: float
    is_repeat: bool


def find_duplicates(side: str, pks: Sequence[int]) -> int:
    """Compare these with all of their side; how many rows were written. Twice gives the same."""
    asked = list(_compared(side).filter(pk__in=pks).order_by("pk"))
    profiles(asked)
    return _find([one.pk for one in asked], _everything(side)) if asked else 0


def sweep_duplicates() -> int:
    """Compare everything with everything, and drop what is no pair any more; how many rows were written."""
    everyone = {side: list(_compared(side).order_by("pk").values_list("pk", flat=True)) for side in MODELS}
    # All is read before any is compared: each text moves the scale a little.
    for side, pks in everyone.items():
        for batch in _batches(pks):
            profiles(list(_compared(side).filter(pk__in=batch).order_by("pk")))
    written = 0
    for side, pks in everyone.items():
        everything = _everything(side)
        written += sum(_find(batch, everything) for batch in _batches(pks))
    gone = Duplicate.objects.filter(status=Duplicate.Status.FOUND)
    dropped, _ = gone.exclude(pk__in=Duplicate.objects.live().values("pk")).delete()
    return written + dropped


def _batches(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(pks), BATCH):
        yield pks[start : start + BATCH]


def same(pair: Duplicate, *, by: User) -> Entry:
    """The portal office says that both texts ask for, or offer, one thing."""
    return _decide("same", pair, by)


def not_same(pair: Duplicate, *, by: User) -> Entry:
    """The portal office says that these are two things; the pair is not brought up again."""
    return _decide("not_same", pair, by)


def _decide(verb: str, pair: Duplicate, by: User) -> Entry:
    sides = [pair.earlier.slug, pair.later.slug]
    return DUPLICATES[verb].apply(
        pair, by=by, details={"pair": sides}, decided_by=by, decided_at=timezone.now()
    )


def _compared(side: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = MODELS[side].objects.filter(status__in=COMPARED[side])
    return rows


def _everything(side: str) -> Near:
    """What can be found by all, and beside it, for this comparison alone, what is with the office."""
    inside = _compared(side).exclude(status__in=MODELS[side].PUBLIC).values_list("pk", flat=True)
    held = retrievers.held(max_age=0)
    more = prepared(side, list(inside), held.engine)
    return held.retriever.near(side, more.values())  # type: ignore[arg-type]


def _find(pks: Sequence[int], everything: Near) -> int:
    began, side = timezone.now(), everything.role
    known = prepared(side, pks)
    asked = list(known)
    near: dict[Pair, Nearness] = {}
    for pk, own in zip(asked, everything.of(list(known.values())), strict=True):
        near |= {_ordered(pk, int(key[1:])): nearness for key, nearness in own.items()}
    both = {pk for pair in near for pk in pair}
    # The snapshot may still hold what was taken back a moment ago.
    living = set(_compared(side).filter(pk__in=both).values_list("pk", flat=True))
    known |= prepared(side, sorted(living - set(known)))
    hits = {
        pair: found
        for pair, nearness in near.items()
        if living.issuperset(pair) and known.keys() >= set(pair)
        if (found := _judge(nearness, known[pair[0]], known[pair[1]]))
    }
    return _write(side, asked, hits, began)


def _ordered(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)


def _judge(nearness: Nearness, one: Prepared, other: Prepared) -> Found | None:
    repeat = is_repeat(one, other)
    if not repeat and not nearness.is_near:
        return None
    return Found(1.0 if repeat else nearness.probability, repeat)


def _write(side: str, pks: Sequence[int], hits: Mapping[Pair, Found], began: datetime) -> int:
    """Bring the rows of these to what was found; what was decided stays, with the figure of then."""
    own = Q(**{f"earlier_{side}__in": pks}) | Q(**{f"later_{side}__in": pks})
    rows = {_pair_of(row, side): row for row in Duplicate.objects.filter(own)}
    things = MODELS[side].objects.in_bulk({pk for pair in hits for pk in pair})
    written = 0
    for pair in sorted(hits):
        if things.keys() >= set(pair):
            items = item_of(things[pair[0]]), item_of(things[pair[1]])
            written += _keep(side, pair, hits[pair], rows.get(pair), items)
    # What another worker found meanwhile may be between texts that were not there when this one looked.
    stale = [row.pk for pair, row in rows.items() if pair not in hits]
    gone = Duplicate.objects.filter(pk__in=stale, status=Duplicate.Status.FOUND, found_at__lt=began)
    return written + gone.delete()[0]


def _pair_of(row: Duplicate, side: str) -> Pair:
    return getattr(row, f"earlier_{side}_id"), getattr(row, f"later_{side}_id")


def _keep(side: str, pair: Pair, found: Found, row: Duplicate | None, items: tuple[Item, Item]) -> bool:
    """Whether a row was written: a new one, or one of which a text or the figure has changed."""
    texts = [content_hash(item) for item in items]
    values: dict[str, Any] = {"likeness": found.likeness, "is_repeat": found.is_repeat}
    is_read = row is not None and row.explanation.get("texts") == texts
    if row and (row.status != Duplicate.Status.FOUND or (is_read and _says(row, found))):
        return False
    values["engine_version"] = versions.serving().name
    if not is_read:
        said = explain(*items, reader(), glossaries.current().glossary).as_dict()
        values["explanation"] = {"texts": texts, **said}
    if row:
        still = Duplicate.objects.filter(pk=row.pk, status=Duplicate.Status.FOUND)
        return bool(still.update(**values))
    return _add(side, pair, values)


def _says(row: Duplicate, found: Found) -> bool:
    """From the other text the last digits of a figure may differ."""
    return row.is_repeat == found.is_repeat and abs(row.likeness - found.likeness) < SAME_FIGURE


@transaction.atomic
def _add(side: str, pair: Pair, values: Mapping[str, Any]) -> bool:
    """Of two workers that find a pair at once, one writes it and the journal has it once."""
    names = {f"earlier_{side}_id": pair[0], f"later_{side}_id": pair[1]}
    row, is_new = Duplicate.objects.get_or_create(**names, defaults=values)
    if is_new:
        record(row, "find", by=None, details={"side": side, "pair": list(pair)})
    return is_new
