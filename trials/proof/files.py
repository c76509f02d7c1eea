"""Opens what somebody hands in as a signed report: the JSON file, or the PDF that carries it."""

import io
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf

from trials.proof.canonical import NotCanonical, read

ATTACHMENT = "signed-report.json"
MAX_JSON = 20_000_000
MAX_PDF = 40_000_000


class Unreadable(ValueError):
    """One line for the person who handed the file in."""


@dataclass(frozen=True)
class Opened:
    envelope: Any
    pdf: "Pages | None" = None


@dataclass(frozen=True)
class Pages:
    """What is needed to draw the PDF again from its signed data."""

    data: bytes
    lang: str
    links: tuple[str, ...]
    layout: str


def read_bytes(path: Path) -> bytes:
    """
    :raises Unreadable: when there is no such file, or it is too large to be a report.
    """
    try:
        if path.stat().st_size > MAX_PDF:
            raise Unreadable(f"{path}: larger than {MAX_PDF // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or 'cannot be read'}") from error


def open_report(data: bytes) -> Opened:
    """
    :raises Unreadable: for anything that is neither, however broken or large.
    """
    if not data.strip():
        raise Unreadable("the file is empty")
    if b"%PDF-" in data[:1024]:
        if len(data) > MAX_PDF:
            raise Unreadable(f"the PDF is larger than {MAX_PDF // 1_000_000} MB")
        return _open_pdf(data)
    return Opened(_parse(data))


def _parse(data: bytes) -> Any:
    if len(data) > MAX_JSON:
        raise Unreadable(f"the signed data is larger than {MAX_JSON // 1_000_000} MB")
    try:
        return read(data)
    except NotCanonical as error:
        raise Unreadable(f"the signed data cannot be read: {error}") from error


def _open_pdf(data: bytes) -> Opened:
    logging.getLogger("pypdf").setLevel(
        logging.CRITICAL
    )  # it would print about every oddity of a broken file
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise Unreadable("the PDF is encrypted; a published report never is")
        found = [item for item in reader.attachment_list if item.name == ATTACHMENT]
        contents = [item.content for item in found]
        lang = str(reader.root_object.get("/Lang", ""))
        layout = str(reader.metadata.get("/Keywords", "")) if reader.metadata else ""
        links = tuple(_links(reader))
    except Unreadable:
        raise
    except (Exception, RecursionError) as error:  # a hostile PDF can fail anywhere inside the parser
        raise Unreadable(f"the PDF is damaged or cut short ({type(error).__name__})") from error
    if not contents:
        raise Unreadable(f'the PDF carries no attachment "{ATTACHMENT}"')
    if len(contents) > 1:
        raise Unreadable(f'the PDF carries "{ATTACHMENT}" more than once')
    return Opened(_parse(contents[0]), Pages(data, lang, links, layout))


def _links(reader: pypdf.PdfReader) -> list[str]:
    """Every address that the pages lead to."""
    found = []
    for page in reader.pages:
        for annotation in page.get("/Annots") or []:
            action = annotation.get_object().get("/A")
            if action is not None and "/URI" in action.get_object():
                found.append(str(action.get_object()["/URI"]))
    return sorted(set(found))
