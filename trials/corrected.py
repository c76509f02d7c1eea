"""The corrections of a published report as pages and the interface show them, from what was signed."""

from collections.abc import Iterable
from typing import Any

from innoportal.languages import phrase
from trials import keys
from trials.editing import TITLES
from trials.models import Erratum, Report
from trials.proof.errata import TYPE, judge_one
from trials.proof.judge import Verdict
from trials.proof.verify import verify


def shown(rows: Iterable[Erratum]) -> list[dict[str, Any]]:
    """Those that were signed, with their parts; what only announced a new version, with its text."""
    return [_one(row) for row in rows]


def _one(row: Erratum) -> dict[str, Any]:
    if row.envelope is None:
        return {"number": None, "at": row.written_at, "why": row.text}
    said = row.envelope["payload"]
    return {
        "number": said["number"],
        "at": row.written_at,
        "section": TITLES[said["section"]],
        "was": phrase(**said["was"]),
        "now": phrase(**said["now"]),
        "why": phrase(**said["why"]),
        "hash": row.envelope["hash"],
    }


def signed_errata(report: Report) -> list[dict[str, Any]]:
    """The signed documents in their order; one query."""
    rows = report.errata.filter(number__isnull=False).order_by("number")
    return [row.envelope or {} for row in rows]


def checked(found: Verdict, rows: Iterable[Erratum]) -> list[tuple[int, bool, list[str]]]:
    """Each signed correction checked now: its place, whether it is whole, and what was found if it is not."""
    known, before, told = keys.public_keys(), "", []
    for index, envelope in enumerate(row.envelope for row in rows if row.envelope):
        one = verify(envelope, known, before, kind=TYPE)
        status, findings = judge_one(found, index, one)
        told.append((index + 1, status == "genuine", [said.message for said in findings]))
        before = one.hash
    return told
