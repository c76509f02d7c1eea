"""What can be found, as the engine wants it: a snapshot that every process maps, and what changed since.

PostgreSQL is the only truth. A lost snapshot is built again; a change reaches every process within seconds.
"""

import json
import logging
import shutil
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from matching.engine import Embedder, Prepared, Snapshot, load_embedders
from matching.models import EngineVersion, Profile
from matching.records import unpack
from matching.services import versions

logger = logging.getLogger(__name__)
POINTER = "current.json"
NEXT = "next.json"  # of a version that is prepared, until it serves
KEPT = 2  # versions on disk: a process may be about to map the one before
OVERLAP = timedelta(minutes=5)  # a row may be committed this long after the time that it bears
LOOK_AGAIN = 2.0  # seconds for which a web process trusts what it saw
PATIENCE = 10  # it looks again no sooner than this many times what the last look took
BUILDING = 0x1AA7_0001  # advisory locks: one builder, one writer of matches, one sweep
_one = threading.Lock()


@cache
def _model(name: str) -> Embedder | None:
    try:
        (model,) = load_embedders((name,), shared=settings.DATA_DIR / "models")
    except KeyError:
        logger.warning("The model %s is gone: what it read before is searched without it.", name)
        return None
    return model


def embedders(names: Sequence[str] | None = None) -> tuple[Embedder, ...]:
    """The models of an engine version, or of the settings; each is read into memory when it first encodes.

    One that has left the code is left out: the engine then compares without it.
    """
    names = settings.MATCHING_EMBEDDERS if names is None else names
    return tuple(model for name in names if (model := _model(name)))


@dataclass
class Shelf:
    """What this process holds."""

    engine: EngineVersion = field(default_factory=versions.own)
    version: str = ""
    snapshot: Snapshot = field(default_factory=lambda: Snapshot.build([]))
    stamps: dict[int, datetime] = field(default_factory=dict)  # of rows as new as OVERLAP
    newest: datetime | None = None
    looked_at: float = float("-inf")
    cost: float = 0.0  # seconds of the last look


_shelf = Shelf()


def forget() -> None:
    """Drop what this process holds; the next search maps it again."""
    global _shelf
    _shelf = Shelf()
    versions.forget()


@dataclass(frozen=True)
class Held:
    """A snapshot, and the version that read what is in it: a query must be read by the same."""

    engine: EngineVersion
    snapshot: Snapshot


def current(max_age: float | None = None) -> Snapshot:
    """Everything that is public now, or was `max_age` seconds ago; two small queries at most."""
    return held(max_age).snapshot


def held(max_age: float | None = None) -> Held:
    """The same with its version.

    Without `max_age` it is as fresh as is cheap, and nobody waits while another thread looks.
    """
    shelf = _shelf
    age = max(LOOK_AGAIN, PATIENCE * shelf.cost) if max_age is None else max_age
    must_wait = max_age is not None or not shelf.version
    if time.monotonic() - shelf.looked_at >= age and _one.acquire(blocking=must_wait):
        try:
            began = time.monotonic()
            if began - shelf.looked_at >= age:  # not while this thread waited
                _refresh(shelf)
                shelf.looked_at = time.monotonic()
                shelf.cost = shelf.looked_at - began
        finally:
            _one.release()
    return Held(shelf.engine, shelf.snapshot)


def _refresh(shelf: Shelf) -> None:
    engine = versions.serving(max_age=0)
    pointer = _pointer(engine) or build(engine)
    if pointer["version"] != shelf.version:
        try:
            _map(shelf, pointer)
        except (OSError, ValueError, KeyError):
            logger.warning("The snapshot %s cannot be read; it is built again.", pointer["version"])
            _map(shelf, build(engine, force=True))
    shelf.engine = engine
    changed = _changed(shelf)
    if changed:
        rows = Profile.objects.filter(pk__in=changed).iterator(chunk_size=500)
        _apply(shelf, rows)


def _map(shelf: Shelf, pointer: dict[str, Any]) -> None:
    shelf.snapshot = Snapshot.load(_folder() / pointer["version"])
    shelf.version = pointer["version"]
    shelf.newest = datetime.fromisoformat(pointer["newest"]) if pointer["newest"] else None
    shelf.stamps = {pk: datetime.fromisoformat(stamp) for pk, stamp in pointer["recent"]}


def _changed(shelf: Shelf) -> list[int]:
    rows = Profile.objects.filter(engine_version=shelf.engine.name)
    if shelf.newest:
        rows = rows.filter(updated_at__gt=shelf.newest - OVERLAP)
    return [pk for pk, at in rows.values_list("pk", "updated_at") if shelf.stamps.get(pk) != at]


