"""Corrections of a published report: numbered, signed as the report is, and never of a figure.

They travel beside the signed report in one file, so that whoever has the file can check both.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from trials.proof.judge import Finding, Status, Verdict, difference, verify
from trials.proof.parts import Bilingual, ReportReference
from trials.proof.shape import Hash, Misfit, Moment, plain, read
from trials.proof.signing import PublicKey

TYPE = "innoportal-signed-erratum/1"
WITH_REPORT = "innoportal-report-with-errata/1"
FIELDS = {"type", "report", "errata"}
SCRIPTS = ("en", "zh")
Section = Literal[
    "summary",
    "need",
    "solution",
    "site",
    "results",
    "incidents",
    "voices",
    "benefit",
    "suits",
    "limits",
    "conditions",
]

# A number with its sign and the unit behind it, and whatever else tells how something came out.
NUMBER = r"[-−–]?[0-9０-９][0-9０-９,.，．]*\s*(?:[%％°]\s*[A-Za-z]?|[A-Za-zµ]+[²³0-9/]*)?"
WORDS = (
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|"
    r"nine)ty|hundred|thousand|million|half|third|quarter|twice|double|per\s?cent|not?|never|none|without|met|missed|"
    r"inconclusive|stopped|(?:in|de)creas\w+|r[io]se\w*|f[ae]ll\w*|sav\w+|more|less|fewer|higher|lower|above|below)\b"
)
SIGNS = "[〇零一二三四五六七八九十百千萬億兩半倍成未不無非升降增減高低多少逾超]"
TELLING = re.compile(f"{NUMBER}|{WORDS}|{SIGNS}", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """``was`` stands in that section as it was signed, and is to be read as ``now``; ``why`` explains.

    ``report_hash`` is the report's; ``previous_hash`` that of the correction before it, None for the first.
    """

    schema: Literal["innoportal-erratum/1"]
    issuer: str
    reference: ReportReference
    version: int
    report_hash: Hash
    number: int
    section: Section
    was: Bilingual
    now: Bilingual
    why: Bilingual
    published_at: Moment
    previous_hash: Hash | None

    def to_dict(self) -> dict[str, Any]:
        """:raises Misfit: a field does not fit, as reading it back would."""
        found: dict[str, Any] = plain(self)
        read(Said, found)
        return found


def with_errata(envelope: dict[str, Any], errata: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The file that carries a report and what was put right in it."""
    return {"type": WITH_REPORT, "report": envelope, "errata": list(errata)}


def carries_errata(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == WITH_REPORT


def telling(text: str) -> Counter[str]:
    """The figures of a passage, and the words that turn what a figure says; spaces do not matter."""
    found = ("".join(one[0].split()).lower() for one in TELLING.finditer(text))
    return Counter(one.rstrip(".,，．").replace("−", "-").replace("–", "-") for one in found)


def text_of(payload: dict[str, Any], section: str) -> Bilingual:
    """As it was signed; empty where the report has no such section."""
    found = payload.get(section) or payload.get("prose", {}).get(section) or {}
    return Bilingual(str(found.get("en", "")), str(found.get("zh", "")))


def misreadings(said: Said, payload: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Field, code and what is wrong: ``absent`` words, or a changed ``figure``."""
    text = text_of(payload, said.section)
    for script in SCRIPTS:
        was, now = getattr(said.was, script), getattr(said.now, script)
        if was and was not in getattr(text, script):
            yield f"was.{script}", "absent", "does not stand in the signed report"
        if telling(was) != telling(now):
            yield f"now.{script}", "figure", "changes a figure, which no correction may"


def verify_with_errata(
    value: dict[str, Any], keys: dict[str, PublicKey], previous_hash: str | None = None
) -> Verdict:
    """The verdict on the report, and on every correction beside it; paths begin with the part of the file."""
    if set(value) != FIELDS or not isinstance(value["errata"], list):
        return Verdict("unreadable", (Finding("shape", "", "not a report with corrections"),))
    report = verify(value["report"], keys, previous_hash)
    report = replace(report, findings=tuple(_within("report", one) for one in report.findings))
    good: list[Finding] = []
    carried: list[tuple[str, str]] = []
    before = ""
    for index, envelope in enumerate(value["errata"]):
        found = verify(envelope, keys, before, kind=TYPE)
        status, told = judge_one(report, index, found)
        if status != "genuine":
            worse = status if report.is_signed else report.status
            return report.but(worse, *good, *told)
        good += told
        before = found.hash
        carried.append((found.hash, str((found.payload or {}).get("published_at", ""))))
    # The report's own come last: a register may still vouch for what a revoked key signed.
    return replace(report, findings=(*good, *report.findings), errata=tuple(carried))


def judge_one(report: Verdict, index: int, found: Verdict) -> tuple[Status, list[Finding]]:
    """What was found of one correction, as it bears on the report that it belongs to."""
    part, payload = f"errata[{index}]", found.payload or {}
    if not found.genuine:
        status: Status = "untrusted_key" if found.status == "untrusted_key" else "changed"
        text = f"correction {index + 1} is not as it was signed"
        return status, [*(_within(part, one) for one in found.findings), Finding("erratum", part, text)]
    if wrong := list(_misplaced(report, index, payload)):
        changes = [difference("changed", f"{part}.{path}", f"{part}.{path}: {why}") for path, why in wrong]
        return "changed", changes
    text = f"correction {index + 1}, of {payload['published_at'][:10]}, is whole and belongs to it"
    return "genuine", [Finding("corrected", part, text)]


def _misplaced(report: Verdict, index: int, payload: dict[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        said: Said = read(Said, payload)
    except Misfit as error:
        yield "payload", str(error)
        return
    if said.report_hash != report.hash:
        yield "report_hash", "the correction of another report"
    if said.number != index + 1:
        yield "number", f"is correction {said.number}, but stands at {index + 1}"
    for path, _code, why in misreadings(said, report.payload or {}):
        yield path, why


def _within(part: str, one: Finding) -> Finding:
    path = f"{part}.{one.path}" if one.path else ""
    return replace(one, path=path, message=f"{part}: {one.message}")
