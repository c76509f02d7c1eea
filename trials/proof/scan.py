"""Takes the signed data out of a PDF with zlib alone; a file that others wrote anew may be beyond it."""

import re
import zlib

from trials.proof.reading import MAX_JSON, Foreign, Unreadable

STREAM = re.compile(rb"(?:^|[\s>])\d+ \d+ obj\s*<<((?:(?!endobj).){0,2000}?)>>\s*stream\r?\n", re.DOTALL)
EMBEDDED = re.compile(rb"/Type\s*/EmbeddedFile\b")
LENGTH = re.compile(rb"/Length (\d{1,9})\b(?! \d)")


def attached(pdf: bytes) -> bytes:
    """The one file that it carries.

    :raises Unreadable: it carries none that can be found, or more than one.
    """
    found = [match for match in STREAM.finditer(pdf) if EMBEDDED.search(match[1])]
    if not found:
        raise Foreign("the PDF carries no signed data that can be found")
    if len(found) > 1:
        raise Unreadable("the PDF carries more than one attachment")
    return _content(pdf, found[0])


def _content(pdf: bytes, match: re.Match[bytes]) -> bytes:
    if b"/Filter" not in match[1]:
        size = LENGTH.search(match[1])
        return pdf[match.end() : match.end() + int(size[1])] if size else b""
    if not re.search(rb"/Filter\s*/FlateDecode", match[1]):
        raise Unreadable("the data in the PDF is packed in a way that no report is")
    unpack = zlib.decompressobj()
    try:
        data = unpack.decompress(pdf[match.end() :], MAX_JSON + 1)
    except zlib.error as error:
        raise Unreadable("the data in the PDF is damaged") from error
    if not unpack.eof and len(data) <= MAX_JSON:
        raise Unreadable("the data in the PDF is cut short")
    return data
