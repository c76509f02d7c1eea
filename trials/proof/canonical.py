"""RFC 8785 canonical JSON, read and written strictly, so that one value has one digest everywhere."""

import hashlib
import json
import math
import unicodedata
from collections.abc import Iterator
from typing import Any

import rfc8785

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1


class NotCanonical(ValueError):
    """Says at which path a value stands that has no single canonical form."""


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes; decimals and times must come as strings, so that no reader rounds them.

    :raises NotCanonical: with the path of the first value that may not go in.
    """
    check(value)
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in lower-case hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def check(value: Any) -> None:
    """Walks with a list, not by recursion, because hostile nesting must not exhaust the stack.

    :raises NotCanonical: with the path of the first value that may not go in.
    """
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if len(path) > MAX_DEPTH:
            raise NotCanonical(f"{readable(path)}: nested deeper than {MAX_DEPTH} levels")
        if isinstance(item, dict):
            for key in item:
                _check_name(path, key)
            waiting.extend(((*path, key), child) for key, child in item.items())
        elif isinstance(item, list):
            waiting.extend(((*path, index), child) for index, child in enumerate(item))
        else:
            _check_scalar(path, item)


def _check_name(path: tuple[str | int, ...], key: Any) -> None:
    if not isinstance(key, str):
        raise NotCanonical(f"{readable(path)}: a name must be text, not {type(key).__name__}")
    _check_scalar((*path, key), key)


def _check_scalar(path: tuple[str | int, ...], item: Any) -> None:
    where = readable(path)
    if item is None or isinstance(item, bool):
        return
    if isinstance(item, str):
        if any(unicodedata.category(character) == "Cs" for character in item):
            raise NotCanonical(f"{where}: text holds half of a surrogate pair")
    elif isinstance(item, int):
        if abs(item) > MAX_INTEGER:
            raise NotCanonical(f"{where}: the integer does not fit 53 bits; write it as a string")
    elif isinstance(item, float):
        if not math.isfinite(item):
            raise NotCanonical(f"{where}: {item} is not a number of JSON")
    else:
        raise NotCanonical(f"{where}: {type(item).__name__} has no place in JSON; write it as a string")


def leaves(value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every scalar with its path, and every empty list or object, whose removal would leave no trace."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            for path, leaf in leaves(child):
                yield (key, *path), leaf
    elif isinstance(value, list) and value:
        for index, child in enumerate(value):
            for path, leaf in leaves(child):
                yield (index, *path), leaf
    else:
        yield (), value


def pointer(path: tuple[str | int, ...]) -> str:
    """The path as an RFC 6901 JSON pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def readable(path: tuple[str | int, ...]) -> str:
    """The path as people write it, ``claims[0].verdict``; a name that is no plain word stands in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if part.isidentifier() else f"[{json.dumps(part, ensure_ascii=False)}]"
    return text.removeprefix(".") or "(the whole)"


def read(data: bytes) -> Any:
    """Parses JSON, refusing what JSON parsers disagree on: a name twice, NaN, huge numbers, broken UTF-8.

    :raises NotCanonical: in one line that a person can read.
    """
    try:
        value = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise NotCanonical("not JSON: the bytes are not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise NotCanonical(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise NotCanonical(f"nested deeper than {MAX_DEPTH} levels") from error
    except NotCanonical:
        raise
    except ValueError as error:  # Python refuses integers of more than 4,300 digits
        raise NotCanonical("holds a number that is too long") from error
    check(value)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotCanonical(f"the name {twice[:80]!r} stands twice in one object")
    return found


def _refuse(text: str) -> None:
    raise NotCanonical(f"{text} is not a number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotCanonical(f"the number {text[:40]} is out of range")
    return number
