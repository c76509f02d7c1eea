"""The report as PDF/A-3a and PDF/UA-1, drawn by Typst from data alone: no text of a person is ever source."""

import hashlib
import io
import json
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import segno
import typst

from trials.proof.labels import LANGUAGES
from trials.proof.payload import Report
from trials.proof.signing import moment, to_bytes
from trials.proof.view import view
from trials.proof.writing import ASSETS

FONTS = ASSETS / "fonts"
TEMPLATE = ASSETS / "report.typ"
STANDARDS = ["a-3a", "ua-1"]
DRAWN_BY = ("typst", "segno", "opencc", "Babel")  # another version of these may draw other bytes
DRAWING = (
    "amended.py",
    "chart.py",
    "figures.py",
    "files.py",
    "labels.py",
    "parts.py",
    "payload.py",
    "pdf.py",
    "sections.py",
    "view.py",
    "worth.py",
    "writing.py",
)


class CannotDraw(RuntimeError):
    """Typst refused; the message is its own, for the log."""


def render_pdf(envelope: dict[str, Any], *, lang: str, verify_url: str) -> bytes:
    """The same envelope, language and address give the same bytes, so ``verify`` can draw the file again.

    :raises Misfit: when the payload is not a report.
    :raises CannotDraw: when Typst refuses.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, not {lang!r}")
    if not re.fullmatch(r"https?://[!-~]{1,290}", verify_url):
        raise ValueError(
            "verify_url must be an absolute http or https address in ASCII, below 300 characters"
        )
    report = Report.from_dict(envelope["payload"])
    data = view(envelope, report, lang=lang, verify_url=verify_url) | {"layout": layout()}
    inputs = {
        "report": json.dumps(data, ensure_ascii=False),
        "envelope": to_bytes(envelope).decode("utf-8"),
        "qr": qr_svg(verify_url),
    }
    try:
        drawn: bytes = typst.compile(  # type: ignore[call-overload]  # its stub asks all paths to be of one type
            TEMPLATE,
            root=ASSETS,
            font_paths=_fonts(),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=STANDARDS,
            package_path=FONTS / "no-packages",
            package_cache_path=FONTS / "no-packages",
            timestamp=int(moment(report.published_at).timestamp()),
        )
        return drawn
    except typst.TypstError as error:
        raise CannotDraw(str(error)) from error


def qr_svg(address: str) -> str:
    """Medium error correction, attributes only."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, border=0, scale=4, dark="#0b2545", svgclass=None, lineclass=None
    )
    return out.getvalue().decode("utf-8")


@cache
def _fonts() -> typst.Fonts:
    """Only our own: the machine's fonts would make the bytes depend on the machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def layout() -> str:
    """A fingerprint of all that decides how a report looks, written into the PDF's keywords."""
    seen = hashlib.sha256()
    modules = [Path(__file__).parent / name for name in DRAWING]
    for file in [*modules, TEMPLATE, *sorted(FONTS.glob("*.ttf")), FONTS / "coverage.json"]:
        seen.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    for name in DRAWN_BY:
        seen.update(f"{name}=={version(name)}".encode())
    return "layout-" + seen.hexdigest()[:32]
