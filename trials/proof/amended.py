"""The figures that a correction of the record changed, as people read them."""

import re
from typing import Any

from trials.proof.figures import OF_RESULT
from trials.proof.parts import Changed
from trials.proof.writing import Writer

OF_CLAIM = re.compile(r"claims\[(\d+)\]\.(?:result\.)?(\w+)")
OF_LIST = re.compile(r"(money|voices)\[(\d+)\]\.\w+")
OF_BENEFIT = {
    "benefit.saving": "yearly_saving",
    "benefit.saving_low": "saving_low",
    "benefit.saving_high": "saving_high",
    "benefit.net": "net_saving",
    "benefit.payback_years": "payback",
}


def rows(write: Writer, report: Any) -> list[list[str]]:
    """Name, as it was, and as it is now; where both read alike in few digits, with all of them."""
    return [[_name(write, one.field), *_pair(write, report, one)] for one in report.changed]


def _pair(write: Writer, report: Any, one: Changed) -> list[str]:
    was, now = (_value(write, report, one.field, value, in_full=False) for value in (one.was, one.now))
    if was == now:
        was, now = (_value(write, report, one.field, value, in_full=True) for value in (one.was, one.now))
    return [was, now]


def _name(write: Writer, path: str) -> str:
    if found := OF_CLAIM.fullmatch(path):
        word = {"effect": "measured", "low": "interval_low", "high": "interval_high"}.get(found[2], found[2])
        return f"{write.say('claim')} {int(found[1]) + 1} · {write.say(word)}"
    if found := OF_LIST.fullmatch(path):
        return write.say("spent" if found[1] == "money" else "mean")
    return write.say({"verdict": "overall"}.get(path) or OF_BENEFIT.get(path, path))


def _value(write: Writer, report: Any, path: str, value: str | None, *, in_full: bool) -> str:
    if value is None:
        return "–"
    if path.endswith("verdict"):
        return write.say(value)
    number = write.number if in_full else write.brief
    if found := OF_CLAIM.fullmatch(path):
        claim = report.claims[int(found[1])] if int(found[1]) < len(report.claims) else None
        unit = {"baseline": "unit"}.get(found[2], "target_unit" if found[2] in OF_RESULT else "")
        return number(value, getattr(claim, unit, "") if unit else "")
    if path.startswith("money["):
        return write.money("HKD", value)
    if path == "benefit.payback_years":
        return write.say("years", number=number(value))
    return (
        write.money(report.benefit.currency, value)
        if path in OF_BENEFIT and report.benefit
        else number(value)
    )
