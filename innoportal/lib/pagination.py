from typing import Any, ClassVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from rest_framework.pagination import PageNumberPagination


class PageNumbers(PageNumberPagination):
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100


class KeysFirst(Paginator):
    """Picks the keys of a page within the query of its rows.

    PostgreSQL computes every column, subqueries too, of each row that OFFSET skips. `rows` is what the page
    reads of the keys picked, made once for all requests; what is listed and in what order `object_list` says.
    """

    object_list: Any

    def __init__(self, object_list: Any, per_page: int, *, rows: QuerySet, **kwargs: Any) -> None:
        super().__init__(object_list, per_page, **kwargs)
        self.rows = rows

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = self.object_list.values("pk")[start : start + self.per_page]
        order = self.object_list.query.order_by
        return Page(self.rows.filter(pk__in=keys).order_by(*order), number, self)


class KeysFirstMixin:
    """A list whose pages are read from `rows`, whatever narrows the list."""

    paginator_class = KeysFirst
    rows: ClassVar[QuerySet]

    def get_paginator(self, *args: Any, **kwargs: Any) -> KeysFirst:
        return super().get_paginator(*args, rows=self.rows, **kwargs)  # type: ignore[misc]
