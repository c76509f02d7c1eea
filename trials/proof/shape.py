"""Reads JSON values into frozen dataclasses by their annotations, and names the field that does not fit."""

import dataclasses
import re
import types
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from trials.proof.canonical import readable
from trials.proof.signing import moment

MAX_TEXT = 20_000
# These reorder what a reader sees without changing what was signed.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Path = tuple[str | int, ...]


class Misfit(ValueError):
    """One line: the path of the field, and what is wrong with it."""


def pattern(expression: str, meaning: str) -> Callable[[str], None]:
    compiled = re.compile(expression)

    def hold(value: str) -> None:
        if not compiled.fullmatch(value):
            raise ValueError(f"{value[:60]!r} is not {meaning}")

    return hold


def a_moment(value: str) -> None:
    try:
        moment(value)
    except ValueError as error:
        raise ValueError(f"{value[:60]!r} is not an ISO 8601 time with its offset") from error


def a_day(value: str) -> None:
    try:
        well_formed = date.fromisoformat(value).isoformat() == value
    except ValueError:
        well_formed = False
    if not well_formed:
        raise ValueError(f"{value[:60]!r} is not a date (YYYY-MM-DD)")


Day = Annotated[str, a_day]
Moment = Annotated[str, a_moment]
Number = Annotated[str, pattern(r"-?(0|[1-9]\d{0,14})(\.\d{1,12})?", "a decimal number written as text")]
Hash = Annotated[str, pattern(r"[0-9a-f]{64}", "a SHA-256 digest in hexadecimal")]


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def read(kind: Any, value: Any, path: Path = ()) -> Any:
    """A value of that kind; nothing is coerced, because what is signed must be what was meant.

    :raises Misfit: naming the first field that does not fit.
    """
    origin = get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, path)
    if origin is Annotated:
        return _annotated(kind, value, path)
    if origin in (Union, types.UnionType):
        return None if value is None else read(get_args(kind)[0], value, path)
    if origin is tuple:
        return _list(get_args(kind)[0], value, path)
    if origin is Literal:
        if value not in get_args(kind) or isinstance(value, bool):
            _refuse(path, f"{str(value)[:60]!r} is none of {', '.join(map(str, get_args(kind)))}")
        return value
    if type(value) is not kind:  # bool is an int to isinstance
        _refuse(path, f"{NAMES[kind]} is wanted, not {type(value).__name__}")
    if kind is str:
        _text(value, path)
    return value


def plain(value: Any) -> Any:
    """The way back: what canonical JSON takes."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


NAMES = {str: "text", int: "a whole number", bool: "true or false"}


def _record(kind: Any, value: Any, path: Path) -> Any:
    if not isinstance(value, dict):
        _refuse(path, f"an object is wanted, not {type(value).__name__}")
    hints = _hints(kind)
    for name in value:
        if name not in hints:
            _refuse((*path, str(name)), "no such field")
    for name in hints:
        if name not in value:
            _refuse((*path, name), "is missing")
    return kind(**{name: read(hint, value[name], (*path, name)) for name, hint in hints.items()})


def _list(kind: Any, value: Any, path: Path) -> tuple[Any, ...]:
    if not isinstance(value, list):
        _refuse(path, f"a list is wanted, not {type(value).__name__}")
    return tuple(read(kind, item, (*path, index)) for index, item in enumerate(value))


def _annotated(kind: Any, value: Any, path: Path) -> Any:
    base, *holds = get_args(kind)
    found = read(base, value, path)
    for hold in holds:
        try:
            hold(found)
        except ValueError as error:
            _refuse(path, str(error))
    return found


def _text(value: str, path: Path) -> None:
    if len(value) > MAX_TEXT:
        _refuse(path, f"text of {len(value):,} characters; {MAX_TEXT:,} are allowed")
    for character in value:
        kind = unicodedata.category(character)
        if kind == "Cs" or (kind == "Cc" and character != "\n") or character in BIDI_CONTROLS:
            _refuse(path, f"holds the control character U+{ord(character):04X}")


def _refuse(path: Path, why: str) -> None:
    raise Misfit(f"{readable(path)}: {why}")
