"""A PDF without what its author did not mean to publish, and without anything that acts by itself."""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream

from documents.making import PAGES, WORDS, Unfit, readable
from documents.making.pictures import EDGE, bare_jpeg, preview

PROGRAMS = frozenset({"/JavaScript", "/Launch"})
ACTING = PROGRAMS | {
    "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Sound", "/Movie", "/RichMediaExecute",
}  # fmt: skip
ACTIONS = ("/A", "/OpenAction", "/Next", "/PA")
TELLING = (
    "/Metadata", "/PieceInfo", "/LastModified", "/AA", "/AF", "/Thumb", "/CreatorInfo", "/SpiderInfo",
    "/XFA", "/Perms", "/Legal", "/Collection", "/RichMediaContent",
)  # fmt: skip
NAMES = ("/EmbeddedFiles", "/JavaScript", "/AlternatePresentations", "/Renditions", "/IDS", "/URLS")
REMARKS = frozenset(
    {"/Text", "/Popup", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D", "/Caret"}
)
OF_REMARK = ("/T", "/Contents", "/RC", "/M", "/NM", "/CreationDate", "/Popup", "/IRT", "/Subj", "/State")


def opened(source: Path) -> pikepdf.Pdf:
    """:raises Unfit: it is locked, or nothing of it can be read."""
    try:
        pdf = pikepdf.open(source)
        if not len(pdf.pages):
            raise Unfit("damaged")
    except pikepdf.PasswordError as error:
        raise Unfit("locked") from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise Unfit("damaged") from error
    return pdf


def check(source: Path) -> None:
    """:raises Unfit: locked, damaged, or a program is in it, also where packed streams hide it."""
    with opened(source) as pdf:
        for one in _dictionaries(pdf):
            if str(one.get("/S", "")) in PROGRAMS or "/JS" in one:
                raise Unfit("program")


def copy(source: Path, target: BinaryIO) -> None:
    """Written from what the pages reach: earlier revisions and what nothing names any more stay behind."""
    with opened(source) as pdf:
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        names = pdf.Root.get("/Names")
        for key in NAMES:
            if names is not None and key in names:
                del names[key]
        for one in list(_dictionaries(pdf)):
            _strip(one)
            _strip_remarks(one)
            _strip_picture(one)
        pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def words(source: Path) -> str:
    """The text of the first pages, as far as they hold text and not pictures of it."""
    found, length = [], 0
    pdf = pypdfium2.PdfDocument(source)
    for number in range(min(len(pdf), PAGES)):
        page = pdf[number]
        text = page.get_textpage().get_text_bounded()
        page.close()
        found.append(text)
        length += len(text)
        if length > WORDS:
            break
    pdf.close()
    return readable("\n".join(found))


def picture(source: Path) -> tuple[bytes, tuple[int, int]]:
    pdf = pypdfium2.PdfDocument(source)
    page = pdf[0]
    scale = min(EDGE * 2 / max(page.get_width(), page.get_height(), 1), 4)
    drawn = page.render(scale=scale, may_draw_forms=False).to_pil()
    pdf.close()
    return preview(drawn)


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream of the file, also those that are written inside others."""
    for thing in [pdf.Root, *pdf.objects]:
        waiting: list[Any] = [thing]
        while waiting:
            one = waiting.pop()
            if isinstance(one, Dictionary | Stream):
                yield one
                waiting += [value for _key, value in one.items() if _is_inside(value)]
            elif isinstance(one, Array):
                waiting += [value for value in one if _is_inside(value)]


def _is_inside(value: Any) -> bool:
    return isinstance(value, Dictionary | Array) and not value.is_indirect


def _strip(one: Any) -> None:
    for key in TELLING:
        if key in one:
            del one[key]
    for key in ACTIONS:
        if key in one and _acts(one[key]):
            del one[key]
    if isinstance(one.get("/V"), Dictionary) and "/ByteRange" in one["/V"]:  # a signature names its signer
        del one["/V"]


def _acts(action: Any) -> bool:
    if isinstance(action, Array):
        return any(_acts(one) for one in action)
    return isinstance(action, Dictionary) and (str(action.get("/S", "")) in ACTING or "/JS" in action)


def _strip_remarks(page: Any) -> None:
    """Notes in the margin go, with who wrote them; links, forms and what is drawn stay."""
    if not isinstance(page.get("/Annots"), Array):
        return
    kept = [one for one in page["/Annots"] if isinstance(one, Dictionary) and not _is_remark(one)]
    for one in kept:
        if str(one.get("/Subtype", "")) not in ("/Widget", "/Link"):
            for key in OF_REMARK:
                if key in one and not (key == "/Contents" and one["/Subtype"] == Name("/FreeText")):
                    del one[key]
    page["/Annots"] = Array(kept)


def _is_remark(annotation: Any) -> bool:
    return str(annotation.get("/Subtype", "")) in REMARKS


def _strip_picture(one: Any) -> None:
    if not isinstance(one, Stream):
        return
    filters = one.get("/Filter")
    named = [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)]
    data = b""
    if named == ["/DCTDecode"]:
        data = one.read_raw_bytes()
    elif named == ["/FlateDecode", "/DCTDecode"]:
        with suppress(zlib.error):
            data = zlib.decompress(one.read_raw_bytes())
    if data.startswith(b"\xff\xd8\xff"):
        one.write(bare_jpeg(data), filter=Name("/DCTDecode"))
