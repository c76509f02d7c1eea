"""How a trial stands, for every page, report and API that tells of it; nothing here asks who reads.

`public_…` is what everyone may read of a trial that they may see: milestones always, money and risks only
where the department lets them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from trials.models import Action, BudgetLine, ChangeRequest, Incident, Milestone, Risk, Trial

APRIL = 4


@dataclass(frozen=True)
class Progress:
    percent: int  # of the weights of all milestones, rounded down: 100 only when all are reached
    reached: int
    count: int
    next: Milestone | None
    late: tuple[Milestone, ...]


def milestones(trial: Trial) -> list[Milestone]:
    return list(trial.milestones.order_by("due_on", "pk"))


def progress(rows: Iterable[Milestone], on: date | None = None) -> Progress:
    """Of milestones in the order of their days."""
    rows, on = list(rows), on or timezone.localdate()
    waiting = [row for row in rows if row.reached_on is None]
    whole = sum(row.weight for row in rows)
    done = whole - sum(row.weight for row in waiting)
    return Progress(
        percent=100 * done // whole if whole else 0,
        reached=len(rows) - len(waiting),
        count=len(rows),
        next=waiting[0] if waiting else None,
        late=tuple(row for row in waiting if row.due_on < on),
    )


def financial_year(day: date) -> int:
    """The year in which the Government's financial year of this day began: 1 April to 31 March."""
    return day.year if day.month >= APRIL else day.year - 1


def year_said(year: int) -> str:
    """2026 as 2026–27."""
    return f"{year}–{(year + 1) % 100:02}"


@dataclass(frozen=True)
class Sum:
    planned: Decimal
    spent: Decimal

    @property
    def variance(self) -> Decimal:
        """What is left of the plan; below zero, what was spent beyond it."""
        return self.planned - self.spent

    @property
    def is_over(self) -> bool:
        return self.variance < 0


@dataclass(frozen=True)
class Year:
    year: int
    said: str
    lines: tuple[BudgetLine, ...]
    sum: Sum


@dataclass(frozen=True)
class Money:
    years: tuple[Year, ...]
    sum: Sum
    plan: Decimal | None  # of the locked plan, beside the sum of the lines

    @property
    def differs(self) -> Decimal:
        """How much more the lines plan than the plan that was signed."""
        return self.sum.planned - self.plan if self.plan is not None and self.years else Decimal(0)


def money(trial: Trial) -> Money:
    """By financial year; one query."""
    rows = list(trial.budgetlines.order_by("year", "pk"))
    years = sorted({row.year for row in rows})
    return Money(
        years=tuple(_year(year, [row for row in rows if row.year == year]) for year in years),
        sum=_sum(rows),
        plan=trial.budget_planned,
    )


def _year(year: int, rows: list[BudgetLine]) -> Year:
    return Year(year, year_said(year), tuple(rows), _sum(rows))


def _sum(rows: Iterable[BudgetLine]) -> Sum:
    rows = list(rows)
    nothing = Decimal(0)
    return Sum(sum((row.planned for row in rows), nothing), sum((row.spent for row in rows), nothing))


def risks(trial: Trial) -> list[Risk]:
    """The register, what is open and worst first."""
    rows = trial.risks.select_related("owner").order_by("pk")
    return sorted(rows, key=lambda risk: (risk.state == Risk.State.OVER, -risk.score, risk.pk))


def incidents(trial: Trial) -> list[Incident]:
    """The newest first."""
    return list(trial.incidents.for_rows().select_related("entry__written_by").order_by("-entry__on", "-pk"))


def changes(trial: Trial) -> list[ChangeRequest]:
    """What waits for a decision first, then the newest."""
    rows = trial.changerequests.for_rows().select_related("proposed_by", "deviation").order_by("-pk")
    return sorted(rows, key=lambda change: change.status != ChangeRequest.Status.PROPOSED)


def open_actions(trial: Trial) -> QuerySet[Action]:
    rows = Action.objects.open().filter(meeting__trial=trial).select_related("owner")
    return rows.order_by("due_on", "pk")


def public_milestones(trial: Trial) -> list[Milestone]:
    """They name no person."""
    return milestones(trial) if trial.is_public else []


def public_money(trial: Trial) -> Money | None:
    """None where the department keeps it to those who take part."""
    return money(trial) if trial.is_public and trial.shows_money else None


def public_risks(trial: Trial) -> list[Risk] | None:
    """Without their owners, who are people; None where the department keeps them to those who take part."""
    if not trial.is_public or Trial.Open.RISKS not in trial.opened:
        return None
    rows = trial.risks.exclude(state=Risk.State.OVER).defer("owner").order_by("pk")
    return sorted(rows, key=lambda risk: (-risk.score, risk.pk))
