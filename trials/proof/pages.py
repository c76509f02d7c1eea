"""Whether the pages of a PDF are those that its signed data gives, which the data alone cannot show."""

from typing import Any

from trials.proof.files import Pages
from trials.proof.pdf import CannotDraw, layout, render_pdf
from trials.proof.sealed import Drawn
from trials.proof.shape import Misfit

LANGUAGE_OF = {"en": "en", "zh-HK": "zh-hant", "zh-CN": "zh-hans"}


def confirm(envelope: dict[str, Any], pages: Pages) -> Drawn:
    """Draws the report again and compares byte for byte, so nothing covered or reworded can pass."""
    lang = LANGUAGE_OF.get(pages.lang) or LANGUAGE_OF.get(pages.lang.split("-")[0])
    if lang is None:
        return Drawn("changed", f"the PDF says it is written in {pages.lang[:20]!r}, which no report is")
    if len(pages.links) != 1:
        return Drawn("changed", f"the pages lead to {len(pages.links)} addresses; a report leads to one")
    if layout() not in pages.layout:
        text = "the PDF was drawn by another version of the layout; read the signed data, not the pages"
        return Drawn("unknown", text)
    try:
        drawn = render_pdf(envelope, lang=lang, verify_url=pages.links[0])
    except (CannotDraw, Misfit, ValueError) as error:
        return Drawn("unknown", f"the report cannot be drawn again here: {str(error)[:200]}")
    if not pages.data.startswith(drawn):
        text = "the PDF is not the one that its signed data gives: its pages or its file were changed"
        return Drawn("changed", text)
    text = f"the pages are those of the signed data; their code leads to {pages.links[0]}"
    return Drawn("same", text, whole=pages.data == drawn)
