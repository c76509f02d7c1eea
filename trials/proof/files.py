"""Opens what somebody hands in as a signed report: the JSON file, or the PDF that carries it."""

import io
import logging
from dataclasses import dataclass

import pypdf

from trials.proof.reading import MAX_PDF, Data, Foreign, Unreadable, is_pdf, parse

ATTACHMENT = "signed-report.json"


@dataclass(frozen=True)
class Opened:
    data: Data
    pdf: "Pages | None" = None


@dataclass(frozen=True)
class Pages:
    """What is needed to draw the PDF again from its signed data."""

    data: bytes
    lang: str
    links: tuple[str, ...]
    layout: str


def open_report(data: bytes) -> Opened:
    """
    :raises Unreadable: for anything that is neither, however broken or large.
    """
    if is_pdf(data):
        if len(data) > MAX_PDF:
            raise Unreadable(f"the PDF is larger than {MAX_PDF // 1_000_000} MB")
        return _open_pdf(data)
    return Opened(parse(data))


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
        raise Foreign(f'the PDF carries no attachment "{ATTACHMENT}"')
    if len(contents) > 1:
        raise Unreadable(f'the PDF carries "{ATTACHMENT}" more than once')
    return Opened(parse(contents[0]), Pages(data, lang, links, layout))


def _links(reader: pypdf.PdfReader) -> list[str]:
    """Every address that the pages lead to."""
    found = []
    for page in reader.pages:
        for annotation in page.get("/Annots") or []:
            action = annotation.get_object().get("/A")
            if action is not None and "/URI" in action.get_object():
                found.append(str(action.get_object()["/URI"]))
    return sorted(set(found))
