"""A snapshot as a folder of arrays: written once, mapped by every process of a host."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from matching.engine.dense import Role
from matching.engine.lexical import Collection
from matching.engine.ready import Ready
from matching.engine.segments import Segment, load_mapped
from matching.engine.statistics import Statistics

if TYPE_CHECKING:
    from matching.engine.snapshot import Snapshot

FORMAT = 4
KINDS = ("words", "concepts")
COUNTS = ("terms", "frequencies", "sizes", "totals")


def save(snapshot: "Snapshot", folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    numbers = snapshot.statistics
    for role, ready in snapshot.ready.items():
        for i, one in enumerate(ready):
            place = folder / f"{role}-{i}"
            one.segment.save(place)
            save_ready(one, place)
        for kind in KINDS:
            for name in COUNTS:
                np.save(folder / f"{role}.{kind}.{name}.npy", getattr(getattr(numbers, kind)[role], name))
    for name, arrays in (("sums", numbers.sums), ("centres", numbers.centres), ("spreads", numbers.spreads)):
        for (model, role), array in arrays.items():
            np.save(folder / f"{role}.{name}.{model}.npy", array)
    meta = {
        "format": FORMAT,
        "segments": {role: len(ready) for role, ready in snapshot.ready.items()},
        "models": sorted({model for model, _ in numbers.centres}),
    }
    (folder / "snapshot.json").write_text(json.dumps(meta), "utf-8")


def save_ready(one: Ready, place: Path) -> None:
    for name, arrays in (("lengths", one.lengths), ("norms", one.norms), ("widths", one.widths)):
        for of, array in arrays.items():
            np.save(place / f"{name}.{of}.npy", array)


def load(cls: type["Snapshot"], folder: Path) -> "Snapshot":
    """:raises ValueError: the folder was written by another version of the engine."""
    meta = json.loads((folder / "snapshot.json").read_text("utf-8"))
    if meta["format"] != FORMAT:
        raise ValueError(f"{folder} has snapshot format {meta['format']}, not {FORMAT}: build it again")
    roles: list[Role] = list(meta["segments"])
    keys = [(model, role) for model in meta["models"] for role in roles]
    numbers = Statistics(
        {role: collection(folder, role, "words") for role in roles},
        {role: collection(folder, role, "concepts") for role in roles},
        *(
            {(model, role): load_mapped(folder / f"{role}.{name}.{model}.npy") for model, role in keys}
            for name in ("sums", "centres", "spreads")
        ),
    )
    ready = {
        role: tuple(load_ready(folder / f"{role}-{i}") for i in range(count))
        for role, count in meta["segments"].items()
    }
    segments = {role: tuple(one.segment for one in parts) for role, parts in ready.items()}
    return cls(segments, numbers, ready)


def collection(folder: Path, role: str, kind: str) -> Collection:
    return Collection(*(load_mapped(folder / f"{role}.{kind}.{name}.npy") for name in COUNTS))


def load_ready(place: Path) -> Ready:
    segment = Segment.load(place)
    models = sorted(segment.vectors)
    return Ready(
        segment,
        *(
            {of: load_mapped(place / f"{name}.{of}.npy") for of in names}
            for name, names in (("lengths", KINDS), ("norms", models), ("widths", models))
        ),
    )
