"""The register of all signed reports, from the rows and the journal."""

from datetime import UTC
from typing import Any

from django.conf import settings
from django.utils import timezone

from journal.models import Entry
from trials import keys
from trials.links import correction_url
from trials.models import Erratum, Report
from trials.proof.register import Correction, Line, Register, make_register, sign_register
from trials.proof.signing import key_id

ENDED = {Report.Status.SUPERSEDED: "supersede", Report.Status.WITHDRAWN: "withdraw"}
FIELDS = (
    *("pk", "trial_id", "reference", "version", "payload_hash", "previous_hash", "published_at", "status"),
)


def signed_register() -> dict[str, Any]:
    """The whole of it, as it is downloaded.

    :raises KeyUnusable: the key that signs cannot be read.
    """
    key = keys.signing_key()
    return sign_register(register(signer=key_id(key.public_key()), with_errata=True), key)


def register(*, signer: str = "", with_errata: bool = False, **only: Any) -> Register:
    """Of the reports that ``only`` filters, in the order of the chain; of all without it."""
    rows = _in_order(
        list(Report.objects.signed().filter(**only).order_by("published_at", "pk").values(*FIELDS))
    )
    ends = _ends([row["pk"] for row in rows if row["status"] in ENDED])
    newest = _newest(rows)
    errata = _errata(rows) if with_errata else {}
    lines = [_line(row, ends.get(row["pk"]), newest, errata.get(row["pk"])) for row in rows]
    return make_register(lines, issuer=settings.SITE_URL, as_of=timezone.now(), signer=signer)


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By the links, as two may carry one time; what no link leads to comes last."""
    after = {row["previous_hash"]: row for row in rows}
    found, row = [], after.pop("", None)
    while row:
        found.append(row)
        row = after.pop(row["payload_hash"], None)
    return found + [row for row in rows if row["previous_hash"] in after]


def _ends(ids: list[int]) -> dict[int, Entry]:
    entries = Entry.objects.filter(noun="trials.report", object_id__in=ids, verb__in=ENDED.values())
    return {entry.object_id: entry for entry in entries.in_order()} if ids else {}


def _newest(rows: list[dict[str, Any]]) -> dict[int, str]:
    """The version of each trial that stands last."""
    versions = Report.objects.signed().filter(trial__in={row["trial_id"] for row in rows}).order_by("version")
    told = versions.values_list("trial_id", "reference", "version")
    return {trial: f"{_base(reference)} v{version}" for trial, reference, version in told}


def _errata(rows: list[dict[str, Any]]) -> dict[int, tuple[Correction, ...]]:
    """The signed corrections of each report, by its number in the database; () of one that has none."""
    slugs = {row["pk"]: row["reference"] for row in rows}
    found: dict[int, list[Correction]] = {pk: [] for pk in slugs}
    signed = Erratum.objects.filter(report__in=found, number__isnull=False).order_by("report", "number")
    said = ("report_id", "number", "envelope__hash", "envelope__payload__published_at")
    for report, number, digest, published_at in signed.values_list(*said):
        url = correction_url(slugs[report], number)
        found[report].append(Correction(number, digest, published_at, url))
    return {report: tuple(errata) for report, errata in found.items()}


def _line(
    row: dict[str, Any], end: Entry | None, newest: dict[int, str], errata: tuple[Correction, ...] | None
) -> Line:
    return Line(
        reference=_base(row["reference"]),
        version=row["version"],
        hash=row["payload_hash"],
        previous_hash=row["previous_hash"] or None,
        published_at=row["published_at"].astimezone(UTC).isoformat(),
        state=row["status"],
        since=end.at.astimezone(UTC).isoformat() if end else None,
        by=newest[row["trial_id"]] if row["status"] == Report.Status.SUPERSEDED else "",
        reason=end.reason if end and row["status"] == Report.Status.WITHDRAWN else "",
        errata=errata,
    )


def _base(reference: str) -> str:
    """The number that all versions share."""
    return reference.partition("-v")[0]
