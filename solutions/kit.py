"""The try-readiness kit: what a site asks for before a trial, and in how many weeks it could be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from solutions.models import Solution

# part → weeks that are left by how far it is
LEFT: dict[str, dict[str, int]] = {
    "site": {"": 1, "done": 0},
    "installation": {"": 2, "done": 0},
    "risk": {"": 3, "draft": 1, "done": 0},
    "insurance": {"": 4, "quoted": 2, "done": 0},
    "roll_back": {"": 1, "done": 0},
}
# part → what it is written from, so that it cannot begin before
AFTER: dict[str, str] = {
    "installation": "site",
    "risk": "installation",
    "insurance": "risk",
    "roll_back": "installation",
}
LABELS: dict[str, Any] = {
    "site": _("What the site must give"),
    "installation": _("Installation plan"),
    "risk": _("Risk assessment"),
    "insurance": _("Insurance"),
    "roll_back": _("Plan to put the site back"),
}
PAGES = {name: name.replace("_", "-") for name in LABELS}  # of the guided writer


@dataclass(frozen=True)
class Part:
    name: str
    label: Any
    weeks: int  # that are left for it

    @property
    def is_done(self) -> bool:
        return not self.weeks


@dataclass(frozen=True)
class Ready:
    """`weeks` from now; at least so many while the lead time is not said."""

    weeks: int
    is_least: bool
    parts: tuple[Part, ...]

    @property
    def done(self) -> int:
        return sum(part.is_done for part in self.parts) + (not self.is_least)

    @property
    def whole(self) -> int:
        return len(self.parts) + 1

    @cached_property
    def missing(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.is_done)


def ready(states: Mapping[str, str], lead_months: int | None) -> Ready:
    """How soon a trial could start: the lead time, or what is missing in its order if that is longer."""
    left = {name: weeks[states.get(name, "")] for name, weeks in LEFT.items()}

    def until(name: str) -> int:
        before = AFTER.get(name)
        return left[name] + (until(before) if before and left[name] else 0)

    papers = max(until(name) for name in left)
    lead = -(-lead_months * 52 // 12) if lead_months else 0
    parts = tuple(Part(name, LABELS[name], left[name]) for name in left)
    return Ready(max(papers, lead), lead_months is None, parts)


def ready_of(solution: Solution) -> Ready:
    return ready(
        {
            "site": _said(solution.trial_needs, solution.trial_conditions_en, solution.trial_conditions_zh),
            "installation": _said(solution.installation_en, solution.installation_zh),
            "risk": {"agreed": "done"}.get(solution.risk_state, solution.risk_state),
            "insurance": {"held": "done"}.get(solution.insurance_state, solution.insurance_state),
            "roll_back": _said(solution.roll_back_en, solution.roll_back_zh),
        },
        solution.lead_months,
    )


def _said(*values: Any) -> str:
    return "done" if any(values) else ""
