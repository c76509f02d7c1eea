"""Readings made of plain numbers, for the tests of the analysis."""

from datetime import UTC, datetime, timedelta

import numpy as np

from trials.analysis import Reading

START = datetime(2026, 3, 1, 4, tzinfo=UTC)  # noon in Hong Kong


def series(values, phase="trial", *, sensor="a", first=0, step=timedelta(days=1)):
    return [
        Reading(START + step * (first + number), sensor, phase, float(value))
        for number, value in enumerate(values)
    ]


def phases(baseline, trial, **kwargs):
    return series(baseline, "baseline", **kwargs) + series(trial, first=len(baseline), **kwargs)


def noise(count, *, level=0.0, spread=5.0, alike=0.0, seed=0):
    random = np.random.default_rng(seed)
    found = [random.normal() * spread]
    for shock in random.normal(size=count - 1) * spread * np.sqrt(1 - alike**2):
        found.append(alike * found[-1] + shock)
    return level + np.array(found)
