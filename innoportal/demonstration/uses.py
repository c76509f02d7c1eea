"""Who uses what was tried: confirmed on a report, without one, ended, and waiting for an approver."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from innoportal.demonstration.people import content
from trials import services as trials
from trials.models import Confirmation, Report

if TYPE_CHECKING:
    from innoportal.demonstration.chapters import Told

TEXTS = ("scope_en", "scope_zh", "statement_en", "statement_zh")
CONFIRMED_AFTER = 3  # days


def use(told: "Told", row: dict[str, Any]) -> None:
    """Written by a member, confirmed by an approver, ended; as far as its days go."""
    written = row["written"]
    told.story.at(written, partial(_write, told, row))
    if row.get("confirmed", True):
        told.story.at(written + CONFIRMED_AFTER, partial(_confirm, told, row))
    if "ended" in row:
        told.story.at(row["ended"], partial(_end, told, row))


def _write(told: "Told", row: dict[str, Any]) -> None:
    solution = told.fresh_solution(row["solution"])
    published = Report.objects.filter(status=Report.Status.PUBLISHED, trial__match__solution=solution)
    trials.propose_use(
        solution,
        by=told.cast.members[row["organisation"]],
        organisation=told.cast.organisations[row["organisation"]],
        in_use_since=told.story.today + timedelta(days=row["since"]),
        sites=row["sites"],
        report=published.get() if row.get("relies", False) else None,
        **{name: row[name] for name in TEXTS},
    )


def _of(told: "Told", row: dict[str, Any]) -> Confirmation:
    organisation = told.cast.organisations[row["organisation"]]
    solution = told.solutions[row["solution"]].pk
    return Confirmation.objects.standing().get(solution=solution, organisation=organisation)


def _confirm(told: "Told", row: dict[str, Any]) -> None:
    trials.confirm_use(_of(told, row), by=told.cast.approvers[row["organisation"]])


def _end(told: "Told", row: dict[str, Any]) -> None:
    by = told.cast.approvers[row["organisation"]]
    trials.end_use(_of(told, row), by=by, reason=row["reason"])


def uses(told: "Told") -> None:
    for row in content("use", "uses.toml"):
        use(told, row)
