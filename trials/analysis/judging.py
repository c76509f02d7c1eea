"""The verdict, by the rule that the plan was locked with.

The rule (`RULE`), printed in every plan and every report:

1. With fewer than `ENOUGH` moments (cases, days, pairs) that the method needs, or where the method refuses
   its own result, the claim is inconclusive, and the finding says why.
2. It is met when the whole 95 % interval satisfies the target.
3. A promised change is partly met when the whole interval lies on the promised side of no change, and the
   estimate is below the target.
4. It is not met when the whole interval fails the target.
5. Otherwise it is inconclusive.

Sensors that keep no common time are brought together first (`moments.together`): the shortest of a moment, a
minute, a quarter of an hour, an hour and a day in which they meet nine times in ten. Plans locked under the
second rule compare equal moments only.

No reading is left out; flags only tell. The robust alternative and the effect size are shown beside, and
decide nothing. A plan locked under the first rule is judged by it, with the figures that it gave.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from functools import partial

from trials.analysis import (
    acceptance,
    availability,
    before_after,
    detection,
    energy,
    first,
    paired,
    proportion,
    threshold,
    with_without,
)
from trials.analysis.moments import together
from trials.analysis.series import Columns
from trials.analysis.values import (
    FIRST,
    INCONCLUSIVE,
    MET,
    NOT_MET,
    PARTLY,
    SECOND,
    Analysed,
    Estimate,
    Finding,
    Promise,
    Reading,
    rounded,
)
from trials.proof.canonical import canonical

Method = Callable[[Promise, Sequence[Reading], Sequence[Reading]], Analysed]

METHODS: dict[str, Method] = {
    "before_after": before_after.analyse,
    "with_without": with_without.analyse,
    "paired": paired.analyse,
    "energy_whole": energy.whole,
    "energy_isolated": energy.isolated,
    "threshold": threshold.analyse,
    "proportion": proportion.analyse,
    "detection": detection.analyse,
    "availability": availability.analyse,
    "acceptance": acceptance.analyse,
}
CHANGES = frozenset({"before_after", "with_without", "paired", "energy_whole", "energy_isolated"})
SHARES = frozenset({"proportion", "detection", "availability", "acceptance"})
# What must be measured at one moment, by method: the two groups, or each sensor.
MEETINGS: dict[str, Callable[[Promise, Reading], object]] = {
    "with_without": lambda promise, one: one.sensor in promise.control,
    "before_after": lambda _promise, one: one.sensor,
    "threshold": lambda _promise, one: one.sensor,
}
COMPANIONS = frozenset({"energy_whole", "energy_isolated", "detection"})


def judge(
    promise: Promise, readings: Sequence[Reading], companion: Sequence[Reading] = ()
) -> Finding | first.Finding:
    """The verdict on one claim; the same readings give the same numbers in whatever order they come."""
    if promise.rule == FIRST:
        return first.judge(first.Promise(promise.method, promise.direction, promise.target), readings)
    ordered, beside = (Columns.of(rows).ordered() for rows in (readings, companion))
    met, spans = _met(promise, ordered)
    found = METHODS[promise.method](promise, met, beside)
    estimate = rounded(found.estimate)
    verdict, why = _verdict(promise, estimate, found.refused)
    return Finding(
        verdict,
        why,
        found.n_baseline,
        found.n_trial,
        len(ordered),
        estimate,
        data_hash(ordered, beside),
        promise.method,
        rounded(found.size),
        rounded(found.robust),
        rounded(dict(found.parameters) | ({"seconds_together": spans} if spans else {})),
        rule=promise.rule,
    )


def _met(promise: Promise, ordered: Sequence[Reading]) -> tuple[Sequence[Reading], dict[str, int]]:
    if promise.rule == SECOND or promise.method not in MEETINGS:
        return ordered, {}
    return together(ordered, partial(MEETINGS[promise.method], promise))


def data_hash(ordered: Sequence[Reading], companion: Sequence[Reading] = ()) -> str:
    """The fingerprint of the readings that were used, so that a report can be traced to its data.

    SHA-256 of their canonical JSON, which is not put together whole: it is as long as the readings.
    """
    said = hashlib.sha256()
    parts = (b'{"companion":', companion, b',"readings":', ordered, b"}") if companion else (ordered,)
    for part in parts:
        for piece in (part,) if isinstance(part, bytes) else _written(part):
            said.update(piece)
    return said.hexdigest()


def _written(readings: Sequence[Reading]) -> Iterator[bytes]:
    """A list as canonical JSON has it, one reading after the other."""
    for place, one in enumerate(readings):
        row = [one.at.astimezone(UTC).isoformat(), one.sensor, one.phase, one.value]
        yield (b"," if place else b"[") + canonical(row)
    yield b"]" if readings else b"[]"


def overall(verdicts: Sequence[str], *, stopped: bool = False) -> str:
    """Met or not met when all claims are; inconclusive when some are and none came out well; else partly."""
    if stopped:
        return "stopped"
    found = set(verdicts)
    if len(found) == 1:
        return found.pop()
    if INCONCLUSIVE in found and not found & {MET, PARTLY}:
        return INCONCLUSIVE
    return PARTLY


def _verdict(promise: Promise, estimate: Estimate | None, refused: str) -> tuple[str, str]:
    if refused or estimate is None:
        return INCONCLUSIVE, refused
    at_most = promise.direction == "at_most"
    if (estimate.high <= promise.target) if at_most else (estimate.low >= promise.target):
        return MET, "met"
    if promise.method in CHANGES and estimate.low > 0 and estimate.effect < promise.target:
        return PARTLY, "partly"
    if (estimate.low > promise.target) if at_most else (estimate.high < promise.target):
        return NOT_MET, "not_met"
    return INCONCLUSIVE, "open"
