"""Reads JSON values into frozen dataclasses by their annotations, and names the field that does not fit."""

import dataclasses
import re
import types
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from trials.proof.canonical import readable
from trials.proof.signing import moment

MAX_TEXT = 20_000
# Control characters but the end of a line, halves of a pair, and what reorders what a reader sees without
# changing what was signed.
UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

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


Reader = Callable[[Any], Any]


class _Unfit(Exception):
    """On its way up to `read`; each level puts its own step before the path."""

    def __init__(self, why: str, *path: str | int) -> None:
        super().__init__(why)
        self.path: Path = path


def read(kind: Any, value: Any) -> Any:
    """A value of that kind; nothing is coerced, because what is signed must be what was meant.

    :raises Misfit: naming the first field that does not fit.
    """
    try:
        return _reader(kind)(value)
    except _Unfit as wrong:
        raise Misfit(f"{readable(wrong.path)}: {wrong}") from wrong


@cache  # a report has hundreds of points of one kind
def _reader(kind: Any) -> Reader:
    origin = get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _record(kind)
    if origin is Annotated:
        return _annotated(kind)
    if origin in (Union, types.UnionType):
        inner = _reader(get_args(kind)[0])
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _list(_reader(get_args(kind)[0]))
    return _one_of(get_args(kind)) if origin is Literal else _plain(kind)


def plain(value: Any) -> Any:
    """The way back: what canonical JSON takes."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


NAMES = {str: "text", int: "a whole number", bool: "true or false"}


def _record(kind: Any) -> Reader:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind, include_extras=True).items()}

    def read_record(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _Unfit(f"an object is wanted, not {type(value).__name__}")
        if value.keys() != readers.keys():
            _refuse_names(value, readers)
        found = {}
        for name, reader in readers.items():
            try:
                found[name] = reader(value[name])
            except _Unfit as wrong:
                wrong.path = (name, *wrong.path)
                raise
        return kind(**found)

    return read_record


def _refuse_names(value: dict[Any, Any], readers: dict[str, Reader]) -> None:
    for name in value:
        if name not in readers:
            raise _Unfit("no such field", str(name))
    for name in readers:
        if name not in value:
            raise _Unfit("is missing", name)


def _list(reader: Reader) -> Reader:
    def read_list(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _Unfit(f"a list is wanted, not {type(value).__name__}")
        found = []
        for index, item in enumerate(value):
            try:
                found.append(reader(item))
            except _Unfit as wrong:
                wrong.path = (index, *wrong.path)
                raise
        return tuple(found)

    return read_list


def _annotated(kind: Any) -> Reader:
    base, *holds = get_args(kind)
    reader = _reader(base)

    def read_annotated(value: Any) -> Any:
        found = reader(value)
        for hold in holds:
            try:
                hold(found)
            except ValueError as error:
                raise _Unfit(str(error)) from error
        return found

    return read_annotated


def _one_of(allowed: tuple[Any, ...]) -> Reader:
    def read_one(value: Any) -> Any:
        if value not in allowed or isinstance(value, bool):
            raise _Unfit(f"{str(value)[:60]!r} is none of {', '.join(map(str, allowed))}")
        return value

    return read_one


def _plain(kind: Any) -> Reader:
    def read_plain(value: Any) -> Any:
        if type(value) is not kind:  # bool is an int to isinstance
            raise _Unfit(f"{NAMES[kind]} is wanted, not {type(value).__name__}")
        if kind is str:
            _text(value)
        return value

    return read_plain


def _text(value: str) -> None:
    if len(value) > MAX_TEXT:
        raise _Unfit(f"text of {len(value):,} characters; {MAX_TEXT:,} are allowed")
    if found := UNPRINTABLE.search(value):
        raise _Unfit(f"holds the control character U+{ord(found[0]):04X}")
