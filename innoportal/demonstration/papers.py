"""Files that people attach in the story: drawn when it is told, and taken in by the service of the pages."""

from typing import Any

import typst
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import services as documents
from innoportal.demonstration.chapters import Told
from trials.models import Trial
from trials.proof.pdf import FONTS

Row = dict[str, Any]
LAYOUT = (
    '#set page(paper: "a4", margin: 22mm)\n#set text(font: ("Noto Sans", "Noto Sans HK"), size: 10.5pt)\n'
)


def document(told: Told, row: Row) -> None:
    """Attached by who wrote the thing; scanned and copied at once, as a worker would a moment later."""

    def attach() -> None:
        thing, organisation = _thing(told, row)
        kept = documents.attach(
            thing,
            by=thing.engineer if row["of"] == "trial" else thing.created_by,
            organisation=organisation,
            upload=SimpleUploadedFile(row["file"], drawn(row["file"], row["text"])),
            title=row["title"],
            confidential=row["confidential"],
        )
        documents.further(kept.pk)

    told.story.at(row["day"], attach)


def _thing(told: Told, row: Row) -> tuple[Any, Any]:
    """What the file is about, and whose it is: of a trial, whose premises it runs on."""
    if row["of"] == "trial":
        trial = Trial.objects.get(match__wish=told.wishes[row["key"]])
        return trial, trial.match.wish.organisation
    thing: Any = (told.fresh_wish if row["of"] == "wish" else told.fresh_solution)(row["key"])
    return thing, thing.organisation


def drawn(name: str, text: str) -> bytes:
    if not name.endswith(".pdf"):
        return text.encode()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    return typst.compile((LAYOUT + text).encode(), font_paths=fonts, format="pdf")  # type: ignore[call-overload, no-any-return]
