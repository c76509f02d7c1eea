"""What a file really is, whatever it is called. Refuses with a sentence that its sender can act upon."""

import re
import zipfile
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from documents import workshop
from documents.kinds import ACTIVE_TEXT, DISGUISES, KINDS, Kind

MAX_PIXELS = 50_000_000
MAX_ENTRIES = 3_000  # files inside an Office document
MAX_UNPACKED = 200 * 2**20  # bytes of an Office document, unpacked
MAX_RATIO = 200  # how many times smaller a big part may have been packed
_EDGE = 2048  # bytes at either end in which another format would hide
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)
_PDF_ACTION = re.compile(rb"/(JavaScript|Launch)\b")


def kind_of(name: str) -> Kind:
    """By the name's ending alone.

    :raises ValidationError: not one of the endings that are taken, or two of them.
    """
    stem, *between = PurePosixPath(name.replace("\\", "/")).name.lower().split(".")
    extension = between.pop() if between else ""
    if not stem or extension not in KINDS:
        raise ValidationError(
            _("Files of this kind are not taken. Use one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)}
        )
    if DISGUISES.intersection(part.strip() for part in between):
        raise ValidationError(_("The file name has two endings. Rename the file and try again."))
    return KINDS[extension]


def inspect(file: BinaryIO, name: str) -> Kind:
    """The kind of a file whose name and contents agree, and which hides nothing else.

    :raises ValidationError: they do not agree, or the file would do harm when opened.
    """
    kind = kind_of(name)
    file.seek(0)
    data = file.read()
    if not data.startswith(kind.start):
        raise _mismatch()
    if kind.is_text:
        _inspect_text(data)
        return kind
    if not kind.member:
        _inspect_edges(data)  # first: what is told of a file that is two kinds does not hang on a likelihood
    if _label(data) not in kind.labels:
        raise _mismatch()
    if kind.member:
        _inspect_office(file, kind)
    if kind.is_image:
        _inspect_image(file, kind)
    else:
        _inspect_within(file, kind)
    return kind


def _mismatch() -> ValidationError:
    return ValidationError(
        _("The contents of the file are not what its name says. Save it anew and try again.")
    )


@cache
def _magika() -> Any:
    """Imported at the first upload: it costs a process 55 MB, which one that serves only pages keeps."""
    return import_module("magika").Magika()


def _label(data: bytes) -> str:
    return str(_magika().identify_bytes(data).output.label)


def _inspect_text(data: bytes) -> None:
    """UTF-8, without control characters, and nothing that a program would run."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("Save the text as UTF-8 and try again.")) from error
    if any(ord(character) < 32 and character not in "\t\r\n\f" for character in text):
        raise _mismatch()
    if _MARKUP.search(data[:_EDGE]) or _label(data) in ACTIVE_TEXT:
        raise _mismatch()


def _inspect_edges(data: bytes) -> None:
    """No page, archive or script before, behind or inside a picture or PDF."""
    if _MARKUP.search(data[:_EDGE]) or _MARKUP.search(data[-_EDGE:]) or b"PK\x05\x06" in data[-70_000:]:
        raise ValidationError(_("The file holds a second file inside. Save it anew and try again."))
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-_EDGE:]:
            raise ValidationError(_("The PDF is cut short or something follows its end. Save it anew."))
        if _PDF_ACTION.search(data):
            raise ValidationError(_("The PDF holds a program. Print it to a new PDF and try again."))


def _inspect_office(file: BinaryIO, kind: Kind) -> None:
    """Judged by the headers alone: nothing is unpacked but the list of contents, and of it a little."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MAX_ENTRIES or _is_bomb(parts, file):
                raise ValidationError(_("The file unpacks to far more than it should."))
            if not {"[Content_Types].xml", kind.member} <= names:
                raise _mismatch()
            with archive.open("[Content_Types].xml") as contents:
                declared = contents.read(2**20)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise ValidationError(_("The file is damaged or locked with a password.")) from error
    if b"macroEnabled" in declared or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ValidationError(_("The file holds macros. Save it without them and try again."))
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise _mismatch()


def _is_bomb(parts: list[zipfile.ZipInfo], file: BinaryIO) -> bool:
    """Too large unpacked, packed too well, or parts that share their packed bytes."""
    packed = sum(part.compress_size for part in parts)
    unpacked = sum(part.file_size for part in parts)
    squeezed = any(
        part.file_size > 2**20 and part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in parts
    )
    file.seek(0, 2)
    return unpacked > MAX_UNPACKED or squeezed or packed > file.tell()


def _inspect_within(file: BinaryIO, kind: Kind) -> None:
    """What only shows when it is read: in a process of its own."""
    if trouble := workshop.check(file, kind.content_type):
        raise ValidationError(_refusals()[trouble])


def _refusals() -> dict[str, str]:
    return {
        "locked": _("The file is locked with a password. Save it without one and try again."),
        "damaged": _("The file is damaged. Save it anew and try again."),
        "program": _("The PDF holds a program. Print it to a new PDF and try again."),
        "entities": _("The file refers to others from within. Save it anew and try again."),
        "large": _("The file unpacks to far more than it should."),
        "slow": _("Reading the file takes too long. Save it in a simpler form and try again."),
    }


def _inspect_image(file: BinaryIO, kind: Kind) -> None:
    """Its size is read from the header before any pixel is."""
    file.seek(0)
    try:
        with Image.open(file, formats=[_format(kind)]) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise ValidationError(_("The picture has too many pixels. Make it smaller and try again."))
            picture.load()
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_("The picture has too many pixels. Make it smaller and try again.")) from error
    except Exception as error:  # a damaged picture raises whatever its decoder happens to meet
        raise ValidationError(_("The picture is damaged. Save it anew and try again.")) from error


def _format(kind: Kind) -> str:
    return kind.content_type.removeprefix("image/").upper()
