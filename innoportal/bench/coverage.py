"""`python -m innoportal.bench.coverage [--runs 2000] [--json FILE]`: how often the intervals hold the truth.

Simulated trials of each method whose truth is known: in how many the 95 % interval holds it, and how many are
called met though nothing, or no more than the target exactly, was there. All are drawn from one seed.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import lfilter

from trials.analysis import (
    acceptance,
    availability,
    before_after,
    changepoint,
    energy,
    paired,
    shares,
    threshold,
    with_without,
)
from trials.analysis.dependence import mean_of
from trials.analysis.values import Estimate

Random = np.random.Generator
Trial = Callable[[Random, float], Estimate]  # of the true effect
TARGET = 15.0


@dataclass(frozen=True)
class Scene:
    """`truth` is what the trial has, `nothing` the effect at which it must not be called met."""

    method: str
    said: str
    trial: Trial
    truth: float = TARGET
    nothing: float = 0.0
    level: bool = False


def noise(random: Random, count: int, alike: float, spread: float) -> np.ndarray:
    """Normal values whose neighbours are alike, from their long-run distribution."""
    shocks = random.normal(size=count + 50) * spread * np.sqrt(1 - alike**2)
    shocks[0] /= np.sqrt(1 - alike**2)
    found: np.ndarray = lfilter([1.0], [1.0, -alike], shocks)[50:]
    return found


def days_before_after(count: int, alike: float, weekly: float = 0.0, spread: float = 10.0) -> Trial:
    def trial(random: Random, effect: float) -> Estimate:
        week = weekly * np.where((np.arange(2 * count) + random.integers(7)) % 7 < 5, 0.5, -1.25)
        all_days = noise(random, 2 * count, alike, spread) + week
        before, after = 100 + all_days[:count], 100 - effect + all_days[count:]
        return before_after.change(mean_of(before), mean_of(after), -1.0)

    return trial


def days_threshold(count: int, alike: float) -> Trial:
    def trial(random: Random, level: float) -> Estimate:
        return threshold.level(mean_of(level + noise(random, count, alike, 3.0)))

    return trial


def days_with_control(count: int, alike: float, *, baseline: bool) -> Trial:
    """Both groups share the weather; each has a likeness of its own besides."""

    def trial(random: Random, effect: float) -> Estimate:
        shared = noise(random, 2 * count, 0.8, 8.0)
        own, other = (noise(random, 2 * count, alike, 6.0) for _group in range(2))
        control = 100 + shared + other
        treated = 100 + shared + own
        treated[count:] *= 1 - effect / 100
        during = treated[count:], control[count:]
        parts = [with_without.ratio(*during)]
        if baseline:
            parts.append(with_without.ratio(treated[:count], control[:count]))
        return with_without.compared(parts, during, -1.0)

    return trial


def units_paired(count: int) -> Trial:
    def trial(random: Random, effect: float) -> Estimate:
        before = random.normal(100, 20, count)
        after = before * (1 - effect / 100) + random.normal(0, 8, count)
        return paired.change(before, after, -1.0)

    return trial


def days_energy(count: int, alike: float, kinds: tuple[str, ...] = changepoint.ALL) -> Trial:
    """A cooled building: flat below 18 °C, then 6 kWh a day for each degree; a year's temperatures."""

    def trial(random: Random, effect: float) -> Estimate:
        phases = []
        for share in (0.0, effect / 100):
            day = np.arange(count) / count
            temperature = 21 - 7 * np.cos(2 * np.pi * day) + noise(random, count, 0.6, 2.0)
            used = 100 + 6 * np.maximum(0, temperature - (18 if len(kinds) > 1 else -50))
            used = used * (1 - share) + noise(random, count, alike, 10.0)
            phases.append(energy.Phase(temperature, used, 1.0))
        model = changepoint.best(phases[0].temperature, phases[0].energy, kinds)
        return energy.saving(model, phases[0], phases[1], -1.0)

    return trial


def cases(count: int) -> Trial:
    def trial(random: Random, share: float) -> Estimate:
        return shares.wilson(int(random.binomial(count, share / 100)), count)

    return trial


