"""What has become public and waits to be compared with the saved searches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps

from journal.models import Entry
from matching.engine import Item, Passage, Prepared, prepare
from matching.engine.watching import Watch, Watcher
from matching.models import Arrival, Kind
from matching.records import pack, unpack
from matching.services import glossaries, retrievers, shelf, versions
from matching.services.profiles import profiles
from solutions.models import Solution
from topics.models import Topic
from wishes.models import Wish

# When each became public; rooms above this one are known by their names.
PUBLISHED = {
    "wishes.wish": "published_at",
    "solutions.solution": "listed_at",
    "wishes.call": "published_at",
    "trials.report": "published_at",
}
ROLES = {Kind.CALL: "wish", Kind.REPORT: "solution"}  # as what the engine reads them
Said = Sequence[tuple[str, str, str]]  # language, title, body


def arrive(kind: str, thing: Any, entry: Entry, *, topics: Iterable[Topic], said: Said = ()) -> Arrival:
    """Note that a thing is public, in the transaction that publishes it.

    `said` is the text of what the engine keeps no profile of. What was here before is compared again: only
    the searches that it was not told for hear of it.
    """
    told = {
        "kind": kind,
        "entry_id": entry.pk,
        "topics": sorted(topic.pk for topic in topics),
        "said": [list(one) for one in said if one[1] or one[2]],
        "record": None,
        "compared_at": None,
        "claimed_at": None,
    }
    row, _is_new = Arrival.objects.update_or_create(
        noun=thing._meta.label_lower,
        object_id=thing.pk,
        defaults=told,
        create_defaults={**told, "at": entry.at},
    )
    return row


def public(noun: str) -> Any:
    """The rows of a noun that anyone may read."""
    rows: Any = apps.get_model(noun).objects
    return rows.public()


def with_broader(topics: Sequence[int]) -> list[int]:
    """And the broader terms: who waits for these waits for the narrower, too."""
    above = Topic.objects.filter(pk__in=topics, parent__isnull=False).values_list("parent", flat=True)
    return [*topics, *filter(None, above)]


def things_of(arrivals: Iterable[Arrival]) -> dict[int, Any]:
    """What has arrived, by the key of its arrival, as far as it is public now."""
    wanted: dict[str, dict[int, int]] = {}
    for row in arrivals:
        wanted.setdefault(row.noun, {})[row.object_id] = row.pk
    return {
        keys[thing.pk]: thing for noun, keys in wanted.items() for thing in public(noun).filter(pk__in=keys)
    }


def prepared(arrivals: Sequence[Arrival], things: Mapping[int, Any]) -> dict[int, Prepared]:
    """What the engine version that serves reads in each, by key; what has nothing to read is left out."""
    found: dict[int, Prepared] = {}
    for model in (Wish, Solution):
        own = {row.pk: things[row.pk] for row in arrivals if isinstance(things.get(row.pk), model)}
        rows = profiles(list(own.values()))
        found |= {key: unpack(rows[thing.pk].record) for key, thing in own.items() if thing.pk in rows}
    return found | _recorded([row for row in arrivals if row.pk in things and row.kind in ROLES])


def _recorded(arrivals: Sequence[Arrival]) -> dict[int, Prepared]:
    """Of what has no profile: read once by each engine version, and kept with the arrival."""
    version = versions.serving()
    new = [row for row in arrivals if row.record is None or row.engine_version != version.name]
    items = [
        Item(f"a{row.pk}", ROLES[Kind(row.kind)], tuple(Passage(*one) for one in row.said))  # type: ignore[arg-type]
        for row in new
    ]
    models_ = shelf.embedders(version.model_names)
    for row, one in zip(new, prepare(items, models_, glossaries.current().glossary), strict=True):
        row.record, row.engine_version = pack(one), version.name
        kept = Arrival.objects.filter(pk=row.pk, said=row.said)
        kept.update(record=row.record, engine_version=row.engine_version)
    return {row.pk: unpack(row.record) for row in arrivals if row.record is not None}


def brought(
    watch: Watch | None, kinds: Sequence[str], topics: Sequence[Topic], after: datetime
) -> Iterator[tuple[str, Any, datetime]]:
    """Of what has no profile and is new: what one question would have brought, or all without one."""
    rows = list(Arrival.objects.filter(kind__in=kinds, at__gte=after))
    if topics:
        wanted = {topic.pk for topic in topics}
        rows = [row for row in rows if wanted & set(with_broader(row.topics))]
    things = things_of(rows)
    found = set(things)
    if watch is not None and things:
        watcher = Watcher(watch, retrievers.statistics())
        found = {key for key, one in prepared(rows, things).items() if len(watcher.notice(one).found)}
    yield from ((row.kind, things[row.pk], row.at) for row in rows if row.pk in found)
