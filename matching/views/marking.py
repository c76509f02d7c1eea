"""A text with what the other side also says marked in it, section by section, at its exact places."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from innoportal.languages import SIMPLIFIED, simplified
from innoportal.lib.templatetags.portal_ui import highlight
from matching.texts import LANGUAGES, item_of, sections
from matching.wording import SECTIONS
from solutions.models import Solution
from wishes.models import Wish

Span = tuple[int, int]


@dataclass(frozen=True)
class Marked:
    """One section, ready to be printed."""

    heading: str
    html: SafeString
    lang: str


def marked(thing: Wish | Solution, explanation: dict[str, Any], side: str) -> list[list[Marked]]:
    """The language versions of a text, the reader's own first."""
    spans = spans_of(explanation, side)
    versions = []
    written = [
        (suffix, lang) for suffix, lang in LANGUAGES if any(p.lang == lang for p in item_of(thing).passages)
    ]
    for number, (suffix, lang) in enumerate(written):
        rows = [
            _section("", getattr(thing, f"title_{suffix}").strip(), spans.get((number, "title"), []), lang)
        ]
        body = spans.get((number, "body"), [])
        for section in sections(thing, suffix):
            own = [
                (a - section.start, b - section.start)
                for a, b in body
                if a < section.end and b > section.start
            ]
            rows.append(_section(str(SECTIONS[section.field]), section.text, own, lang))
        versions.append([row for row in rows if row.html])
    reads_chinese = (get_language() or "en") != "en"
    return sorted(versions, key=lambda rows: (rows[0].lang == "en") == reads_chinese)


def spans_of(explanation: dict[str, Any], side: str) -> dict[tuple[int, str], list[Span]]:
    """Places of shared words and concepts by (number of the passage, its title or body)."""
    found: dict[tuple[int, str], list[Span]] = {}
    for row in (*explanation.get("terms", []), *explanation.get("concepts", [])):
        for span in row[side]:
            found.setdefault((span["passage"], span["field"]), []).append((span["start"], span["end"]))
    return found


def _section(heading: str, text: str, spans: list[Span], lang: str) -> Marked:
    spans = [(max(0, start), end) for start, end in spans]
    if lang == "zh-Hant" and get_language() == SIMPLIFIED:
        text, spans = converted(text, spans)
        lang = "zh-Hans"
    return Marked(heading, highlight(text, spans), lang)


def converted(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """The text in Simplified, and where the same marks stand in it.

    As a whole, since a character may read otherwise within its phrase; piece by piece where a phrase changes
    its length, so that no mark moves.
    """
    if len(whole := simplified(text)) == len(text):
        return whole, spans
    edges = sorted({0, len(text), *(edge for span in spans for edge in span if edge < len(text))})
    moved, parts = {0: 0}, []
    for start, end in pairwise(edges):
        parts.append(simplified(text[start:end]))
        moved[end] = moved[start] + len(parts[-1])
    last = moved[len(text)]
    return "".join(parts), [(moved.get(start, last), moved.get(end, last)) for start, end in spans]


def best_pair(explanation: dict[str, Any]) -> dict[str, str] | None:
    """The two sentences that are nearest in meaning, in the scripts that the reader reads."""
    pair = explanation.get("sentences")
    if not pair:
        return None
    said: dict[str, str] = {}
    for side in ("wish", "solution"):
        text, lang = pair[f"{side}_text"], pair[f"{side}_lang"]
        if lang == "zh-Hant" and get_language() == SIMPLIFIED:
            text, lang = simplified(text), "zh-Hans"
        said |= {side: text, f"{side}_lang": lang}
    return said
