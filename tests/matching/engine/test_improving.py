"""The one change that would raise a score most, by really scoring each."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import DEFAULT_WEIGHTS, Need, Offer, improvements, score
from matching.engine.factors import OF_FACTS
from matching.engine.improving import WAYS
from tests.matching.engine.test_rank import LEVEL, MONTHS, NAMES, NEEDS, OFFERS, RANGE, SIGNALS, weights

ALIKE = {"e5": 0.4, "use": 0.45, "words_share": 0.3, "concepts_share": 0.5, "same_script": 1.0}
WEIGHTS = weights() | st.just(DEFAULT_WEIGHTS)


def few(*names):
    return frozenset(names)


@pytest.mark.parametrize(
    ("factor", "need", "offer", "expected"),
    [
        pytest.param(
            "topics",
            Need(topics=few("a", "b")),
            Offer(topics=few("b")),
            {("solution", False): {}},
            id="topics: the solution names those of the wish",
        ),
        pytest.param(
            "topics", Need(), Offer(topics=few("b")), {("wish", True): {}}, id="topics: the wish names some"
        ),
        pytest.param(
            "topics", Need(), Offer(), {}, id="topics: one change is not enough when neither has any"
        ),
        pytest.param(
            "readiness",
            Need(trl_wanted=7),
            Offer(trl=5),
            {("solution", False): {"trl": 7}, ("wish", False): {"trl": 5}},
            id="readiness: either side can move",
        ),
        pytest.param(
            "readiness", Need(trl_wanted=7), Offer(), {("solution", True): {"trl": 7}}, id="readiness: stated"
        ),
        pytest.param("readiness", Need(trl_wanted=7), Offer(trl=9), {}, id="readiness: enough is enough"),
        pytest.param(
            "budget",
            Need(budget=(0, 100)),
            Offer(price=(90, 300)),
            {("solution", False): {"price": 100}, ("wish", False): {"budget": 300}},
            id="budget: either side can move",
        ),
        pytest.param(
            "budget",
            Need(budget=(1, 100)),
            Offer(price=(100, None)),
            {("solution", False): {"price": 100}, ("wish", False): {"budget": 100}},
            id="budget: a price without end needs a budget without end",
        ),
        pytest.param(
            "budget", Need(), Offer(price=(90, 300)), {("wish", True): {"budget": 300}}, id="budget: stated"
        ),
        pytest.param(
            "timetable",
            Need(months=6),
            Offer(lead_months=12),
            {("solution", False): {"months": 6}, ("wish", False): {"months": 12}},
            id="timetable: either side can move",
        ),
        pytest.param(
            "site",
            Need(site=few("power")),
            Offer(needs=few("power", "water")),
            {("wish", False): {"needs": ["water"]}, ("solution", False): {"needs": ["power"]}},
            id="site: the site gets it, or the trial does without",
        ),
        pytest.param(
            "site",
            Need(site=few("power")),
            Offer(needs=few("water")),
            {("wish", False): {"needs": ["water"]}},
            id="site: a trial of another kind is no change",
        ),
        pytest.param(
            "certificates",
            Need(certificates=few("CE", "UL")),
            Offer(certificates=few("UL")),
            {("solution", False): {"certificates": ["CE"]}},
            id="certificates: those that lack",
        ),
        pytest.param(
            "track_record", Need(), Offer(verified_reports=2), {("solution", False): {}}, id="one report more"
        ),
        pytest.param("novelty", Need(), Offer(), {("solution", True): {}}, id="novelty: stated"),
        pytest.param("novelty", Need(), Offer(novel=False), {}, id="novelty: what is not new stays so"),
    ],
)
def test_these_changes_of_a_fact_would_help(factor, need, offer, expected):
    found = [change for change in improvements(need, offer, ALIKE) if change.factor == factor]
    assert {(change.side, change.is_new): change.parameters for change in found} == expected


def test_every_fact_has_its_changes():
    assert list(WAYS) == list(OF_FACTS)


@given(NEEDS, OFFERS, SIGNALS, WEIGHTS)
def test_every_change_is_of_one_fact_and_scores_what_it_says(need, offer, signals, weights):
    now = score(need, offer, signals, weights).probability
    made = [(factor, one) for factor, ways in WAYS.items() for one in ways(need, offer)]
    for change in improvements(need, offer, signals, weights):
        one = next(m for factor, m in made if (factor, m.side) == (change.factor, change.side))
        assert (one.need == need) == (change.side == "solution")
        assert (one.offer == offer) == (change.side == "wish")
        then = score(one.need, one.offer, signals, weights)
        assert (then.probability, then.feasibility.verdict) == (change.probability, change.feasibility)
        assert change.gain == change.probability - now > 0


@given(NEEDS, OFFERS, SIGNALS, WEIGHTS)
def test_the_first_raises_the_score_most(need, offer, signals, weights):
    gains = [change.gain for change in improvements(need, offer, signals, weights)]
    assert gains == sorted(gains, reverse=True)


FACTOR_OF = {
    "trl_wanted": "readiness",
    "trl": "readiness",
    "budget": "budget",
    "price": "budget",
    "months": "timetable",
    "lead_months": "timetable",
    "site": "site",
}


@st.composite
def changes(draw):
    """Any other value of one fact that a side may change or state; what was said may not be taken back."""
    need, offer = draw(NEEDS), draw(OFFERS)
    more = draw(NAMES)
    name = draw(st.sampled_from(sorted(FACTOR_OF)))
    other = {
        "trl_wanted": LEVEL,
        "budget": RANGE,
        "months": MONTHS,
        "site": st.just(need.site | more),
        "trl": LEVEL,
        "price": RANGE,
        "lead_months": MONTHS,
    }
    value = draw(other[name].filter(lambda value: value is not None and value != (None, None)))
    whose = need if hasattr(need, name) else offer
    changed = replace(whose, **{name: value})
    return FACTOR_OF[name], need, offer, (changed, offer) if whose is need else (need, changed)


@given(changes(), SIGNALS, WEIGHTS)
def test_no_other_value_of_a_fact_raises_it_more(pairs, signals, weights):
    """Of each fact the best value is told; so the first of all changes is the best there is."""
    factor, need, offer, other = pairs
    found = improvements(need, offer, signals, weights)
    now = score(need, offer, signals, weights).probability
    most = max([now, *(change.probability for change in found if change.factor == factor)])
    assert score(*other, signals, weights).probability <= most + 1e-12


def test_the_change_of_a_known_pair():
    """Readiness .8 × (1 - .3) = .56 in the logit beats a price .8 × (1 - .75) = .2 and all others."""
    need = Need(few("a"), 7, (0, 100), 6, few("p"))
    offer = Offer(few("a"), 5, (50, 150), 3, few("p"), novel=False)
    found = improvements(need, offer, ALIKE)
    assert [(one.factor, one.side) for one in found] == [
        ("readiness", "solution"),
        ("readiness", "wish"),
        ("budget", "solution"),
        ("budget", "wish"),
        ("track_record", "solution"),
    ]
    shares = {c.name: c.logit_share for c in score(need, offer, ALIKE).contributions}
    assert shares["readiness"] + 0.56 == pytest.approx(0.8 * 0.4)
    assert found[0].feasibility == "conditional"  # the price still may exceed the budget
