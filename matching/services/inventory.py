"""What the engine works with now: the version, its models, the glossary, and what can be found."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from matching.engine import Snapshot
from matching.engine.dense import ROLES, Embedder, Wheel, is_loaded, wheel_of
from matching.engine.glossary import shipped
from matching.engine.text import LANGUAGES
from matching.models import EngineVersion, Profile, Term
from matching.services import glossaries, retrievers, shelf

RETIRED_SHOWN = 5


@dataclass(frozen=True)
class Model:
    embedder: Embedder
    wheel: Wheel | None
    is_loaded: bool  # in the process that answers


@dataclass(frozen=True)
class Glossaries:
    shipped: int
    english: int  # names
    chinese: int
    terms: int  # in use
    replacing: int  # of these, in the place of one of the engine's
    resting: int
    fingerprint: str
    due: int  # records that wait to be read anew


@dataclass(frozen=True)
class Collections:
    """What this process finds, and the snapshot that it has mapped; counts are of what is alive."""

    wishes: int = 0
    solutions: int = 0
    texts: Counter[str] = field(default_factory=Counter)  # by language


@dataclass(frozen=True)
class OnDisk:
    size: int
    written_at: datetime
    rows: int
    behind: int  # records that are newer


@dataclass(frozen=True)
class Inventory:
    serving: EngineVersion
    models: list[Model]
    glossary: Glossaries
    collections: Collections | None
    on_disk: OnDisk | None
    others: list[EngineVersion]  # prepared, then the last that were in use


def inventory() -> Inventory:
    held = retrievers.held()
    models = [
        Model(model, wheel_of(model.name), is_loaded(model))
        for model in shelf.embedders(held.engine.model_names)
    ]
    return Inventory(held.engine, models, _glossary(), _collections(held.retriever), _on_disk(), _others())


def _glossary() -> Glossaries:
    own = shipped().concepts
    states = Counter[bool]()
    replacing = 0
    for key, is_active in Term.objects.values_list("key", "is_active"):
        states[is_active] += 1
        replacing += is_active and key in own
    return Glossaries(
        len(own),
        sum(len(one.english) for one in own.values()),
        sum(len(one.chinese) for one in own.values()),
        states[True],
        replacing,
        states[False],
        glossaries.current().fingerprint,
        Profile.objects.filter(concepts_due=True).count(),
    )


def _collections(snapshot: object) -> Collections | None:
    """None where something else than a snapshot is searched."""
    if not isinstance(snapshot, Snapshot):
        return None
    texts = Counter[str]()
    for role in ROLES:
        for segment in snapshot.segments[role]:
            counts = np.bincount(segment.langs[segment.alive], minlength=len(LANGUAGES))
            texts.update(dict(zip(LANGUAGES, counts.tolist(), strict=True)))
    return Collections(len(snapshot.keys("wish")), len(snapshot.keys("solution")), +texts)


def _on_disk() -> OnDisk | None:
    if (found := shelf.stored()) is None:
        return None
    pointer, folder = found
    files = [one.stat() for one in folder.rglob("*") if one.is_file()]
    return OnDisk(
        sum(one.st_size for one in files),
        datetime.fromtimestamp(max(one.st_mtime for one in files), tz=UTC),
        pointer["rows"],
        shelf.behind(),
    )


def _others() -> list[EngineVersion]:
    rows = EngineVersion.objects.exclude(state=EngineVersion.State.SERVING)
    prepared = list(rows.filter(state=EngineVersion.State.PREPARING))
    retired = rows.filter(state=EngineVersion.State.RETIRED).order_by("-retired_at")
    return [*prepared, *retired[:RETIRED_SHOWN]]
