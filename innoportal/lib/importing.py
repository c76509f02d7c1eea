"""Bringing a table into a room: all of it or nothing, with a report by row and column.

A room says what its columns are and how a row is kept (`Importer`); reading, checking and counting is here.
"""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from opencc import OpenCC

from innoportal.lib.cells import Cleaner, Remark
from innoportal.lib.tables import Row, Table, open_table
from journal.workflow import IllegalTransition

BATCH = 200
KEPT = 1000  # problems and notes that a report holds; it counts the rest
ID = "external_id"
LANGUAGES = {"en": "en", "zh": "zh", "zh_hant": "zh", "zh_hk": "zh", "zh_tw": "zh", "yue": "zh"}
SIMPLIFIED = ("zh_hans", "zh_cn")


@dataclass(frozen=True)
class Problem:
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = _("line %(line)d") % {"line": self.line}
        return f"{place}, {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


@dataclass
class Report:
    """What became of a file; `counts` by created, updated, unchanged and refused."""

    counts: Counter = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remarks: Counter = field(default_factory=Counter)  # what was read how, and how often
    first: dict[str, int] = field(default_factory=dict)  # and the line where it was so first
    kept: bool = False

    def refuse(self, line: int, problems: Iterable[tuple[str, str]]) -> None:
        self.counts["refused"] += 1
        for column, message in problems:
            self.counts["problems"] += 1
            if len(self.problems) < KEPT:
                self.problems.append(Problem(line, column, message))

    def remark(self, line: int, text: str) -> None:
        if text in self.remarks or len(self.remarks) < KEPT:
            self.remarks[text] += 1
            self.first.setdefault(text, line)


