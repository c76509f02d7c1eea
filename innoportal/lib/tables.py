"""Rows out of CSV, TSV, XLSX and JSON-lines files, one at a time, so that memory stays flat."""

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import openpyxl
from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

SAMPLE = 256 * 1024
CELL = 2 * 2**20  # characters of one cell or one JSON line; csv refuses longer ones
UNPACKED = 500 * 2**20  # bytes that a workbook may hold when it is unpacked
RATIO = 200  # and how many times its own size, once that is more than a few megabytes
KINDS = (".csv", ".tsv", ".jsonl", ".ndjson", ".xlsx")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BIG5 = {"big5", "big5hkscs", "cp950"}


class Unreadable(Exception):
    """The file as a whole cannot be taken; the message says what to do."""


@dataclass(frozen=True)
class Row:
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    error: str = ""  # why this row, unlike its neighbours, cannot be read


@dataclass
class Table:
    """`columns` are known beforehand of tables, and of JSON lines not (None)."""

    columns: list[str] | None
    rows: Iterator[Row]
    encoding: str
    total: int  # of what `done` counts
    done: Callable[[], int]  # how far the reading is
    close: Callable[[], None]
    sheets: int = 1


def open_table(path: Path, *, max_bytes: int) -> Table:
    """Look at a file and begin to read it.

    :raises Unreadable: it is missing, empty, too large, broken, or of a kind or encoding that is not taken.
    """
    size, head = _look(path)
    if size > max_bytes:
        raise Unreadable(
            _("The file has %(size)d MB and at most %(limit)d MB are read. Split it, or give --max-mb.")
            % {"size": size // 2**20, "limit": max_bytes // 2**20}
        )
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise Unreadable(
            _("The ending %(kind)s is not known. These are: %(kinds)s.")
            % {"kind": kind or _("(none)"), "kinds": ", ".join(KINDS)}
        )
    if not head:
        raise Unreadable(_("The file is empty."))
    if kind == ".xlsx":
        return _workbook(path)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(_("The content is a workbook, not text. Give it the ending .xlsx, saved as such."))
    return (_json_lines if kind in {".jsonl", ".ndjson"} else _delimited)(path, encoding_of(path), size)


def _look(path: Path) -> tuple[int, bytes]:
    """How large the file is, and its first bytes."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise Unreadable(_("%(path)s is a folder. Name a file.") % {"path": path})
        with path.open("rb") as raw:
            return size, raw.read(8)
    except OSError as error:
        raise Unreadable(_("%(path)s: %(why)s.") % {"path": path, "why": error.strerror}) from error


def encoding_of(path: Path) -> str:
    """UTF-8, UTF-16 or Big5, with every byte looked at.

    :raises Unreadable: it is none of these, and guessing would spoil the text.
    """
    with path.open("rb") as raw:
        sample = raw.read(SAMPLE)
    for bom, name in BOMS:
        if sample.startswith(bom):
            if _decodes(path, name):
                return name
            raise Unreadable(_("The file says that it is %(name)s, but it is not.") % {"name": name})
    if b"\0" not in sample and _decodes(path, "utf-8"):
        return "utf-8"
    if b"\0" in sample:
        for name in ("utf-16-le", "utf-16-be"):
            zeros = sample[1::2] if name == "utf-16-le" else sample[::2]
            if zeros.count(0) > len(zeros) // 4 and _decodes(path, name):
                return name
    guess = from_bytes(sample[: sample.rfind(b"\n") + 1] or sample).best()
    name = guess.encoding if guess else _("unknown")
    if name in BIG5 and _decodes(path, "big5hkscs"):
        return "big5hkscs"
    raise Unreadable(
        _("The text is in none of UTF-8, UTF-16 and Big5 (it looks like %(name)s). Save it as UTF-8.")
        % {"name": name}
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as raw:
            while chunk := raw.read(2**20):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def column_name(cell: Any) -> str:
    """`Title EN` and `title_en` are one column."""
    return "_".join(str(cell if cell is not None else "").strip().lower().replace("-", " ").split())


def _header(cells: list[Any]) -> list[str]:
    names = [column_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Unreadable(_("The first row has no column names."))
    if "" in names:
        raise Unreadable(_("Column %(number)d has no name.") % {"number": names.index("") + 1})
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Unreadable(_("These columns stand twice: %(names)s.") % {"names": ", ".join(twice)})
    return names


def _row(line: int, names: list[str], cells: list[Any]) -> Row | None:
    """None for an empty line."""
    while len(cells) > len(names) and cells[-1] in (None, ""):
        cells = cells[:-1]
    if all(cell in (None, "") for cell in cells):
        return None
    if len(cells) != len(names):
        why = _(
            "it has %(cells)d cells where the header has %(columns)d; look for a quote that is not closed"
        )
        return Row(line, error=why % {"cells": len(cells), "columns": len(names)})
    return Row(line, dict(zip(names, cells, strict=True)))


def _delimited(path: Path, encoding: str, size: int) -> Table:
    raw = path.open("rb")
    text = io.TextIOWrapper(raw, encoding=encoding, newline="")
    first = text.readline(CELL)
    text.seek(0)
    csv.field_size_limit(CELL)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=first.count)
    reader = csv.reader(text, delimiter=delimiter, strict=True)

    def cells() -> Iterator[tuple[int, list[str]]]:
        while True:
            line = reader.line_num + 1
            try:
                yield line, next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Unreadable(_("Line %(line)d: %(why)s.") % {"line": line, "why": error}) from error

    lines = cells()
    with _closed_on_error(text):
        names = _header(next(lines, (1, []))[1])
    rows = (row for line, values in lines if (row := _row(line, names, values)))
    return Table(names, rows, encoding, size, raw.tell, text.close)


def _json_lines(path: Path, encoding: str, size: int) -> Table:
    raw = path.open("rb")
    text = io.TextIOWrapper(raw, encoding=encoding)

    def rows() -> Iterator[Row]:
        line = 0
        while content := text.readline(CELL):
            line += 1
            if len(content) >= CELL and not content.endswith("\n"):
                raise Unreadable(_("Line %(line)d is too long for one record.") % {"line": line})
            if content.strip():
                yield _record(line, content)

    return Table(None, rows(), encoding, size, raw.tell, text.close)


@contextmanager
def _closed_on_error(file: IO[Any]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        file.close()
        raise


def _record(line: int, content: str) -> Row:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        return Row(line, error=_("it is not JSON (%(why)s)") % {"why": error})
    if not isinstance(value, dict):
        return Row(line, error=_("it is not a JSON object, that is, not {…}"))
    return Row(line, {column_name(name): cell for name, cell in value.items()})


def _workbook(path: Path) -> Table:
    raw = path.open("rb")
    with _closed_on_error(raw):
        with _broken_said():
            with zipfile.ZipFile(raw) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > UNPACKED or (unpacked > 20 * 2**20 and unpacked > RATIO * path.stat().st_size):
                raise Unreadable(_("The workbook unpacks to far more than its size. It is not read."))
            book = openpyxl.load_workbook(raw, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            lines = sheet.iter_rows(values_only=True)
            first = next(lines, ())
        names = _header(list(first))
    read = 1

    def rows() -> Iterator[Row]:
        nonlocal read
        while True:
            with _broken_said():
                cells = next(lines, None)
            if cells is None:
                return
            read += 1
            if row := _row(read, names, _padded(cells, len(names))):
                yield row

    sheets = len(book.worksheets)
    return Table(names, rows(), "xlsx", sheet.max_row or 0, lambda: read, raw.close, sheets)


@contextmanager
def _broken_said() -> Iterator[None]:
    """openpyxl raises whatever its parts raise."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        why = _("The workbook is broken, or not an .xlsx file. Save it anew and try again.")
        raise Unreadable(why) from error


def _padded(cells: tuple[Any, ...], width: int) -> list[Any]:
    """A workbook leaves out the empty cells at a row's end."""
    return [*cells, *[None] * (width - len(cells))]
