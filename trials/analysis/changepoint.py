"""Energy as a function of outdoor temperature, by pieces of straight lines that meet.

The models are those of ASHRAE's inverse modelling toolkit (Kissock, Haberl and Claridge 2003): two parameters
(a line), three (flat up to a change-point and rising after it, or falling up to one and flat after), four
(two slopes that meet) and five (heating, flat, cooling). The rule that chooses, fixed before any data: of
those whose slopes have the sign that physics gives them, and with at least a tenth of the days, and five, on
either side of each change-point, the one with the least Bayesian information criterion; change-points are
sought on 40 quantiles of the temperature and counted as parameters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from statsmodels.regression.linear_model import OLS

STEPS = 40
EDGE = 0.1  # of the days on either side of a change-point
FEWEST = 5

LINE, COOLING, HEATING, FOUR, FIVE = "2P", "3PC", "3PH", "4P", "5P"
ALL = (LINE, COOLING, HEATING, FOUR, FIVE)
Points = tuple[float, ...]


@dataclass(frozen=True)
class Model:
    """`coefficients`: base, then a slope for each piece, in the order of `columns`."""

    kind: str
    points: Points
    coefficients: tuple[float, ...]
    squares: float
    count: int

    @property
    def size(self) -> int:
        return len(self.coefficients) + len(self.points)

    @property
    def bic(self) -> float:
        return float(self.count * np.log(max(self.squares, 1e-300) / self.count)) + self.size * float(
            np.log(self.count)
        )

    def at(self, temperature: np.ndarray) -> np.ndarray:
        found: np.ndarray = columns(self.kind, self.points, temperature) @ np.array(self.coefficients)
        return found

    def slopes(self, temperature: np.ndarray) -> np.ndarray:
        """How the prediction moves with each parameter, the change-points among them (Gauss and Newton)."""
        base = columns(self.kind, self.points, temperature)
        if not self.points:
            return base
        move = [-self.coefficients[1 + number] * (base[:, 1 + number] != 0) * turn
                for number, turn in _turns(self.kind)]  # fmt: skip
        if self.kind == FOUR:  # one point, met by both slopes
            move = [move[0] + move[1]]
        return np.column_stack([base, *move])


def columns(kind: str, points: Points, temperature: np.ndarray) -> np.ndarray:
    ones = np.ones_like(temperature)
    above = [np.maximum(0.0, temperature - points[-1])] if points else []
    below = [np.maximum(0.0, points[0] - temperature)] if points else []
    pieces = {LINE: [temperature], COOLING: above, HEATING: below, FOUR: below + above, FIVE: below + above}
    return np.column_stack([ones, *pieces[kind]])


def _turns(kind: str) -> tuple[tuple[int, float], ...]:
    """For each piece, its place among the slopes and the sign with which its point moves it."""
    return {COOLING: ((0, 1.0),), HEATING: ((0, -1.0),)}.get(kind, ((0, -1.0), (1, 1.0)))


def best(temperature: np.ndarray, energy: np.ndarray, kinds: Sequence[str] = ALL) -> Model:
    """The model that the rule chooses; a line if nothing else fits."""
    found = [model for kind in kinds if (model := fit(kind, temperature, energy))]
    return min(found, key=lambda model: model.bic) if found else _solved(LINE, (), temperature, energy)


def fit(kind: str, temperature: np.ndarray, energy: np.ndarray) -> Model | None:
    """The best of one kind whose slopes make sense, None if there is none."""
    if kind == LINE:
        return _solved(kind, (), temperature, energy)
    places = list(_places(kind, temperature))
    if not places:
        return None
    squares, slopes = _tried(kind, places, temperature, energy)
    squares = np.where(_sensible(kind, slopes), squares, np.inf)
    chosen = int(np.argmin(squares))
    return _solved(kind, places[chosen], temperature, energy) if np.isfinite(squares[chosen]) else None


def _places(kind: str, temperature: np.ndarray) -> Iterator[Points]:
    """Change-points to try: enough days on either side, and between two."""
    least = max(FEWEST, int(np.ceil(EDGE * len(temperature))))
    ordered = np.sort(temperature)
    if len(ordered) < 2 * least + 1:
        return
    grid = np.unique(np.quantile(ordered[least:-least], np.linspace(0, 1, STEPS)))
    if kind != FIVE:
        yield from ((float(point),) for point in grid)
        return
    for low, high in combinations(grid[::2], 2):
        if int(((ordered > low) & (ordered < high)).sum()) >= least:
            yield float(low), float(high)


def _tried(
    kind: str, places: list[Points], temperature: np.ndarray, energy: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The sum of squares and the slopes at each place, all at once."""
    designs = np.stack([columns(kind, points, temperature) for points in places])
    squares = designs.transpose(0, 2, 1) @ designs
    ridge = 1e-9 * np.trace(squares, axis1=1, axis2=2)[:, None, None] * np.eye(designs.shape[2])
    found = np.linalg.solve(squares + ridge, (designs.transpose(0, 2, 1) @ energy)[:, :, None])
    apart = energy[None, :] - (designs @ found)[:, :, 0]
    return (apart**2).sum(axis=1), found[:, 1:, 0]


def _sensible(kind: str, slopes: np.ndarray) -> np.ndarray:
    """Heating and cooling take energy; of two slopes that meet, the line bends upwards."""
    if kind == FOUR:  # the first is counted towards the cold
        return np.asarray(slopes.sum(axis=1) > 0)
    return np.asarray((slopes > 0).all(axis=1))


def _solved(kind: str, points: Points, temperature: np.ndarray, energy: np.ndarray) -> Model:
    found: Any = OLS(energy, columns(kind, points, temperature)).fit()
    return Model(kind, points, tuple(float(one) for one in found.params), float(found.ssr), len(energy))
