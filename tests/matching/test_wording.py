import itertools

import pytest

from matching import wording
from matching.engine import DEFAULT_WEIGHTS, Need, Offer, feasibility, score
from matching.engine.factors import FACTORS

NEED = Need(
    trl_wanted=8, budget=(0, 100_000), months=3, site=frozenset({"power"}), certificates=frozenset({"CE"})
)
OFFERS = [
    Offer(trl=trl, price=price, lead_months=lead, needs=frozenset(needs), certificates=frozenset({"UL"}))
    for trl, price, lead, needs in itertools.product(
        (7, 4),
        ((50_000, 200_000), (120_000, 500_000), (5_000_000, None)),
        (5, 12),
        (("power", "lora"), ("lora", "bms", "night")),
    )
]


def test_every_reason_of_the_engine_has_a_sentence():
    codes = set()
    for offer in OFFERS:
        for row in feasibility.judge(NEED, offer).reasons:
            said = wording.reason({"code": row.code, "parameters": row.parameters})
            assert said != row.code
            assert "%(" not in said
            codes.add(row.code)
    assert codes == set(wording.REASONS)


def test_every_gap_of_the_engine_has_a_sentence():
    found = {(row.code, row.side) for row in feasibility.gaps(Need(certificates=frozenset({"CE"})), Offer())}
    assert found == set(wording.GAPS)


def test_every_factor_has_a_name():
    assert set(wording.FACTORS) == set(FACTORS)


def test_figures_are_in_the_sentence():
    row = {
        "code": "price_above_budget",
        "parameters": {"price_from": 1_400_000, "price_to": 5_000_000, "budget_to": 9},
    }
    assert wording.reason(row) == "The price begins at HK$1,400,000; the budget ends at HK$9."


def test_a_code_that_is_not_known_yet_is_shown_and_not_hidden():
    assert wording.reason({"code": "new_code", "parameters": {"x": 1}}) == "new_code"
    assert wording.gap({"code": "new_code", "side": "wish"}) == "new_code"


@pytest.mark.parametrize(
    ("probability", "code"),
    [(1.0, "strong"), (0.6, "strong"), (0.59, "good"), (0.1, "possible"), (0.0, "weak")],
)
def test_a_fit_in_words(probability, code):
    assert wording.band(probability)[0] == code


def test_the_bars_add_up_to_the_total():
    result = score(NEED, OFFERS[0], {"use": 0.4, "words_share": 0.3, "same_script": 1.0}, DEFAULT_WEIGHTS)
    record = {
        "intercept": result.intercept,
        "contributions": [
            {"name": c.name, "value": c.value, "logit_share": c.logit_share} for c in result.contributions
        ],
    }
    bars = wording.bars(record)
    assert sum(bar["value"] for bar in bars) == pytest.approx(wording.total(record))
    assert len(bars) == 1 + len(FACTORS)
