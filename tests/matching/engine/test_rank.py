import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import DEFAULT_WEIGHTS, Need, Offer, Weights, likeness, score
from matching.engine.factors import FACTORS
from matching.engine.rank import QUALITY

NAMES = st.frozensets(st.sampled_from("abcd"))
RANGE = st.none() | st.tuples(st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**6))
MONTHS = st.none() | st.floats(0, 60)
LEVEL = st.none() | st.integers(1, 9)
SHARE = st.floats(-1, 1)
NEEDS = st.builds(Need, NAMES, LEVEL, RANGE, MONTHS, NAMES, NAMES)
OFFERS = st.builds(
    Offer, NAMES, LEVEL, RANGE, MONTHS, NAMES, NAMES, st.integers(0, 9), st.none() | st.booleans()
)
SIGNALS = st.fixed_dictionaries(
    {"same_script": st.sampled_from([0.0, 1.0])},
    optional={"e5": SHARE, "use": SHARE, "words_share": st.floats(0, 1), "concepts_share": st.floats(0, 1)},
)


@st.composite
def weights(draw):
    """Any that policy allows."""
    drawn = {name: draw(st.floats(0, 1)) for name in FACTORS}
    others = drawn["readiness"] + drawn["certificates"]
    drawn["novelty"], drawn["track_record"] = 0.3 * others, 0.1 * others
    neutral = {name: draw(st.floats(0, 1)) for name in FACTORS} | {"track_record": 0.0}
    return Weights(draw(st.floats(-3, 3)), drawn, neutral)


@given(NEEDS, OFFERS, SIGNALS, weights() | st.just(DEFAULT_WEIGHTS))
def test_the_contributions_add_up_to_the_logit_of_the_probability(need, offer, signals, weights):
    found = score(need, offer, signals, weights)
    logit = math.log(found.probability) - math.log1p(-found.probability)
    assert sum(c.logit_share for c in found.contributions) + found.intercept == pytest.approx(logit, abs=1e-9)


@given(NEEDS, OFFERS, SIGNALS, weights() | st.just(DEFAULT_WEIGHTS))
def test_what_is_not_known_has_no_share(need, offer, signals, weights):
    found = score(need, offer, signals, weights)
    assert all(c.logit_share == 0 for c in found.contributions if c.value is None)
    assert 0 <= found.confidence <= 1


@given(
    NEEDS,
    OFFERS,
    SIGNALS,
    weights(),
    st.sampled_from(["e5", "use", "words_share", "concepts_share"]),
    st.floats(0, 1),
)
def test_a_text_that_is_more_alike_never_scores_less(need, offer, signals, weights, name, more):
    if name in signals:
        better = score(need, offer, signals | {name: min(1.0, signals[name] + more)}, weights)
        assert better.probability >= score(need, offer, signals, weights).probability


@given(NEEDS, OFFERS, SIGNALS, weights(), st.integers(1, 5))
def test_more_reports_more_readiness_and_more_topics_never_score_less(need, offer, signals, weights, more):
    before = score(need, offer, signals, weights).probability
    better = [dataclasses.replace(offer, verified_reports=offer.verified_reports + more)]
    if offer.trl is not None:
        better.append(dataclasses.replace(offer, trl=offer.trl + more))
    if offer.topics:
        better.append(dataclasses.replace(offer, topics=offer.topics | need.topics))
    if offer.certificates:
        better.append(dataclasses.replace(offer, certificates=offer.certificates | need.certificates))
    for one in better:
        assert score(need, one, signals, weights).probability >= before


@given(NEEDS, OFFERS, SIGNALS)
def test_no_track_record_is_never_a_penalty(need, offer, signals):
    none = score(need, dataclasses.replace(offer, verified_reports=0), signals)
    assert next(c for c in none.contributions if c.name == "track_record").logit_share == 0


@given(NEEDS, OFFERS, SIGNALS)
def test_saying_less_lowers_the_confidence(need, offer, signals):
    silent = dataclasses.replace(offer, trl=None, price=None, lead_months=None, novel=None)
    assert score(need, silent, signals).confidence <= score(need, offer, signals).confidence


@given(NEEDS, OFFERS, SIGNALS)
def test_scoring_twice_gives_the_same_and_it_can_be_stored(need, offer, signals):
    found = score(need, offer, signals)
    assert found == score(need, offer, signals)
    told = [one._asdict() for one in found.contributions]
    assert json.loads(json.dumps(told)) == told


def changed(**weights):
    return {
        "intercept": DEFAULT_WEIGHTS.intercept,
        "weights": {**DEFAULT_WEIGHTS.weights, **weights},
        "neutral": DEFAULT_WEIGHTS.neutral,
    }


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (changed(track_record=0.4), "15 %"),
        (changed(novelty=0.3, track_record=0.1), "20 %"),
        (changed(topics=-0.1), "not negative"),
        (changed(meaning=math.nan), "finite"),
        (changed(meaning=60.0), "logit"),
        (changed(luck=1.0), "exactly"),
        (changed() | {"neutral": {**DEFAULT_WEIGHTS.neutral, "track_record": 0.2}}, "never a penalty"),
    ],
)
def test_weights_against_policy_are_refused(record, message):
    with pytest.raises(ValueError, match=message):
        Weights.from_dict(record)


def test_the_weights_that_are_used_keep_to_policy_and_can_be_stored():
    quality = sum(DEFAULT_WEIGHTS.weights[name] for name in QUALITY)
    assert DEFAULT_WEIGHTS.weights["track_record"] <= 0.15 * quality
    assert DEFAULT_WEIGHTS.weights["novelty"] >= 0.20 * quality
    assert Weights.from_dict(json.loads(json.dumps(DEFAULT_WEIGHTS.as_dict()))) == DEFAULT_WEIGHTS


def test_facts_alone_make_no_match():
    ideal = (
        Need(frozenset("a"), 7, (0, 100), 6, frozenset("p")),
        Offer(frozenset("a"), 9, (10, 20), 1, frozenset("p"), frozenset(), 9, True),
    )
    unrelated = {"e5": 0.0, "use": 0.0, "words_share": 0.02, "concepts_share": 0.0, "same_script": 1.0}
    assert score(*ideal, unrelated).probability < 0.35
    assert score(Need(), Offer(), unrelated).probability < 0.1
    alike = {"e5": 0.4, "use": 0.45, "words_share": 0.3, "concepts_share": 0.5, "same_script": 1.0}
    assert score(Need(), Offer(), alike).probability > 0.7


@given(SIGNALS, weights() | st.just(DEFAULT_WEIGHTS))
def test_likeness_is_the_probability_of_two_that_state_no_fact(signals, weights):
    assert likeness(signals, weights) == pytest.approx(score(Need(), Offer(), signals, weights).probability)
