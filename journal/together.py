"""What one person does to many things in one go: each entry of it bears the number of the whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    number: str
    entry: int  # the entry that tells of the whole


_now: ContextVar[Action | None] = ContextVar("together", default=None)


@contextmanager
def together(number: str, entry: int) -> Iterator[None]:
    token = _now.set(Action(number, entry))
    try:
        yield
    finally:
        _now.reset(token)


def action() -> Action | None:
    """The one that is under way; None for what is done to one thing alone."""
    return _now.get()
