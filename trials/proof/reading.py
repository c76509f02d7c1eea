"""The bytes of a signed report: read as JSON, and compared with the one form in which it was published."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trials.proof.canonical import NotCanonical, canonical, read, readable
from trials.proof.errata import carries_errata, verify_with_errata
from trials.proof.judge import Finding, Verdict, difference, unreadable, verify
from trials.proof.signing import PublicKey

MAX_JSON = 20_000_000
MAX_PDF = 40_000_000
PDF = b"%PDF-"


class Unreadable(ValueError):
    """One line for the person who handed the file in."""

    code = "unreadable"


class Foreign(Unreadable):
    """It can be read, and carries no signed report."""

    code = "foreign"


@dataclass(frozen=True)
class Data:
    raw: bytes
    envelope: Any


def is_pdf(data: bytes) -> bool:
    return PDF in data[:1024]


def read_bytes(path: Path) -> bytes:
    """
    :raises Unreadable: when there is no such file, or it is too large to be a report.
    """
    try:
        if path.stat().st_size > MAX_PDF:
            raise Unreadable(f"{path}: larger than {MAX_PDF // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or 'cannot be read'}") from error


def parse(raw: bytes) -> Data:
    """
    :raises Unreadable: for what is no JSON, however broken or large.
    """
    if len(raw) > MAX_JSON:
        raise Unreadable(f"the signed data is larger than {MAX_JSON // 1_000_000} MB")
    if not raw.strip():
        raise Unreadable("the file is empty")
    try:
        return Data(raw, read(raw))
    except NotCanonical as error:
        raise Unreadable(f"the signed data cannot be read: {error}") from error


def verify_json(raw: bytes, keys: dict[str, PublicKey], previous_hash: str | None = None) -> Verdict:
    """As ``verify``, and the file must be the published one to its last byte."""
    try:
        data = parse(raw)
    except Unreadable as error:
        return unreadable(str(error), error.code)
    return verify_data(data, keys, previous_hash)


def verify_data(data: Data, keys: dict[str, PublicKey], previous_hash: str | None = None) -> Verdict:
    if carries_errata(data.envelope):
        found = verify_with_errata(data.envelope, keys, previous_hash)
    else:
        found = verify(data.envelope, keys, previous_hash)
    form = _form(data) if found.is_signed else None
    return found.but("changed", form) if form else found


def _form(data: Data) -> Finding | None:
    """What was written otherwise than RFC 8785 has it, though it says the same."""
    written = canonical(data.envelope)
    if data.raw == written:
        return None
    where = _out_of_order(data.envelope)
    if where is not None:
        text = f"the names in {readable(where)} stand in another order than they were signed in"
        return difference("changed", f"order of {readable(where)}", text)
    pairs = enumerate(zip(data.raw, written, strict=False))
    place = next((at for at, (one, other) in pairs if one != other), min(len(data.raw), len(written)))
    text = f"the file says the same, but is written otherwise from byte {place + 1:,} on (spaces or spelling)"
    return difference("changed", f"writing from byte {place + 1:,}", text)


def _out_of_order(value: Any) -> tuple[str | int, ...] | None:
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, dict):
            if list(item) != sorted(item, key=lambda name: name.encode("utf-16-be")):
                return path
            waiting += [((*path, name), child) for name, child in item.items()]
        elif isinstance(item, list):
            waiting += [((*path, index), child) for index, child in enumerate(item)]
    return None
