"""Counts that end where nobody reads on: to count all that fits may read more than the page shows."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator


class AtLeast(int):
    """So many, and more that were not counted: written with a plus sign, in every language."""

    def __format__(self, spec: str) -> str:
        return f"{int(self):{spec}}+"


def up_to(most: int, rows: Any) -> int:
    """How many rows there are; AtLeast `most` when there are more."""
    count = rows.values("pk")[: most + 1].count()
    return AtLeast(most) if count > most else count


class CappedPaginator(Paginator):
    """Eighty pages of twenty-five, past which a filter helps and the next page does not.

    `counted` are the same rows, asked for in a way that is cheaper to count.
    """

    most = 2000

    def __init__(self, object_list: Any, per_page: int, *, counted: Any, **kwargs: Any) -> None:
        super().__init__(object_list, per_page, **kwargs)
        self.counted = counted

    @cached_property
    def count(self) -> int:
        return up_to(self.most, self.counted.order_by())
