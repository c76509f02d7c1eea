"""What the checklist asks, one row of the table for each reason, beside a wish that leaves nothing to ask."""

import pytest

from tests.factories import WishFactory
from wishes.answers import answers_of
from wishes.quality import CHECKS, remarks

NEED = (
    "Passengers report lift faults after they have waited. Each month forty lifts of the estate stand still "
    "for three hours on average, and an engineer is called out at night."
)
NEED_ZH = (
    "屋邨每月有四十部升降機停頓，平均每次三小時，乘客等候後才報告故障，"
    "工程師須於夜間出勤，影響大量長者出入，每年費用甚高。"
)
OUTCOME = (
    "Faults are known a week before they happen, so that half of the standstills are avoided and nobody is "
    "called out at night for what could be planned."
)
OUTCOME_ZH = (
    "在故障發生前一星期便能知悉，使停頓次數減半，毋須夜間緊急出勤，"
    "並可預先編排維修工作，減少居民不便，讓工程師按計劃工作。"
)
ROW = {"metric": "Standstills", "unit": "per month", "baseline": "40", "target": "20", "method": "Log book"}
WHOLE = {
    **{"need_en": NEED, "need_zh": NEED_ZH, "outcome_en": OUTCOME, "outcome_zh": OUTCOME_ZH},
    **{"title_en": "Know lift faults early", "title_zh": "及早知悉升降機故障"},
    **{"constraints_en": "EN 81-20 holds.", "constraints_zh": "須符合 EN 81-20。"},
    **{"site_en": "Two estates", "site_zh": "兩個屋邨", "site_gives": ["power"]},
    **{"access_hours_en": "Nights", "access_hours_zh": "夜間"},
    **{"environment_en": "Dusty shafts", "environment_zh": "多塵的井道"},
    **{"kpis": [ROW], "budget": "to_500k", "months": "9"},
    **{"vehicle": "quotation", "decision_on": "2027-01-31", "topics": ["lifts"]},
}
SHORT = {"en": "It is loud.", "zh": "很嘈吵。"}
CASES = [  # what is different → (page, how the question begins)
    ({"need_en": SHORT["en"], "need_zh": SHORT["zh"]}, ("need", "What happens today")),
    ({"outcome_en": "Half as many.", "outcome_zh": "減半。"}, ("outcome", "What exactly would be better")),
    ({"outcome_en": f"{OUTCOME} We want to buy an app."}, ("outcome", "Must it be this product")),
    ({"outcome_en": f"{OUTCOME}\nA smart monitoring platform"}, ("outcome", "Must it be this product")),
    ({"outcome_en": f"{OUTCOME} We need 20 robots."}, ("outcome", "Must it be this product")),
    ({"outcome_en": f"{OUTCOME} With LiftWatch™."}, ("outcome", "Must it be this product")),
    ({"outcome_zh": f"{OUTCOME_ZH}希望採購一套智能監察系統。"}, ("outcome", "Must it be this product")),
    ({"outcome_zh": f"{OUTCOME_ZH}安裝感應器。"}, ("outcome", "Must it be this product")),
    (
        {
            "kpis": [],
            "outcome_en": OUTCOME.replace("half", "many"),
            "outcome_zh": OUTCOME_ZH.replace("一星期", "早些"),
        },
        ("kpis", "By how much"),
    ),
    ({"kpis": [ROW | {"baseline": ""}]}, ("kpis", "“Standstills”: what is the value today")),
    ({"kpis": [ROW | {"baseline": "20"}]}, ("kpis", "“Standstills”: what shall change")),
    ({"kpis": [ROW | {"unit": " "}]}, ("kpis", "“Standstills”: in which unit")),
    ({"kpis": [ROW | {"method": ""}]}, ("kpis", "“Standstills”: how is it measured")),
    ({"constraints_en": "", "constraints_zh": ""}, ("constraints", "Which standards hold")),
    ({"site_en": "", "site_zh": ""}, ("site", "Where would it be tried")),
    ({"site_gives": []}, ("site", "Is there power")),
    ({"access_hours_en": "", "access_hours_zh": ""}, ("conditions", "When may we enter")),
    ({"environment_en": "", "environment_zh": ""}, ("conditions", "How hot, wet")),
    ({"budget": ""}, ("budget", "What may it cost")),
    ({"months": ""}, ("timetable", "By when")),
    ({"vehicle": ""}, ("adoption", "If the trial succeeds")),
    ({"vehicle": "undecided"}, ("adoption", "If the trial succeeds")),
    ({"decision_on": ""}, ("adoption", "If the trial succeeds")),
    ({"topics": []}, ("topics", "Is this something for us")),
    ({"need_zh": ""}, ("need", "Can I read this in Chinese")),
    ({"site_en": ""}, ("site", "Can I read this in English")),
    ({"need_en": f"{NEED} The MWCS and the EMSD ask."}, ("need", "What does MWCS, EMSD stand for")),
    ({"constraints_zh": "須符合 LSTO 要求。"}, ("constraints", "What does LSTO stand for")),
    ({"need_en": f"{NEED} Write to lifts@example.org."}, ("need", "May everyone read this address")),
    ({"site_zh": "兩個屋邨，電話 2123 4567"}, ("site", "May everyone read this address")),
]
FINE = [  # what looks like one of them and is none
    {"outcome_en": f"{OUTCOME} The system tells an engineer why."},
    {"need_en": f"{NEED} The Lifts and Escalators Ordinance (LEO) holds, and the LEO is strict."},
    {"need_en": f"{NEED} LEO (the Lifts and Escalators Ordinance) holds."},
    {"need_en": f"{NEED} CCTV and LED lamps, ISO 9001, model KX-200."},
    {"need_en": f"{NEED} From 2025-2026 it cost 25000000 dollars, 2,500,000 a year."},
    {"kpis": [], "outcome_zh": f"{OUTCOME_ZH}減少三成。"},
    {"need_zh": "很嘈吵。"},  # the other language tells it all
]


def test_a_wish_that_says_everything_leaves_nothing_to_ask():
    assert remarks(WHOLE) == []


@pytest.mark.parametrize(("changed", "expected"), CASES)
def test_each_gap_is_asked_about_once_on_its_page_with_a_reason(changed, expected):
    step, asks = expected
    [found] = remarks(WHOLE | changed)
    assert (found.step, found.asks[: len(asks)]) == (step, asks)
    assert len(found.why) > 20


@pytest.mark.parametrize("changed", FINE)
def test_what_only_looks_like_a_gap_is_not_asked_about(changed):
    assert [remark.asks for remark in remarks(WHOLE | changed)] == []


def test_every_check_has_a_row():
    fired = {check.__name__ for check in CHECKS for changed, _asks in CASES if list(check(WHOLE | changed))}
    assert fired == {check.__name__ for check in CHECKS}


def test_nothing_said_is_no_error():
    assert {remark.step for remark in remarks({})} == {
        *("constraints", "site", "conditions", "budget", "timetable", "adoption", "topics")
    }


@pytest.mark.django_db
def test_a_wish_from_a_list_is_judged_like_any_other():
    wish = WishFactory(outcome_en="", outcome_zh="")
    assert "need" in {remark.step for remark in remarks(answers_of(wish))}
