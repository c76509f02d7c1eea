"""The sample that this process asks: what it keeps in memory in step with the database, or the mapped one."""

import threading
import time
from dataclasses import dataclass, replace

from matching.engine.dense import ROLES
from matching.engine.rows import Row, segment_of
from matching.engine.sampled import Sample
from matching.engine.segments import Segment
from matching.models import EngineVersion
from matching.services import versions
from matching.services.indexed import bases, counting, drawing, mapping
from matching.services.indexed.bases import Ground
from matching.services.indexed.counting import Totals
from matching.services.indexed.drawing import draw, is_large, read

LOOK_AGAIN = 2.0  # seconds for which a process trusts what it saw
PATIENCE = 10  # it looks again no sooner than this many times what the last look took
_one = threading.Lock()


@dataclass(frozen=True)
class Held:
    """What this process holds of one basis; `ground` is None when nothing was ever indexed."""

    engine: EngineVersion
    ground: Ground | None
    totals: Totals
    rows: dict[int, tuple[int, Row]]  # id → role, row; none where the sample is mapped
    sample: Sample


NOTHING = Totals((0, 0), {})
_held: Held | None = None
_looked_at, _cost = float("-inf"), 0.0


def forget() -> None:
    """Drop what this process holds; the next search reads it again."""
    global _held, _looked_at, _cost
    _held, _looked_at, _cost = None, float("-inf"), 0.0
    bases.ground.cache_clear()


def held(max_age: float | None = None) -> Held:
    """The sample as of `max_age` seconds ago at most; else as fresh as is cheap, and nobody waits for it."""
    global _held, _looked_at, _cost
    age = max(LOOK_AGAIN, PATIENCE * _cost) if max_age is None else max_age
    if time.monotonic() - _looked_at >= age and _one.acquire(blocking=max_age is not None or _held is None):
        try:
            began = time.monotonic()
            if _held is None or began - _looked_at >= age:  # not while this thread waited
                _held = refreshed(_held)
                _looked_at = time.monotonic()
                _cost = _looked_at - began
        finally:
            _one.release()
    assert _held is not None
    return _held


def refreshed(before: Held | None) -> Held:
    engine = versions.serving()
    basis = bases.serving(engine.name)
    if basis is None:
        return Held(engine, None, NOTHING, {}, sample_of({}, None))
    ground, totals = bases.ground(basis.pk), counting.totals(basis.pk)
    same = before is not None and before.ground is not None and before.ground.pk == ground.pk
    waiting = before is not None and bool(before.rows) and is_large(totals)  # for a sample to be mapped
    if before is not None and same and before.totals.mark == totals.mark and not waiting:
        return replace(before, engine=engine)
    if is_large(totals) and (large := mapping.find(ground, totals)):
        return Held(engine, ground, totals, {}, large)
    drawn = draw(ground, totals, drawing.HELD)
    known = before.rows if before is not None and same else {}
    if before is not None and same and drawn.keys() == known.keys():
        return Held(engine, ground, totals, known, before.sample)
    new = read([pk for pk in drawn if pk not in known])
    rows = {pk: known.get(pk) or new[pk] for pk in drawn if pk in known or pk in new}
    is_whole = len(rows) == sum(sizes[0] for sizes in totals.of.values())
    return Held(engine, ground, totals, rows, sample_of(rows, ground, is_whole=is_whole))


def sample_of(rows: dict[int, tuple[int, Row]], ground: Ground | None, *, is_whole: bool = True) -> Sample:
    segments: dict = {
        name: segment_of([row for of, row in rows.values() if of == role], ground.models)
        if ground and rows
        else Segment.build([])
        for role, name in enumerate(ROLES)
    }
    return Sample.of(segments, None if is_whole or ground is None else ground.known)