class Wrong(Exception):
    """What is wrong with a row: pairs of column and message."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems


class Importer:
    """What a room says of its rows. One instance for each run."""

    columns: Mapping[str, Cleaner]
    aliases: ClassVar[Mapping[str, str]] = {}
    text: ClassVar[str]  # the field, without its language, that a plain `text` goes to
    title_length: ClassVar[int] = 200

    def existing(self, ids: list[str]) -> Mapping[str, Any]:
        """Rows of the room that have these external numbers."""
        raise NotImplementedError

    def keep(self, found: Any | None, values: dict[str, Any]) -> str:
        """Make or change one; returns "created", "updated" or "unchanged"."""
        raise NotImplementedError

    def check_columns(self, names: Iterable[str]) -> list[str]:
        """What is wrong with the header, with the likely spelling of what is not known."""
        names = [self.aliases.get(name, name) for name in names]
        if "text" in names or "lang" in names:  # the plain form, whose further fields tell where it is from
            return [
                _("the column %(name)s is missing") % {"name": name}
                for name in ("lang",)
                if name not in names
            ]
        wrong = []
        for name in names:
            if name not in self.columns:
                near = difflib.get_close_matches(name, self.columns, 1)
                hint = _(" (did you mean %(near)s?)") % {"near": near[0]} if near else ""
                wrong.append(_("the column %(name)s is not known") % {"name": name} + hint)
        if ID not in names:
            wrong.append(_("the column id is missing; it makes that a second import changes nothing"))
        if not {"title_en", "title_zh"} & set(names):
            wrong.append(_("a column title_en or title_zh is missing"))
        return wrong

    def clean(self, row: Row, remark: Remark) -> dict[str, Any]:
        """The values of a row by field.

        :raises Wrong: with every problem of the row, not only the first.
        """
        cells = {self.aliases.get(name, name): cell for name, cell in row.values.items()}
        problems: list[tuple[str, str]] = []
        if "text" in cells or "lang" in cells:
            cells = self._plain(cells, remark, problems)
        values = {}
        for name, cell in cells.items():
            if name not in self.columns:
                problems.append((name, _("this field is not known")))
                continue
            try:
                values[name] = self.columns[name](cell, remark)
            except ValidationError as error:
                problems += [(name, message) for message in error.messages]
        if not values.get(ID) and ID not in {name for name, _message in problems}:
            problems.append(("id", _("it has no id, so a second import could not know it again")))
        titles = {"title_en", "title_zh"}
        if not any(values.get(name) for name in titles) and not titles & {name for name, _m in problems}:
            problems.append(("title_en", _("it has no title in either language")))
        if problems:
            raise Wrong(problems)
        return values

    def _plain(self, cells: dict[str, Any], remark: Remark, problems: list) -> dict[str, Any]:
        """`lang`, `title` and `text` as fields of that language; other fields are provenance and stay out."""
        known = {name: cell for name, cell in cells.items() if name in self.columns}
        if ignored := sorted(cells.keys() - known.keys() - {"lang", "title", "text"}):
            remark(
                _("not imported, as it tells only of the source: %(names)s") % {"names": ", ".join(ignored)}
            )
        title, text = str(cells.get("title") or "").strip(), str(cells.get("text") or "").strip()
        language = str(cells.get("lang") or "").strip().lower().replace("-", "_")
        if language in SIMPLIFIED:
            title, text, language = _traditional().convert(title), _traditional().convert(text), "zh"
            remark(_("Simplified Chinese was converted to Traditional (OpenCC s2hk)"))
        if language not in LANGUAGES:
            problems.append(("lang", _("it must be en, zh-Hant, zh-Hans or yue")))
            return known
        if not title and text:
            title = first_words(text, self.title_length)
            remark(_("without a title: the first words of the text are taken"))
        suffix = LANGUAGES[language]
        return known | {f"title_{suffix}": title, f"{self.text}_{suffix}": text}


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2hk")


def first_words(text: str, length: int) -> str:
    """The first sentence, cut at a word and marked with … where it is longer than a title should be."""
    line = " ".join(text.split())
    ends = [at + 1 for mark in (". ", "。", "! ", "? ", "！", "？") if 20 < (at := line.find(mark)) < length]
    if ends:
        return line[: min(ends)].rstrip(".。 ")
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[length // 2 :] else cut).rstrip(" ,;") + "…"


def run(
    importer: Importer,
    path: Path,
    *,
    max_bytes: int,
    dry_run: bool = False,
    keep_good: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Import a file in one transaction; when a row is wrong, nothing stays unless `keep_good`.

    :raises Unreadable: the file as a whole cannot be taken.
    """
    report = Report()
    with closing(open_table(path, max_bytes=max_bytes)) as table:
        if table.columns is not None and (wrong := importer.check_columns(table.columns)):
            report.refuse(1, [("", message) for message in wrong])
            return report
        _tell_of(table, report)
        with transaction.atomic():
            seen: dict[str, int] = {}
            while batch := list(islice(table.rows, BATCH)):
                _keep(importer, _cleaned(importer, batch, seen, report), report)
                progress(table.done(), table.total)
            if not report.counts:
                report.refuse(1, [("", _("the file has no row below its header"))])
            report.kept = not dry_run and (keep_good or not report.problems)
            transaction.set_rollback(not report.kept)
    return report


def _tell_of(table: Table, report: Report) -> None:
    if table.encoding not in {"utf-8", "xlsx"}:
        report.notes.append(_("The file is in %(name)s; it was converted.") % {"name": table.encoding})
    if table.sheets > 1:
        report.notes.append(
            _("The workbook has %(count)d sheets; the first is read.") % {"count": table.sheets}
        )


def _cleaned(
    importer: Importer, batch: list[Row], seen: dict[str, int], report: Report
) -> list[tuple[int, dict[str, Any]]]:
    good = []
    for row in batch:
        if row.error:
            report.refuse(row.line, [("", row.error)])
            continue
        try:
            values = importer.clean(row, lambda text, line=row.line: report.remark(line, text))  # type: ignore[misc]
        except Wrong as wrong:
            report.refuse(row.line, wrong.problems)
            continue
        if (before := seen.setdefault(values[ID], row.line)) != row.line:
            message = _("%(id)s stands already in line %(line)d") % {"id": values[ID], "line": before}
            report.refuse(row.line, [("id", message)])
            continue
        good.append((row.line, values))
    return good


def _keep(importer: Importer, rows: list[tuple[int, dict[str, Any]]], report: Report) -> None:
    found = importer.existing([values[ID] for _line, values in rows])
    for line, values in rows:
        try:
            with transaction.atomic():
                report.counts[importer.keep(found.get(values[ID]), values)] += 1
        except ValidationError as error:
            said = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            report.refuse(line, [(name, message) for name, messages in said.items() for message in messages])
        except (IllegalTransition, PermissionDenied) as error:
            report.refuse(line, [("", str(error))])
