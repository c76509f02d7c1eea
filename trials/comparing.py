"""Signed reports side by side: what each says of the same thing, from the payloads alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.languages import Phrase
from trials.models import Report
from trials.proof import payload
from trials.proof.view import View
from trials.proof.writing import metric_label
from trials.showing import said
from trials.validity import STATES, state_of, valid_until

FEWEST, MOST = 2, 4


@dataclass(frozen=True)
class Compared:
    """A column: the row, and what was signed without the readings of its charts, which nobody compares."""

    report: Report
    signed: payload.Report

    @property
    def title(self) -> Phrase:
        return said(self.signed.trial.title)


def columns(reports: Iterable[Report]) -> list[Compared]:
    return [
        Compared(one, payload.Report.from_dict((one.envelope or {})["payload"] | {"series": []}))
        for one in reports
    ]


def facts(compared: list[Compared], today: date) -> list[tuple[str, list[list[Any]]]]:
    """Label, and for each report what it says, a line each."""
    write = View(get_language() or "en")
    rows: list[tuple[str, Callable[[Compared], list[Any]]]] = [
        (_("Solution"), lambda one: [said(one.signed.solution.title), one.signed.solution.reference]),
        (_("Vendor"), lambda one: _parties(one.signed, "vendor")),
        (_("Department"), lambda one: _parties(one.signed, "department")),
        (_("Site"), lambda one: [said(venue) for venue in one.signed.venues]),
        (_("Kind and scale"), lambda one: [write.say(one.signed.trial.kind), said(one.signed.trial.scale)]),
        (_("Days on site"), lambda one: [_days(write, one.signed)]),
        (_("Incidents"), lambda one: [str(len(one.signed.incidents))]),
        (_("Deviations from the plan"), lambda one: [str(len(one.signed.deviations))]),
        (_("Cost of the trial"), lambda one: _money(write, one.signed)),
        (_("Verified by"), lambda one: [said(one.signed.verifier.name)]),
        (_("Published"), lambda one: [write.time(one.signed.published_at)]),
        (_("Validity"), lambda one: _validity(write, one.report, today)),
    ]
    if any(one.report.withdrawn_at for one in compared):
        rows.insert(0, (_("Withdrawn"), lambda one: _withdrawal(write, one.report)))
    return [(label, [[text for text in tell(one) if text] for one in compared]) for label, tell in rows]


def _parties(report: payload.Report, role: str) -> list[Phrase]:
    return [said(party.name) for party in report.organisations if party.role == role]


def _days(write: View, report: payload.Report) -> str:
    return write.days(report.dates.started_on, report.dates.ended_on, "medium")


def _money(write: View, report: payload.Report) -> list[str]:
    """Spent, of what was planned, over all financial years."""
    found = []
    for currency in sorted({one.currency for one in report.money}):
        rows = [one for one in report.money if one.currency == currency]
        spent, planned = (sum(Decimal(getattr(one, name)) for one in rows) for name in ("spent", "budget"))
        found.append(
            _("%(spent)s of %(planned)s planned")
            % {"spent": write.money(currency, str(spent)), "planned": write.money(currency, str(planned))}
        )
    return found


def _withdrawal(write: View, report: Report) -> list[str]:
    if not report.withdrawn_at:
        return []
    return [write.day(timezone.localdate(report.withdrawn_at).isoformat(), "medium"), report.withdrawal]


def _validity(write: View, report: Report, today: date) -> list[str]:
    state = state_of(report, today)
    until = _("until %(day)s") % {"day": write.day(valid_until(report).isoformat(), "medium")}
    return [str(STATES[state]), *([until] if state in ("valid", "expired") else [])]


def claims(compared: list[Compared]) -> list[tuple[Phrase, list[dict[str, Any] | None]]]:
    """A row for each metric as they come: its claim in each report, None where it has none."""
    write = View(get_language() or "en")
    labels: dict[str, Phrase] = {}
    cells: dict[str, dict[int, dict[str, Any]]] = {}
    for column, one in enumerate(compared):
        for claim in one.signed.claims:
            name = claim.metric.en or claim.metric.zh
            labels.setdefault(name, said(metric_label(claim.metric)))
            cells.setdefault(name, {})[column] = _claim(write, claim)
    whole = range(len(compared))
    return [(label, [cells[name].get(column) for column in whole]) for name, label in labels.items()]


def _claim(write: View, claim: payload.Claim) -> dict[str, Any]:
    return write.claim(claim) | {"statement": said(claim.statement)}