def _apply(shelf: Shelf, rows: Iterable[Profile]) -> None:
    changed: list[Prepared] = []
    removed: list[str] = []
    for row in rows:
        if row.is_public:
            changed.append(unpack(row.record))
        else:
            removed.append(row.engine_key)
        shelf.stamps[row.pk] = row.updated_at
    shelf.snapshot = shelf.snapshot.with_changes(changed, removed)
    if shelf.stamps:
        shelf.newest = newest = max(shelf.stamps.values())
        shelf.stamps = {pk: at for pk, at in shelf.stamps.items() if at > newest - OVERLAP}


@transaction.atomic
def build(engine: EngineVersion | None = None, *, force: bool = False) -> dict[str, Any]:
    """Write the snapshot of what a version has read, and let every process turn to it. One at a time.

    That of a version that does not serve yet is mapped by nobody before it does.
    """
    engine = engine or versions.serving()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BUILDING])
    pointer = _pointer(engine)
    if pointer and not force:
        return pointer
    stamps: dict[int, datetime] = {}
    snapshot = Snapshot.build(list(_rows(engine, stamps)))
    newest = max(stamps.values(), default=None)
    version = f"{time.time_ns():020}-{uuid.uuid4().hex[:8]}"
    snapshot.save(_folder() / version)
    pointer = {
        "version": version,
        "engine": engine.name,
        "database": _database(),
        "newest": newest.isoformat() if newest else "",
        "recent": [[pk, at.isoformat()] for pk, at in stamps.items() if newest and at > newest - OVERLAP],
        "rows": len(stamps),
    }
    _write_pointer(NEXT if engine.state == EngineVersion.State.PREPARING else POINTER, pointer)
    _tidy(version)
    return pointer


def _rows(engine: EngineVersion, stamps: dict[int, datetime]) -> Iterable[Prepared]:
    """Everything public; the stamps of all rows are noted, so that what is hidden is not looked at again."""
    for row in Profile.objects.filter(engine_version=engine.name).iterator(chunk_size=500):
        stamps[row.pk] = row.updated_at
        if row.is_public:
            yield unpack(row.record)


def behind() -> int:
    """How many rows are newer than the snapshot on disk: what each process must add by itself."""
    engine = versions.serving()
    pointer = _pointer(engine)
    rows = Profile.objects.filter(engine_version=engine.name)
    if pointer and pointer["newest"]:
        rows = rows.filter(updated_at__gt=datetime.fromisoformat(pointer["newest"]))
    return rows.count()


def stored() -> tuple[dict[str, Any], Path] | None:
    """What is said of the snapshot on this host's disk, and its folder; None while there is none."""
    pointer = _pointer(versions.serving())
    return (pointer, _folder() / pointer["version"]) if pointer else None


def _folder() -> Path:
    return Path(settings.MATCHING_SNAPSHOT_DIR)


def _database() -> str:
    """A folder of snapshots that is left over from another database says nothing about this one."""
    place = connection.settings_dict
    return f"{place['HOST']}:{place['PORT']}/{place['NAME']}"


def _pointer(engine: EngineVersion) -> dict[str, Any] | None:
    """The newest snapshot of a version on this host."""
    wanted = {"engine": engine.name, "database": _database()}
    for pointer in _pointers():
        if wanted.items() <= pointer.items() and (_folder() / pointer["version"]).is_dir():
            return pointer
    return None


def _pointers() -> list[dict[str, Any]]:
    """Both, the newest first."""
    found = []
    for name in (POINTER, NEXT):
        with suppress(OSError, ValueError):
            found.append(json.loads((_folder() / name).read_text("utf-8")))
    return sorted(found, key=lambda pointer: pointer["version"], reverse=True)


def _write_pointer(name: str, pointer: dict[str, Any]) -> None:
    """In one step: a reader sees the old snapshot or the new one."""
    draft = _folder() / f"{name}.{uuid.uuid4().hex[:8]}"
    draft.write_text(json.dumps(pointer), "utf-8")
    draft.replace(_folder() / name)


def _tidy(newest: str) -> None:
    """Mapped files stay readable for those who have them open."""
    folders = sorted(place for place in _folder().iterdir() if place.is_dir() and place.name <= newest)
    used = {pointer["version"] for pointer in _pointers()}
    for place in folders[:-KEPT]:
        if place.name not in used:
            with suppress(OSError):
                shutil.rmtree(place)
