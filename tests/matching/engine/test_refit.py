"""Weights learnt from experts whose preference is known, and not from those who make no sense."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from matching.engine import DEFAULT_WEIGHTS, Weights
from matching.engine.factors import FACTORS
from matching.engine.fitting import KEPT, Table, fit, legal, logits, rays
from matching.engine.heldout import Held, better, calibration, held_out
from matching.engine.rank import NOVELTY_AT_LEAST, QUALITY, TRACK_RECORD_AT_MOST
from matching.engine.refit import Example, TooFew, fingerprint, refit
from tests.matching.engine import experts

VALUE = st.none() | st.floats(0, 1)
EXAMPLES = st.lists(
    st.builds(
        Example,
        wish=st.integers(1, 30),
        solution=st.integers(1, 30),
        values=st.fixed_dictionaries(dict.fromkeys(FACTORS, VALUE)),
        fits=st.booleans(),
        weight=st.sampled_from([0.25, 0.5, 1.0]),
    ),
    min_size=2,
    max_size=40,
)


def agreement(name, weights, seed=999):
    """How often two solutions of one wish, not seen before, are in the order in which the expert has them."""
    rows = experts.pairs(np.random.default_rng(seed), 600)
    truth = experts.liking(rows, experts.preferring(name))
    table = Table.of([Example(w, s, v, False) for w, s, v in rows], weights)
    order = {one.solution: logit for one, logit in zip(table.examples, logits(table, weights), strict=True)}
    same = [
        (truth[a] - truth[b]) * (order[a + 1] - order[b + 1]) > 0
        for a in range(len(rows))
        for b in range(a + 1, len(rows))
        if rows[a][0] == rows[b][0]
    ]
    return sum(same) / len(same)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", experts.PREFERENCES)
def test_an_expert_is_learnt_within_300_verdicts(name, seed):
    found = refit(experts.of_expert(name, seed), DEFAULT_WEIGHTS)
    assert found.passed
    assert found.figures["after"]["ndcg"] > found.figures["before"]["ndcg"]
    before, after = agreement(name, DEFAULT_WEIGHTS), agreement(name, found.weights)
    assert 1 - after < 0.6 * (1 - before)  # two fifths of the errors are gone


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    "draw",
    [
        experts.by_lot,
        lambda seed: experts.by_lot(seed, 0.9),
        lambda seed: experts.by_lot(seed, 0.1),
        experts.upside_down,
    ],
    ids=["by lot", "nearly all approved", "nearly all declined", "upside down"],
)
def test_verdicts_without_sense_are_never_shipped(draw, seed):
    assert not refit(draw(seed), DEFAULT_WEIGHTS).passed


@pytest.mark.parametrize("seed", range(3))
def test_who_judges_as_the_engine_does_changes_nothing(seed):
    assert not refit(experts.like_the_engine(seed), DEFAULT_WEIGHTS).passed


def test_to_be_likelier_than_the_present_weights_is_not_enough():
    """Against verdicts by lot or upside down any weights are too sure: to be less sure is no knowledge."""
    lot, wrong = (
        refit(one, DEFAULT_WEIGHTS).figures["p_values"] for one in (experts.by_lot(0), experts.upside_down(0))
    )
    same = refit(experts.like_the_engine(0), DEFAULT_WEIGHTS).figures["p_values"]
    assert lot["log_loss"] < 0.01 < lot["chance"]
    assert wrong["log_loss"] < 0.01 < wrong["chance"]
    assert same["chance"] < 0.01 < same["ndcg"]


def test_the_order_of_the_verdicts_says_nothing():
    examples = experts.of_expert("budget", 0)
    mixed = random.Random(5).sample(examples, len(examples))
    one, other = refit(examples, DEFAULT_WEIGHTS), refit(mixed, DEFAULT_WEIGHTS)
    assert one == other
    assert fingerprint(examples) == fingerprint(mixed)


def test_the_fingerprint_tells_any_change():
    examples = experts.of_expert("budget", 0)[:5]
    first = examples[0]
    changed = [
        replace(first, fits=not first.fits),
        replace(first, weight=0.5),
        replace(first, wish=99),
        replace(first, solution=99),
        replace(first, values={**first.values, "budget": 0.123}),
        replace(first, values={**first.values, "budget": None, "site": 0.4}),
    ]
    prints = {fingerprint([one, *examples[1:]]) for one in (first, *changed)}
    assert len(prints) == 7
    assert fingerprint(examples[1:]) not in prints


@pytest.mark.parametrize(
    ("examples", "why"),
    [
        ([], "0 verdicts"),
        (experts.of_expert("budget", 0)[:48], "48 verdicts on 8 wishes"),
        ([replace(one, wish=one.wish % 5) for one in experts.of_expert("budget", 0)], "on 5 wishes"),
        ([replace(one, fits=True) for one in experts.of_expert("budget", 0)], "all verdicts say the same"),
    ],
)
def test_too_little_is_not_learnt_from(examples, why):
    with pytest.raises(TooFew, match=why):
        refit(examples, DEFAULT_WEIGHTS)


@settings(max_examples=60, deadline=None)
@given(EXAMPLES, st.sampled_from([0.01, 2.0, 128.0]))
def test_whatever_was_said_the_weights_are_legal(examples, penalty):
    table = Table.of(examples, DEFAULT_WEIGHTS)
    found = legal(fit(table, DEFAULT_WEIGHTS, penalty), DEFAULT_WEIGHTS)  # Weights refuses what is not
    assert min(found.weights.values()) >= 0
    assert found.neutral == DEFAULT_WEIGHTS.neutral


@pytest.mark.parametrize("wanted", ["track_record", "readiness", "novelty"])
def test_policy_binds_where_verdicts_pull_against_it(wanted):
    """An expert who looks at one side of quality alone gets as much of it as policy leaves, and no more."""
    chance = np.random.default_rng(1)
    rows = experts.pairs(chance, 600)
    examples = [Example(w, s, v, (v[wanted] or 0) >= 0.5) for w, s, v in rows]
    table = Table.of(examples, DEFAULT_WEIGHTS)
    intercept, found = fit(table, DEFAULT_WEIGHTS, 0.5)
    weights = dict(zip(FACTORS, found, strict=True))
    quality = sum(weights[name] for name in QUALITY)
    assert weights[wanted] > 1.5 * DEFAULT_WEIGHTS.weights[wanted]
    assert weights["track_record"] <= TRACK_RECORD_AT_MOST * quality + 1e-9
    assert weights["novelty"] >= NOVELTY_AT_LEAST * quality - 1e-9
    if wanted == "track_record":
        assert weights["track_record"] == pytest.approx(TRACK_RECORD_AT_MOST * quality)
    if wanted == "readiness":
        assert weights["novelty"] == pytest.approx(NOVELTY_AT_LEAST * quality, rel=0.05)
    legal((intercept, found), DEFAULT_WEIGHTS)


def test_each_corner_of_policy_is_legal_and_all_that_is_legal_is_a_mixture_of_them():
    for column in rays().T:
        Weights(0.0, dict(zip(FACTORS, column.tolist(), strict=True)), DEFAULT_WEIGHTS.neutral)
    before = np.array([DEFAULT_WEIGHTS.weights[name] for name in FACTORS])
    assert nnls(rays(), before)[1] == pytest.approx(0, abs=1e-9)


def test_verdicts_upside_down_leave_a_quarter_of_what_the_texts_weigh():
    weights = refit(experts.upside_down(0), DEFAULT_WEIGHTS).weights.weights
    for name in set(FACTORS) - set(QUALITY):
        assert weights[name] >= KEPT * DEFAULT_WEIGHTS.weights[name] - 1e-9


def test_what_goes_past_a_limit_is_taken_as_far_as_the_limit():
    before = np.array([DEFAULT_WEIGHTS.weights[name] for name in FACTORS])
    found = legal((DEFAULT_WEIGHTS.intercept, 5 * before), DEFAULT_WEIGHTS)
    share = found.weights["meaning"] / DEFAULT_WEIGHTS.weights["meaning"]
    assert 1 < share < 5
    assert found.highest() == pytest.approx(14.0, abs=0.01) or abs(found.intercept) + sum(
        found.weights.values()
    ) == pytest.approx(28.0, abs=0.01)
    assert legal((DEFAULT_WEIGHTS.intercept, before), DEFAULT_WEIGHTS) == DEFAULT_WEIGHTS


def test_without_evidence_a_weight_stays_where_it_is():
    examples = [replace(one, values={**one.values, "budget": None}) for one in experts.of_expert("topics", 0)]
    _, found = fit(Table.of(examples, DEFAULT_WEIGHTS), DEFAULT_WEIGHTS, 8.0)
    at = FACTORS.index("budget")
    assert found[at] == pytest.approx(DEFAULT_WEIGHTS.weights["budget"], abs=1e-6)


def test_no_wish_is_on_both_sides_of_a_split():
    table = Table.of(experts.of_expert("budget", 0), DEFAULT_WEIGHTS)
    fold = table.folds(5)
    assert set(fold.tolist()) == {0, 1, 2, 3, 4}
    for wish in set(table.wish.tolist()):
        assert len(set(fold[table.wish == wish].tolist())) == 1


def test_what_is_foretold_of_a_wish_does_not_hang_on_its_own_verdicts():
    examples = experts.of_expert("budget", 0)
    turned = [replace(one, fits=not one.fits) if one.wish == 7 else one for one in examples]
    tables = [Table.of(rows, DEFAULT_WEIGHTS) for rows in (examples, turned)]
    foretold = [held_out(table, DEFAULT_WEIGHTS).after for table in tables]
    own = [logit[table.wish == 7] for logit, table in zip(foretold, tables, strict=True)]
    assert sorted(own[0]) == pytest.approx(sorted(own[1]), abs=1e-12)


def test_precision_and_order_of_a_wish():
    rows = [Example(1, number, {}, fits) for number, fits in enumerate([True, False, True], 1)]
    rows += [Example(2, 1, {}, True)]  # one kind only: it says nothing about the order
    table = Table.of(rows, DEFAULT_WEIGHTS)
    said = {one.solution: place for place, one in enumerate(table.examples) if one.wish == 1}
    logit = np.zeros(4)
    logit[said[1]], logit[said[2]], logit[said[3]] = 1.0, 2.0, 3.0
    held = Held(table, logit, logit, logit)
    assert held.precision(logit, 1) == 1.0
    assert held.precision(logit, 2) == pytest.approx((0.5 + 1) / 2)
    assert held.order(logit, 10) == pytest.approx([(1 + 0.5) / (1 + 1 / np.log2(3))])


def test_the_paired_test_looks_at_the_mean_and_the_side():
    gains = np.linspace(0.1, 1, 20)
    assert better(gains) < 0.001
    assert better(-gains) > 0.99
    assert better(np.zeros(20)) == 1.0
    assert better(np.array([0.3])) == 1.0
    assert better(np.array([1.0, -1.0] * 10)) > 0.3


def test_calibration_by_tenths():
    foretold, came = np.array([0.05, 0.07, 0.72, 1.0]), np.array([0.0, 1.0, 1.0, 1.0])
    assert calibration(foretold, came) == [
        {"foretold": 0.06, "came": 0.5, "verdicts": 2},
        {"foretold": 0.72, "came": 1.0, "verdicts": 1},
        {"foretold": 1.0, "came": 1.0, "verdicts": 1},
    ]
