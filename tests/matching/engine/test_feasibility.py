import pytest

from matching.engine import Need, Offer
from matching.engine.feasibility import gaps, judge

SAID = {
    "need": {
        "topics": frozenset("a"),
        "trl_wanted": 7,
        "budget": (0, 100),
        "months": 6,
        "site": frozenset({"power"}),
    },
    "offer": {
        "topics": frozenset("a"),
        "trl": 7,
        "price": (50, 90),
        "lead_months": 3,
        "needs": frozenset({"power"}),
        "novel": True,
    },
}


@pytest.mark.parametrize(
    ("need", "offer", "verdict", "reasons"),
    [
        ({}, {}, "feasible", []),
        ({}, {"trl": 5}, "conditional", [("trl_below", {"offered": 5, "wanted": 7})]),
        ({}, {"trl": 4}, "not_feasible", [("trl_far_below", {"offered": 4, "wanted": 7})]),
        (
            {},
            {"price": (90, 110)},
            "conditional",
            [("price_may_exceed_budget", {"price_from": 90, "price_to": 110, "budget_to": 100})],
        ),
        (
            {},
            {"price": (150, 160)},
            "conditional",
            [("price_above_budget", {"price_from": 150, "price_to": 160, "budget_to": 100})],
        ),
        (
            {},
            {"price": (151, 160)},
            "not_feasible",
            [("price_far_above_budget", {"price_from": 151, "price_to": 160, "budget_to": 100})],
        ),
        (
            {},
            {"price": (100, None)},
            "conditional",
            [("price_above_budget", {"price_from": 100, "price_to": 100, "budget_to": 100})],
        ),
        ({"budget": (100, None)}, {"price": (100, None)}, "feasible", []),
        ({}, {"price": (60, None)}, "feasible", []),
        (
            {},
            {"lead_months": 12},
            "conditional",
            [("lead_time_after_timetable", {"lead_months": 12, "months": 6})],
        ),
        (
            {},
            {"lead_months": 13},
            "not_feasible",
            [("lead_time_far_after_timetable", {"lead_months": 13, "months": 6})],
        ),
        ({}, {"needs": frozenset({"power", "water"})}, "conditional", [("site_lacks", {"needs": ["water"]})]),
        ({}, {"needs": frozenset({"water"})}, "not_feasible", [("site_lacks_most", {"needs": ["water"]})]),
        (
            {"certificates": frozenset({"CE", "ISO 9001"})},
            {"certificates": frozenset({"CE"})},
            "conditional",
            [("certificates_lacking", {"certificates": ["ISO 9001"]})],
        ),
        ({"certificates": frozenset({"CE"})}, {}, "feasible", []),
        (
            {},
            {"trl": 2, "lead_months": 7},
            "not_feasible",
            [
                ("trl_far_below", {"offered": 2, "wanted": 7}),
                ("lead_time_after_timetable", {"lead_months": 7, "months": 6}),
            ],
        ),
    ],
)
def test_a_verdict_and_its_reasons(need, offer, verdict, reasons):
    found = judge(Need(**SAID["need"] | need), Offer(**SAID["offer"] | offer))
    assert (found.verdict, [(r.code, r.parameters) for r in found.reasons]) == (verdict, reasons)
    assert any(r.blocking for r in found.reasons) == (verdict == "not_feasible")


def test_what_nobody_said_is_no_reason_but_a_gap():
    assert judge(Need(), Offer()).verdict == "feasible"
    assert [(gap.code, gap.side) for gap in gaps(Need(), Offer())] == [
        ("topics_missing", "wish"),
        ("topics_missing", "solution"),
        ("trl_wanted_missing", "wish"),
        ("trl_missing", "solution"),
        ("budget_missing", "wish"),
        ("price_missing", "solution"),
        ("timetable_missing", "wish"),
        ("lead_time_missing", "solution"),
        ("site_missing", "wish"),
        ("trial_needs_missing", "solution"),
        ("novelty_missing", "solution"),
    ]


def test_nothing_is_missing_when_all_was_said():
    assert gaps(Need(**SAID["need"]), Offer(**SAID["offer"])) == ()


def test_a_price_of_nought_is_a_price():
    assert "price_missing" not in [gap.code for gap in gaps(Need(), Offer(price=(0, 0)))]
