"""Cleaners of imported cells: text, numbers, dates in the ways people write them, choices, lists."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Remark = Callable[[str], None]
Cleaner = Callable[[Any, Remark], Any]

MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def plain(cell: Any) -> str:
    """A cell as text, whatever a workbook or JSON made of it.

    :raises ValidationError: it is no single value, or holds characters that no database takes.
    """
    if cell is None:
        return ""
    if isinstance(cell, (dict, list, tuple)):
        raise ValidationError(_("one value is expected, not a list or an object"))
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    value = str(cell).replace("\r\n", "\n").strip()
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValidationError(_("it holds a null character or half a character; take it out"))
    return value


def text(length: int) -> Cleaner:
    def clean(cell: Any, remark: Remark) -> str:
        value = plain(cell)
        if len(value) > length:
            raise ValidationError(
                _("it has %(has)d characters and at most %(limit)d are taken; shorten it")
                % {"has": len(value), "limit": length}
            )
        if MARKUP.search(value):
            remark(_("HTML tags are kept as text; readers will see them as they are"))
        return value

    return clean


def number(low: int, high: int) -> Cleaner:
    def clean(cell: Any, remark: Remark) -> int | None:
        value = plain(cell)
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValidationError(
                _("“%(value)s” is not a whole number from %(low)d to %(high)d")
                % {"value": value[:40], "low": low, "high": high}
            )
        return int(value)

    return clean


def day(cell: Any, remark: Remark) -> date | None:
    """2026-11-21, 21/11/2026 (the day comes first, as in Hong Kong) or 21 Nov 2026."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    value = plain(cell)
    if not value:
        return None
    found = _slashed(value) or _spelled(value)
    if found is None:
        raise ValidationError(
            _("“%(value)s” is not a date; write 2026-11-21, 21/11/2026 or 21 Nov 2026")
            % {"value": value[:40]}
        )
    if SLASHED.fullmatch(value) and found.day <= 12 and found.day != found.month:
        remark(
            _("%(value)s was read with the day first: %(day)s")
            % {"value": value, "day": f"{found.day} {found:%B %Y}"}
        )
    return found


def _slashed(value: str) -> date | None:
    parts = SLASHED.fullmatch(value)
    if not parts:
        return None
    try:
        return date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        return None


def _spelled(value: str) -> date | None:
    for form in ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007  a day has no time zone
        except ValueError:
            continue
    return None


def choice(options: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Cleaner:
    """One of the codes of a list of choices, or the English word for it."""
    codes = dict(options)

    def clean(cell: Any, remark: Remark) -> str:
        return _code(plain(cell), codes)

    return clean


def _code(value: str, codes: Mapping[str, Any]) -> str:
    if not value or value in codes:
        return value
    for code, label in codes.items():
        if value.casefold() in {code.casefold(), str(label).casefold()}:
            return code
    raise ValidationError(
        _("“%(value)s” is not one of %(codes)s") % {"value": value[:40], "codes": ", ".join(codes)}
    )


def several(one: Callable[[str], Any]) -> Cleaner:
    """A JSON list, or words with ; or , between them, each cleaned by `one`."""

    def clean(cell: Any, remark: Remark) -> list[Any]:
        parts = cell if isinstance(cell, (list, tuple)) else re.split(r"[;,；，、]", plain(cell))
        values = [one(value) for part in parts if (value := plain(part))]
        return list(dict.fromkeys(values))

    return clean


def codes(options: Iterable[tuple[str, Any]]) -> Cleaner:
    known = dict(options)
    return several(lambda value: _code(value, known))


def words(length: int) -> Cleaner:
    def one(value: str) -> str:
        if len(value) > length:
            raise ValidationError(
                _("“%(value)s…” has more than %(limit)d characters") % {"value": value[:20], "limit": length}
            )
        return value

    return several(one)


def known(things: Mapping[str, Any]) -> Callable[[str], Any]:
    """One of the things that are there, by short name or by name."""
    by_word = {word.casefold(): thing for word, thing in things.items() if word}

    def one(value: str) -> Any:
        if (thing := by_word.get(value.casefold())) is not None:
            return thing
        near = difflib.get_close_matches(value.casefold(), by_word, 1)
        hint = _(" (did you mean %(near)s?)") % {"near": near[0]} if near else ""
        raise ValidationError(_("“%(value)s” is not known here") % {"value": value[:80]} + hint)

    return one


def single(one: Callable[[str], Any]) -> Cleaner:
    def clean(cell: Any, remark: Remark) -> Any:
        value = plain(cell)
        return one(value) if value else None

    return clean


def truth(cell: Any, remark: Remark) -> bool | None:
    value = plain(cell).casefold()
    if not value:
        return None
    if value in {"true", "yes", "y", "1", "是"}:
        return True
    if value in {"false", "no", "n", "0", "否"}:
        return False
    raise ValidationError(_("“%(value)s” is neither yes nor no") % {"value": value[:40]})
