"""The addresses of the story's things, the same in every telling."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from accounts.models import people


@contextmanager
def told_alike(seed: int = 2026) -> Iterator[None]:
    """Keys are drawn from a seed while the story is told.

    They hide nothing there: everyone of the demonstration signs in by a passphrase that is published.
    """
    drawn, secret = Random(seed), people.get_random_string  # noqa: S311

    def chosen(length: int, allowed_chars: str = people.LETTERS) -> str:
        return "".join(drawn.choices(allowed_chars, k=length))

    people.get_random_string = chosen
    try:
        yield
    finally:
        people.get_random_string = secret
