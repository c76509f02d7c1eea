"""The text of Office and text files, in the order in which people read it."""

import re
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from documents.making import WORDS, readable
from documents.making.markup import WORD, parse

_WORD = f"{{{WORD}}}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
ROWS = 2000  # of all sheets of a workbook


def of_text(source: Path) -> str:
    with source.open("rb") as file:
        return readable(file.read(4 * WORDS).decode("utf-8-sig", "ignore"))


def of_docx(source: Path) -> str:
    with zipfile.ZipFile(source) as archive:
        names = [name for name in ("word/document.xml", "word/footnotes.xml") if name in archive.namelist()]
        return readable("\n".join(_paragraphs(archive.read(name), _WORD) for name in names))


def of_pptx(source: Path) -> str:
    """Slide after slide, by number; notes of the speaker are not on the slides."""
    with zipfile.ZipFile(source) as archive:
        slides = sorted(
            (int(found[1]), found[0]) for found in map(_SLIDE.fullmatch, archive.namelist()) if found
        )
        return readable("\n".join(_paragraphs(archive.read(name), _DRAWING) for _number, name in slides))


def of_xlsx(source: Path) -> str:
    lines: list[str] = []
    length = 0
    with source.open("rb") as file, closing(load_workbook(file, read_only=True, data_only=True)) as book:
        for sheet in book.worksheets:
            lines.append(sheet.title)
            for row in sheet.iter_rows(values_only=True, max_row=ROWS, max_col=50):
                said = "\t".join("" if value is None else str(value) for value in row)
                lines.append(said)
                length += len(said)
                if length > WORDS or len(lines) > ROWS:
                    return readable("\n".join(lines))
    return readable("\n".join(lines))


def _paragraphs(data: bytes, namespace: str) -> str:
    return "\n".join(_said(one, namespace) for one in parse(data).iter(f"{namespace}p"))


def _said(paragraph: Any, namespace: str) -> str:
    said = []
    for one in paragraph.iter(f"{namespace}t", f"{namespace}tab", f"{namespace}br"):
        said.append(one.text or "" if one.tag.endswith("}t") else " ")
    return "".join(said)
