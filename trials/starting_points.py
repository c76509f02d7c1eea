# ruff: noqa: E501  a sentence is one line
"""Method templates: what a plan's claim begins from, to be completed with the promise itself.

Texts in both languages; nothing here is locked or signed until a person has saved it as their plan.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

METHOD, STOP = "method", "stop_rules"

STARTS: dict[str, dict[str, Any]] = {
    "before_after": {
        "label": _("Before and after"),
        "claim": {
            "method": "before_after", "direction": "decrease", "unit": "kWh/day", "likeness": "0.40", "per_day": "1",
            "sampling_en": "One meter, read each day: four weeks before and eight weeks with the solution.",
            "sampling_zh": "一個電錶，每日讀數：採用方案前四星期及採用後八星期。",
            "uncertainty": "±1 % (k = 2)",
        },
        METHOD: (
            "The same meter is read each day before the solution is put in and with it. Nothing else is changed in between; what does change is logged.",
            "以同一電錶在安裝方案前後每日讀數。期間不作其他改動；如有改動，須記入日誌。",
        ),
        STOP: ("Stop when the plant is unsafe or a room is out of its limits for two hours.", "如設備不安全，或任何房間連續兩小時超出限值，即停止試驗。"),
    },
    "with_without": {
        "label": _("With and without, side by side"),
        "claim": {
            "method": "with_without", "direction": "decrease", "unit": "kWh/day", "likeness": "0.30", "per_day": "1",
            "sampling_en": "Units of the same kind, half of them drawn by lot for the solution; both groups metered at the same moments.",
            "sampling_zh": "同類設備，以抽籤選出一半採用方案；兩組同時量度。",
            "uncertainty": "±1 % (k = 2)",
        },
        METHOD: (
            "A control group without the solution is measured at the same moments, so that weather and use count for both. Both groups have a baseline of four weeks.",
            "設沒有採用方案的對照組並同時量度，使天氣及使用情況對兩組影響相同。兩組均有四星期基線期。",
        ),
        STOP: ("Stop when a unit with the solution fails in a way that the control group does not.", "如採用方案的設備出現對照組所沒有的故障，即停止試驗。"),
    },
    "paired": {
        "label": _("The same units before and after, in pairs"),
        "claim": {
            "method": "paired", "direction": "decrease", "unit": "W", "likeness": "0",
            "sampling_en": "At least 20 units, each measured before and with the solution under the same conditions.",
            "sampling_zh": "最少 20 部設備，每部在相同條件下於採用方案前後各量度一次。",
            "uncertainty": "±1 % (k = 2)",
        },
        METHOD: (
            "Each unit is compared with itself, so that unlike units do not hide the effect.",
            "每部設備與其本身比較，避免設備之間的差異掩蓋效果。",
        ),
        STOP: ("Stop when two units fail.", "如有兩部設備故障，即停止試驗。"),
    },
    "energy_whole": {
        "label": _("Energy of the whole site, by weather (IPMVP C)"),
        "claim": {
            "method": "energy_whole", "direction": "decrease", "unit": "kWh/day", "metric": "energy",
            "companion": "outdoor-temperature", "likeness": "0.40", "per_day": "1",
            "sampling_en": "Main meter, read each hour; outdoor temperature from the nearest weather station. A baseline that covers the temperatures of the trial.",
            "sampling_zh": "總電錶每小時讀數；室外溫度採用最近氣象站數據。基線期須涵蓋試驗期的溫度範圍。",
            "instrument": "Main electricity meter, class 1", "uncertainty": "±1 % (k = 2)",
        },
        METHOD: (
            "IPMVP option C: a model of the baseline says from the outdoor temperature what each day would have taken; the saving is what is below it. The model must keep to the limits of ASHRAE Guideline 14.",
            "IPMVP 方案 C：以基線模型按室外溫度推算每日預期用量，低於預期的部分即為節省。模型須符合 ASHRAE Guideline 14 限值。",
        ),
        STOP: ("Stop when comfort is out of its limits for two hours.", "如舒適度連續兩小時超出限值，即停止試驗。"),
    },
    "energy_isolated": {
        "label": _("Energy of one system, by its load (IPMVP B)"),
        "claim": {
            "method": "energy_isolated", "direction": "decrease", "unit": "kWh/day", "metric": "energy",
            "companion": "load", "likeness": "0.30", "per_day": "1",
            "sampling_en": "Sub-meter of the system and the load that drives it, both each day.",
            "sampling_zh": "該系統的分錶及其負荷，每日同時量度。",
            "instrument": "Sub-meter, class 1", "uncertainty": "±1 % (k = 2)",
        },
        METHOD: (
            "IPMVP option B: all of the energy of one system is metered, and a straight line of the baseline says what its load would have taken.",
            "IPMVP 方案 B：量度單一系統的全部用電，並以基線直線模型按負荷推算預期用量。",
        ),
        STOP: ("Stop when the system no longer gives what it must.", "如系統未能提供所需服務，即停止試驗。"),
    },
    "detection": {
        "label": _("Accuracy of detection"),
        "claim": {
            "method": "detection", "direction": "at_least", "unit": "cases", "metric": "reported",
            "companion": "truth", "figure": "recall", "target": "80", "per_day": "5",
            "sampling_en": "Every case that a person confirms on site, and as many where nothing was; the person does not know what was reported.",
            "sampling_zh": "所有經人手現場確認的個案，以及數目相若的無事個案；確認人員不知悉系統報告。",
        },
        METHOD: (
            "What the system reports is compared, case by case, with what a person who does not know it finds on site.",
            "逐宗比較系統報告與不知悉報告的人員在現場的發現。",
        ),
        STOP: ("Stop when a case that matters for safety is missed.", "如漏報與安全有關的個案，即停止試驗。"),
    },
    "availability": {
        "label": _("Availability"),
        "claim": {
            "method": "availability", "direction": "at_least", "unit": "share of time", "target": "95",
            "likeness": "0.80", "per_day": "24",
            "sampling_en": "Each hour of the trial: 1 when it worked, 0 when not, as its own log and a second one agree.",
            "sampling_zh": "試驗期內每小時：正常為 1，停機為 0，以系統日誌及另一份記錄核對。",
        },
        METHOD: ("Planned maintenance counts as working only where the plan names its hours.", "計劃中的維修，只有在計劃列明時段方視為正常。"),
        STOP: ("Stop when it is out of order for three days.", "如連續三日停機，即停止試驗。"),
    },
    "acceptance": {
        "label": _("Acceptance by users (answers from 1 to 5)"),
        "claim": {
            "method": "acceptance", "direction": "at_least", "unit": "answers", "metric": "acceptance", "target": "70",
            "per_day": "10",
            "sampling_en": "Everyone who uses it is asked once, without a name: would you want to keep it? From 1 (not at all) to 5 (very much).",
            "sampling_zh": "每名使用者以不記名方式回答一次：你希望保留這方案嗎？1（完全不想）至 5（非常希望）。",
        },
        METHOD: ("The same question for everyone, in three languages.", "向所有人提出同一問題，備有三種語文。"),
        STOP: ("Stop when users are harmed or refuse it.", "如使用者受到傷害或拒絕使用，即停止試驗。"),
    },
}  # fmt: skip


def begun(typed: dict[str, Any], rows: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """The rows with one more from the template; empty texts of the plan are begun in place."""
    start = STARTS[key]
    for name in (METHOD, STOP):
        for place, script in enumerate(("en", "zh")):
            field = f"{name}_{script}"
            typed[field] = typed.get(field) or start[name][place]
    kept = [row for row in rows if any(str(value or "").strip() for value in row.values())]
    return [*kept, dict(start["claim"])]
