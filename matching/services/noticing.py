"""What has arrived against all saved searches at once, and who hears of it."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from journal.models import Entry
from matching.engine import Prepared
from matching.engine.watching import STORED, Bags, Watch, Watcher
from matching.models import Arrival, EngineVersion, Found, SavedSearch
from matching.services import retrievers, shelf, versions
from matching.services.arriving import prepared, things_of, with_broader
from matching.services.saved import read_anew
from notifications.outbox import SEARCH, bilingual, tell_each

logger = logging.getLogger(__name__)
SOME = 50  # arrivals that are compared in one go
CHUNK = 4096  # searches in memory at once: 12 MB


def notice(limit: int = SOME) -> int:
    """Compare what has arrived with every saved search that is awake, and tell; how many arrivals.

    Each is claimed; a worker that is killed has its arrivals taken up by another after the lease.
    """
    keys = list(Arrival.objects.due().order_by("pk").values_list("pk", flat=True)[:limit])
    mine = [pk for pk in keys if Arrival.objects.due().filter(pk=pk).update(claimed_at=timezone.now())]
    arrivals = list(Arrival.objects.filter(pk__in=mine).order_by("pk"))
    if not arrivals:
        return 0
    read_anew()
    things = things_of(arrivals)
    found = compared(prepared(arrivals, things))
    for row in arrivals:
        try:
            tell(row, things.get(row.pk), found.get(row.pk, []))
        except Exception:  # one that cannot be told of waits for the next sweep and stops no other
            logger.exception("Saved searches could not be told of %s", row)
    return len(arrivals)


def compared(items: Mapping[int, Prepared]) -> dict[int, list[int]]:
    """Of each text the keys of the searches that it is about; one pass over the searches for all of them."""
    found: dict[int, list[int]] = defaultdict(list)
    if not items:
        return found
    version, statistics = versions.serving(), retrievers.statistics()
    for keys, watch in watches(version):
        watcher = Watcher(watch, statistics)
        for key, item in items.items():
            found[key].extend(keys[watcher.notice(item).found].tolist())
    return found


def watches(version: EngineVersion) -> Iterator[tuple[Any, Watch]]:
    """All searches that are awake and read by this version, some thousand at a time, with their keys."""
    last = 0
    rows = SavedSearch.objects.awake().exclude(words="").filter(engine_version=version.name).order_by("pk")
    columns = ("pk", "lang", "terms", "concepts", "vectors")
    while part := list(rows.filter(pk__gt=last).values_list(*columns)[:CHUNK]):
        keys, langs, terms, concepts, vectors = zip(*part, strict=True)
        last = keys[-1]
        yield (
            np.array(keys),
            Watch(np.array(langs, np.uint8), Bags.of(terms), Bags.of(concepts), unpacked(version, vectors)),
        )


def unpacked(version: EngineVersion, vectors: Sequence[bytes]) -> dict[str, Any]:
    """The columns of each model in vectors that stand one after the other."""
    dims = {
        model.name: model.dim for model in sorted(shelf.embedders(version.model_names), key=lambda m: m.name)
    }
    whole = np.frombuffer(b"".join(vectors), STORED).reshape(len(vectors), sum(dims.values()))
    ends = np.cumsum(list(dims.values()))
    return {name: whole[:, end - dim : end] for (name, dim), end in zip(dims.items(), ends, strict=True)}


@transaction.atomic
def tell(arrival: Arrival, thing: Any | None, keys: Sequence[int]) -> int:
    """Note what each search has found and tell its owner once; how many people. What is gone is told to none.

    `thing` was public when it was read; whoever takes it back at this moment has its page say so.
    """
    told = 0
    if thing is not None:
        rows = SavedSearch.objects.awake().filter(Q(pk__in=keys) | Q(words=""))
        rows = rows.asking_for(arrival.kind, with_broader(arrival.topics))  # type: ignore[attr-defined]
        known = set(Found.objects.filter(arrival=arrival).values_list("search", flat=True))
        new = [row for row in rows.only("user", "visitor", "name").order_by("pk") if row.pk not in known]
        Found.objects.bulk_create(
            [Found(search=row, arrival=arrival) for row in new], ignore_conflicts=True, batch_size=1000
        )
        told = _tell(arrival, thing, new)
    Arrival.objects.filter(pk=arrival.pk, entry_id=arrival.entry_id).update(compared_at=timezone.now())
    return told


def _tell(arrival: Arrival, thing: Any, searches: Sequence[SavedSearch]) -> int:
    entry = Entry.objects.get(pk=arrival.entry_id)
    people = _names([(row.user_id, row.name) for row in searches])
    visitors = _names([(row.visitor_id, row.name) for row in searches])
    said = {lang[:2]: title for lang, title, _body in arrival.said}
    title = {one: said.get(one, "") for one in ("en", "zh")} if said else bilingual(thing, "title")
    told = {"kind": arrival.kind, "thing_title": title}
    return tell_each(
        people, entry, "matching/mail/brought", thing=thing, why=SEARCH, visitors=visitors, **told
    )


def _names(rows: Iterable[tuple[int | None, str]]) -> dict[int, dict[str, Any]]:
    """By reader, what their searches are called."""
    found: dict[int, list[str]] = defaultdict(list)
    for reader, name in rows:
        if reader is not None:
            found[reader].append(name)
    return {reader: {"searches": names, "search": names[0]} for reader, names in found.items()}
