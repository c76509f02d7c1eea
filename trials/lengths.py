"""How long each claim of a plan needs, as the page of the plan shows it while it is written."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from trials.analysis.samples import Design, Needed, to_prove, to_see

Values = Mapping[str, Any]


def lengths(rows: Sequence[Values], begins: date | None, ends: date | None) -> list[dict[str, Any]]:
    """For each claim that says enough: what it takes, and whether the planned days are enough."""
    planned = (ends - begins).days + 1 if begins and ends and ends >= begins else None
    found = []
    for row in rows:
        if not (design := design_of(row)):
            continue
        see, prove = to_see(design), to_prove(design)
        longest = max((need.days for need in (see, prove) if need and need.days), default=None)
        found.append(
            {
                "metric": row["metric"],
                "paired": design.method == "paired",
                "see": _shown(see),
                "prove": _shown(prove),
                "planned": planned,
                "short": planned is not None and longest is not None and planned < longest,
            }
        )
    return found


def _shown(needed: Needed | None) -> dict[str, int | None] | None:
    return None if needed is None else {"readings": needed.readings, "days": needed.days}


def design_of(row: Values) -> Design | None:
    """None until method and target are there; what was typed wrongly counts as not there yet."""
    numbers = {
        name: _number(row.get(name))
        for name in ("target", "baseline", "expected", "spread", "likeness", "per_day")
    }
    if not row.get("metric") or not row.get("method") or numbers["target"] is None:
        return None
    likeness, per_day = numbers["likeness"] or 0.0, numbers["per_day"] or 1.0
    if not 0 <= likeness < 1 or per_day <= 0 or (numbers["spread"] or 0) < 0:
        return None
    return Design(
        row["method"],
        numbers["target"],
        numbers["baseline"],
        numbers["expected"],
        numbers["spread"],
        likeness,
        per_day,
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None
