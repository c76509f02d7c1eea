import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import Need, Offer, factors


def need(**said):
    return Need(**{k: frozenset(v) if isinstance(v, list) else v for k, v in said.items()})


def offer(**said):
    return Offer(**{k: frozenset(v) if isinstance(v, list) else v for k, v in said.items()})


@pytest.mark.parametrize(
    ("factor", "need", "offer", "expected"),
    [
        ("topics", need(topics=["a", "b"]), offer(topics=["b", "c"]), 0.5),
        ("topics", need(topics=["a"]), offer(topics=["a", "b", "c"]), 1),
        ("topics", need(topics=["a"]), offer(topics=["b"]), 0),
        ("topics", need(), offer(topics=["b"]), None),
        ("topics", need(topics=["a"]), offer(), None),
        ("readiness", need(trl_wanted=7), offer(trl=9), 1),
        ("readiness", need(trl_wanted=7), offer(trl=7), 1),
        ("readiness", need(trl_wanted=7), offer(trl=6), 0.6),
        ("readiness", need(trl_wanted=7), offer(trl=5), 0.3),
        ("readiness", need(trl_wanted=7), offer(trl=4), 0),
        ("readiness", need(), offer(trl=4), None),
        ("readiness", need(trl_wanted=7), offer(), None),
        ("budget", need(budget=(0, 100)), offer(price=(50, 100)), 1),
        ("budget", need(budget=(0, 100)), offer(price=(50, 150)), 0.75),
        ("budget", need(budget=(0, 100)), offer(price=(100, 150)), 0.5),
        ("budget", need(budget=(0, 100)), offer(price=(200, 300)), 0.25),
        ("budget", need(budget=(100, None)), offer(price=(None, 90)), 1),
        ("budget", need(budget=(None, 100)), offer(price=(200, None)), 0.25),
        ("budget", need(budget=(None, None)), offer(price=(1, 2)), None),
        ("budget", need(budget=(0, 100)), offer(price=(None, None)), None),
        ("budget", need(budget=(0, 0)), offer(price=(0, 0)), 1),
        ("budget", need(budget=(0, 0)), offer(price=(5, 9)), 0),
        ("timetable", need(months=6), offer(lead_months=6), 1),
        ("timetable", need(months=6), offer(lead_months=12), 0.5),
        ("timetable", need(months=0), offer(lead_months=0), 1),
        ("timetable", need(), offer(lead_months=3), None),
        ("site", need(site=["power", "network"]), offer(needs=["power"]), 1),
        ("site", need(site=["power"]), offer(needs=["power", "water"]), 0.5),
        ("site", need(), offer(needs=["power"]), None),
        ("certificates", need(certificates=["ISO 9001"]), offer(), 0),
        ("certificates", need(certificates=["ISO 9001"]), offer(certificates=["ISO 9001", "CE"]), 1),
        ("certificates", need(), offer(certificates=["CE"]), None),
        ("track_record", need(), offer(), 0),
        ("track_record", need(), offer(verified_reports=1), 0.5),
        ("track_record", need(), offer(verified_reports=3), 0.875),
        ("novelty", need(), offer(novel=True), 1),
        ("novelty", need(), offer(novel=False), 0),
        ("novelty", need(), offer(), None),
    ],
)
def test_facts_give_this_value(factor, need, offer, expected):
    assert factors.OF_FACTS[factor](need, offer) == expected


@pytest.mark.parametrize(
    ("factor", "signals", "expected"),
    [
        ("meaning", {"e5": 0.4, "use": 0.2, "same_script": 1.0}, 0.3),
        ("meaning", {"e5": 0.4, "use": 0.2, "same_script": 0.0}, 0.36),
        ("meaning", {"e5": 0.4}, 0.4),
        ("meaning", {"e5": -0.2, "use": 0.1}, 0),
        ("meaning", {"words_share": 0.4}, None),
        ("words", {"words_share": 0.4, "same_script": 1.0}, 0.4),
        ("words", {"words_share": 0.4, "same_script": 0.0}, None),
        ("words", {"words_share": 1.7, "same_script": 1.0}, 1),
        ("concepts", {"concepts_share": 0.2}, 0.2),
        ("concepts", {}, None),
    ],
)
def test_signals_give_this_value(factor, signals, expected):
    assert factors.OF_TEXT[factor](signals) == (None if expected is None else pytest.approx(expected))


MONEY = st.integers(0, 10**7)


@given(MONEY, MONEY, MONEY, MONEY)
def test_a_dearer_solution_never_fits_a_budget_better(budget, low, width, more):
    cheap = factors.budget(Need(budget=(0, budget)), Offer(price=(low, low + width)))
    dear = factors.budget(Need(budget=(0, budget)), Offer(price=(low + more, low + width + more)))
    assert 0 <= dear <= cheap <= 1


@given(st.floats(0, 60), st.floats(0, 60), st.floats(0, 60))
def test_a_later_solution_never_fits_a_timetable_better(months, lead, more):
    soon = factors.timetable(Need(months=months), Offer(lead_months=lead))
    late = factors.timetable(Need(months=months), Offer(lead_months=lead + more))
    assert 0 <= late <= soon <= 1