def answers(count: int) -> Trial:
    def trial(random: Random, share: float) -> Estimate:
        content = share / 100
        odds = [0.3 * (1 - content), 0.3 * (1 - content), 0.4 * (1 - content), 0.6 * content, 0.4 * content]
        given = random.choice([1, 2, 3, 4, 5], size=count, p=odds)
        return shares.wilson(int((given >= acceptance.CONTENT).sum()), count)

    return trial


def hours_up(count: int, outage: float) -> Trial:
    """An outage lasts `outage` hours on average."""

    def trial(random: Random, share: float) -> Estimate:
        end, begin = 1 / outage, (100 - share) / share / outage
        chances, up, found = random.random(count), random.random() < share / 100, []
        for chance in chances:
            up = chance > begin if up else chance < end
            found.append(float(up))
        mean = mean_of(found)
        worth = availability.worth_of(mean, count // 24)
        return shares.wilson(mean.value * worth, worth)

    return trial


def scenes() -> list[Scene]:
    found = [
        Scene(
            "before and after", f"{count} + {count} days, likeness {alike}", days_before_after(count, alike)
        )
        for count in (30, 60, 120)
        for alike in (0.0, 0.3, 0.6, 0.8)
    ]
    found.append(
        Scene("before and after", "56 + 56 days, a weekly cycle", days_before_after(56, 0.3, weekly=8.0))
    )
    found += [
        Scene("with and without", f"{count} days{said}, likeness {alike}",
              days_with_control(count, alike, baseline=bool(said)))
        for count, said in ((60, ""), (60, " after a baseline"))
        for alike in (0.0, 0.6)
    ]  # fmt: skip
    found += [Scene("paired", f"{count} units", units_paired(count)) for count in (12, 20, 48)]
    found += [
        Scene("energy, option C", f"{count} + {count} days, likeness {alike}", days_energy(count, alike))
        for count in (60, 180)
        for alike in (0.0, 0.3, 0.6)
    ]
    found += [
        Scene("energy, option B", f"60 + 60 days, likeness {alike}", days_energy(60, alike, ("2P",)))
        for alike in (0.0, 0.6)
    ]
    found += [
        Scene("threshold", f"{count} days, likeness {alike}", days_threshold(count, alike), 42.0, 42.0, True)
        for count in (30, 60)
        for alike in (0.0, 0.6)
    ]
    found += [
        Scene("share of cases, accuracy", f"{count} cases, {share:g} %", cases(count), share, share, True)
        for count in (20, 64, 200)
        for share in (80.0, 95.0)
    ]
    found += [
        Scene("acceptance", f"{count} answers", answers(count), 70.0, 70.0, True) for count in (30, 120)
    ]
    found += [
        Scene("availability", f"60 days, outages of {outage:g} h, {share:g} %", hours_up(1440, outage),
              share, share, True)
        for outage in (2.0, 8.0)
        for share in (95.0, 99.0)
    ]  # fmt: skip
    return found


def measured(scene: Scene, runs: int, seed: int = 1) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    held = met = 0
    for _run in range(runs):
        found = scene.trial(random, scene.truth)
        held += found.low <= scene.truth <= found.high
    target = scene.truth if scene.level else TARGET
    for _run in range(runs):
        met += scene.trial(random, scene.nothing).low >= target
    at_target = met
    if not scene.level:
        at_target = sum(scene.trial(random, TARGET).low >= TARGET for _run in range(runs))
    return {
        "method": scene.method,
        "trial": scene.said,
        "covered": round(100 * held / runs, 1),
        "met_without_effect": round(100 * met / runs, 1),
        "met_at_the_target": round(100 * at_target / runs, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.coverage", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--only", default="", help="methods whose name contains this")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = []
    for scene in scenes():
        if asked.only in scene.method:
            row = measured(scene, asked.runs)
            found.append(row)
            sys.stdout.write("| " + " | ".join(map(str, row.values())) + " |\n")
    if asked.json:
        asked.json.write_text(json.dumps({"runs": asked.runs, "coverage": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
