"""Readings in columns say what they said as objects, to the last bit, and take a tenth of the room."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import groupby

import numpy as np

from trials.analysis import Columns, Promise, Reading, judge, moments
from trials.analysis.judging import data_hash
from trials.analysis.series import begins_of, means

START = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)


def some(count=400, sensors=("b", "a", "ä")):
    random = np.random.default_rng(7)
    rows = [
        Reading(START + timedelta(minutes=17 * number), name, "trial" if number % 2 else "baseline", value)
        for number in range(count)
        for name, value in zip(sensors, random.normal(size=len(sensors)).tolist(), strict=True)
        if random.random() < 0.9
    ]
    random.shuffle(rows)
    return rows


def test_what_goes_in_comes_out_in_order():
    rows = some()
    found = Columns.of(rows)
    assert list(found) == rows and found[3] == rows[3] and list(found[5:9]) == rows[5:9]
    assert list(found.ordered()) == sorted(rows, key=lambda one: (one.at, one.sensor, one.phase, one.value))
    assert list(found.of_phase("trial")) == [one for one in rows if one.phase == "trial"]
    assert list(found.of_phase("never")) == list(Columns.of([])) == []
    assert list(found.of_sensors(lambda name: name != "a")) == [one for one in rows if one.sensor != "a"]
    again = found.ordered()
    assert again.ordered() is again


def test_the_mean_of_each_moment_and_each_day_is_that_of_its_readings_to_the_last_bit():
    rows = sorted(some(), key=lambda one: one.at)
    expected = [
        float(np.mean([one.value for one in group])) for _at, group in groupby(rows, lambda one: one.at)
    ]
    assert moments.moments(rows).value.tolist() == expected
    days = groupby(rows, lambda one: one.at.astimezone(moments.HONG_KONG).date())
    assert moments.days(rows) == {day: float(np.mean([one.value for one in group])) for day, group in days}


def test_groups_of_any_size_have_the_mean_that_numpy_gives_each():
    random = np.random.default_rng(3)
    keys = np.repeat(np.arange(60), random.integers(1, 40, size=60))
    values = random.normal(size=len(keys)) * 1e6
    expected = [float(np.mean(values[keys == key])) for key in range(60)]
    assert means(values, begins_of(keys)).tolist() == expected


def test_the_fingerprint_of_readings_is_that_of_the_same_ones_in_another_zone_and_order():
    rows = some(20)
    moved = [Reading(one.at.astimezone(moments.HONG_KONG), one.sensor, one.phase, one.value) for one in rows]
    assert data_hash(Columns.of(moved)) == data_hash(rows)
    promise = Promise("before_after", "decrease", 15)
    assert judge(promise, rows[::-1]) == judge(promise, Columns.of(rows))


def test_readings_are_brought_together_without_an_object_for_each():
    promise, count = Promise("threshold", "at_most", 1), 50_000
    rows = (Reading(START + timedelta(seconds=n), "meter", "trial", float(n % 7)) for n in range(count))
    tracemalloc.start()
    found = Columns.read(rows).ordered()
    moments.moments(moments.together(found.of_phase("trial"), lambda one: one.sensor)[0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == count and peak < 130 * count
    assert judge(promise, found[:500]).n_trial == 500
