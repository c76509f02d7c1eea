import pytest

from solutions.guidance import ready_of_answers
from solutions.kit import ready, ready_of
from solutions.models import Solution

ALL = {"site": "done", "installation": "done", "risk": "done", "insurance": "done", "roll_back": "done"}


@pytest.mark.parametrize(
    ("changes", "lead_months", "weeks"),
    [
        ({}, 0, 0),
        ({}, 1, 5),  # a month is begun weeks
        ({}, 3, 13),
        ({"roll_back": ""}, 0, 1),
        ({"site": ""}, 0, 1),
        ({"risk": "draft"}, 0, 1),
        ({"insurance": "quoted"}, 0, 2),
        ({"insurance": ""}, 0, 4),
        ({"risk": "", "insurance": ""}, 0, 7),  # the insurer reads the assessment
        ({"risk": "draft", "insurance": "quoted"}, 0, 3),
        ({"installation": "", "roll_back": ""}, 0, 3),  # both wait for the plan
        ({"roll_back": "", "risk": ""}, 0, 3),  # one beside the other
        ({"insurance": "", "site": ""}, 0, 4),  # what stands between them is there
        (dict.fromkeys(ALL, ""), 0, 10),
        (dict.fromkeys(ALL, ""), 2, 10),  # the lead time runs meanwhile
        (dict.fromkeys(ALL, ""), 6, 26),
    ],
)
def test_weeks_until_a_trial_follow_from_what_is_missing_and_the_lead_time(changes, lead_months, weeks):
    found = ready(ALL | changes, lead_months)
    assert (found.weeks, found.is_least) == (weeks, False)


def test_without_a_lead_time_the_weeks_are_the_least_and_one_part_is_missing():
    found = ready(ALL, None)
    assert (found.weeks, found.is_least, found.done, found.whole) == (0, True, 5, 6)
    assert ready(ALL, 0).done == 6


def test_each_part_says_what_it_still_costs():
    found = ready(ALL | {"risk": "draft", "insurance": ""}, 1)
    assert {part.name: part.weeks for part in found.missing} == {"risk": 1, "insurance": 4}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"trial_needs": ["power"], "installation_en": "A night", "lead_months": 2},
        {"trial_conditions_zh": "許可證", "risk_state": "draft", "insurance_state": "quoted"},
        {
            "risk_state": "agreed",
            "insurance_state": "held",
            "roll_back_zh": "拔掉",
            "installation_zh": "一晚",
        },
    ],
)
def test_the_writer_counts_what_is_typed_as_the_page_counts_what_is_saved(said):
    typed = {name: str(value) if isinstance(value, int) else value for name, value in said.items()}
    assert ready_of_answers(typed) == ready_of(Solution(**said))


@pytest.mark.parametrize("typed", [{"lead_months": "soon"}, {"lead_months": "-1"}, {"risk_state": "<b>"}])
def test_what_is_typed_wrongly_counts_as_not_said(typed):
    assert ready_of_answers(typed) == ready_of_answers({})
