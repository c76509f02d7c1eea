"""Readings in columns: some twenty bytes each, where objects take two hundred. A trial may have millions."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import numpy as np

from trials.analysis.values import Reading

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def ticks(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // TICK


def moment(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=int(at))


class Columns(Sequence[Reading]):
    """Readings as they are written, each made an object only while it is looked at; times come back in UTC.

    `sensor` and `phase` count in `names`, which are in the order of their letters.
    """

    def __init__(
        self, at: np.ndarray, sensor: np.ndarray, phase: np.ndarray, value: np.ndarray, names: Sequence[str]
    ) -> None:
        self.at, self.sensor, self.phase, self.value, self.names = at, sensor, phase, value, names

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> "Columns":
        return readings if isinstance(readings, cls) else cls.read(readings)

    @classmethod
    def read(cls, readings: Iterable[Reading]) -> Self:
        """One pass, keeping no reading."""
        at, sensor, phase, value = array("q"), array("i"), array("i"), array("d")
        known: dict[str, int] = {}
        for one in readings:
            at.append(ticks(one.at))
            sensor.append(known.setdefault(one.sensor, len(known)))
            phase.append(known.setdefault(one.phase, len(known)))
            value.append(one.value)
        names = sorted(known)
        place = np.array([names.index(name) for name in known] or [0], dtype=np.int32)
        times, values = np.frombuffer(at, dtype=np.int64), np.frombuffer(value, dtype=np.float64)
        sensors, phases = (place[np.frombuffer(one, dtype=np.int32)] for one in (sensor, phase))
        return cls(times, sensors, phases, values, names)

    def ordered(self) -> "Columns":
        """By time, sensor, phase and value."""
        columns = (self.value, self.phase, self.sensor, self.at)
        return self if _is_ordered(columns[::-1]) else self.chosen(np.lexsort(columns))

    def chosen(self, which: np.ndarray) -> "Columns":
        """By a mask, or by places."""
        return Columns(self.at[which], self.sensor[which], self.phase[which], self.value[which], self.names)

    def of_phase(self, phase: str) -> "Columns":
        return self.chosen(self.phase == self._code(phase))

    def of_sensors(self, fits: Callable[[str], bool]) -> "Columns":
        fitting = np.array([fits(name) for name in self.names] or [False])
        return self.chosen(fitting[self.sensor])

    def _code(self, name: str) -> int:
        return self.names.index(name) if name in self.names else -1

    def named(self, column: np.ndarray) -> list[str]:
        """The different ones of `sensor` or of `phase`."""
        return [self.names[code] for code in np.unique(column)]

    def __len__(self) -> int:
        return len(self.at)

    def __iter__(self) -> Iterator[Reading]:
        names = self.names
        for at, sensor, phase, value in zip(self.at, self.sensor, self.phase, self.value, strict=True):
            yield Reading(moment(at), names[sensor], names[phase], float(value))

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return self.chosen(np.arange(len(self))[place])
        row = self.at[place], self.sensor[place], self.phase[place], self.value[place]
        return Reading(moment(row[0]), self.names[row[1]], self.names[row[2]], float(row[3]))


def joined(parts: Sequence[Columns]) -> Columns:
    """One after the other; all of the same names."""
    return Columns(
        np.concatenate([one.at for one in parts]),
        np.concatenate([one.sensor for one in parts]),
        np.concatenate([one.phase for one in parts]),
        np.concatenate([one.value for one in parts]),
        parts[0].names,
    )


def _is_ordered(columns: Sequence[np.ndarray]) -> bool:
    """Whether the rows stand in the order of the first column, where it is equal of the second, and so on."""
    undecided = np.ones(max(0, len(columns[0]) - 1), dtype=bool)
    for column in columns:
        if (undecided & (column[1:] < column[:-1])).any():
            return False
        undecided &= column[1:] == column[:-1]
    return True


def means(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """The mean of each group of values in a row, of which `begins` has the first places.

    As `numpy.mean` has it of each group, to the last bit; groups of one size are added up together.
    """
    sizes = np.diff(np.append(begins, len(values)))
    found = np.empty(len(begins))
    for size in np.unique(sizes):
        groups = np.flatnonzero(sizes == size)
        if len(groups) == len(begins):  # no copy
            found = np.ascontiguousarray(values).reshape(-1, size).mean(axis=1)
        else:
            found[groups] = values[begins[groups][:, None] + np.arange(size)].mean(axis=1)
    return found


def begins_of(*columns: np.ndarray) -> np.ndarray:
    """Where a row differs from the one before."""
    count = len(columns[0])
    if not count:
        return np.empty(0, dtype=np.int64)
    changes = np.zeros(count - 1, dtype=bool)
    for column in columns:
        changes |= column[1:] != column[:-1]
    return np.concatenate([[0], np.flatnonzero(changes) + 1])
