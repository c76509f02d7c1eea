from typing import Any

from django.core.paginator import Page, Paginator
from rest_framework.pagination import PageNumberPagination


class PageNumbers(PageNumberPagination):
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100


class KeysFirst(Paginator):
    """Picks the keys of a page within its query.

    PostgreSQL computes every column, subqueries too, of each row that OFFSET skips.
    """

    object_list: Any

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = self.object_list.values("pk")[start : start + self.per_page]
        return Page(self.object_list.filter(pk__in=keys), number, self)
