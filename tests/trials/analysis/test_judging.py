import json
from datetime import UTC

import pytest

from tests.trials.analysis.rows import noise, phases, series
from trials.analysis import FIRST, METHODS, Promise, first, judge
from trials.analysis.judging import data_hash
from trials.models import Claim
from trials.proof.canonical import digest

FALL = Promise("before_after", "decrease", 15)


@pytest.mark.parametrize(
    ("promise", "before", "after", "verdict"),
    [
        (FALL, 100, 70, "met"),
        (FALL, 100, 90, "partly_met"),
        (FALL, 100, 110, "not_met"),
        (FALL, 100, 100, "not_met"),
        (Promise("threshold", "at_most", 42), 0, 40, "met"),
        (Promise("threshold", "at_most", 42), 0, 45, "not_met"),
        (Promise("threshold", "at_most", 42), 0, 42, "inconclusive"),
        (Promise("threshold", "at_least", 42), 0, 45, "met"),
        (Promise("threshold", "at_least", 42), 0, 40, "not_met"),
    ],
)
def test_the_verdict_follows_the_rule(promise, before, after, verdict):
    rows = phases(noise(40, level=before, spread=1), noise(40, level=after, spread=1, seed=1))
    assert judge(promise, rows).verdict == verdict


def test_a_change_that_may_or_may_not_reach_the_target_is_inconclusive():
    finding = judge(FALL, phases(noise(40, level=100, spread=6), noise(40, level=84, spread=6, seed=1)))
    assert finding.estimate.effect > 15 > finding.estimate.low
    assert (finding.verdict, finding.why) == ("inconclusive", "open")


def test_the_first_rule_judges_what_was_locked_under_it_as_it_did():
    rows = phases(noise(40, level=100), noise(40, level=80, seed=1))
    old = judge(Promise("before_after", "decrease", 15, rule=FIRST), rows)
    assert old.to_dict() == first.judge(first.Promise("before_after", "decrease", 15), rows).to_dict()
    assert old.rule == "innoportal-verdict/1"
    assert old.estimate.high != judge(FALL, rows).estimate.high


def test_order_does_not_matter_and_a_changed_reading_does():
    rows = phases(noise(20, level=100), noise(20, level=80, seed=1))
    assert judge(FALL, rows) == judge(FALL, rows[::-1])
    changed = [*rows[:-1], rows[-1].__class__(rows[-1].at, "a", "trial", rows[-1].value + 0.001)]
    assert judge(FALL, changed).data_hash != judge(FALL, rows).data_hash


def test_the_fingerprint_covers_what_is_read_beside():
    said = series([1, 0] * 20)
    promise = Promise("detection", "at_least", 80, figure="recall")
    hashes = {judge(promise, said, series(so)).data_hash for so in ([1, 0] * 20, [0, 1] * 20)}
    assert len(hashes) == 2


@pytest.mark.parametrize("companion", [[], series([0.5] * 3)])
@pytest.mark.parametrize("readings", [[], series([1.0]), series([1e21, 0.1, -0.0, 7])])
def test_the_fingerprint_is_that_of_all_readings_as_one_text(readings, companion):
    rows, beside = (
        [[one.at.astimezone(UTC).isoformat(), one.sensor, one.phase, one.value] for one in some]
        for some in (readings, companion)
    )
    whole = digest({"readings": rows, "companion": beside} if beside else rows)
    assert data_hash(readings, companion) == whole


def test_a_finding_names_what_made_it_and_is_plain_json():
    found = judge(FALL, phases(noise(20, level=100), noise(20, level=80, seed=1))).to_dict()
    assert set(found["libraries"]) == {"numpy", "scipy", "statsmodels"}
    assert json.loads(json.dumps(found)) == found


def test_every_method_of_a_plan_has_its_module():
    assert set(Claim.Method.values) == set(METHODS)
