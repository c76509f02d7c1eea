"""Trials and reports by what they are about."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from matching.services import LONGEST, search

NEAREST = 200  # wishes and solutions together: a trial needs one of its two


def about(rows: QuerySet, text: str, match: str, *, user: Any) -> QuerySet:
    """Those of `rows` whose wish or solution the engine finds, is called so, or which bear this number.

    `match` leads from a row to its match. Only the wishes and solutions of `rows` are looked through.
    """
    text = text[:LONGEST]
    wish, solution = f"{match}__wish", f"{match}__solution"
    pairs = list(rows.order_by().values_list(wish, solution).distinct())
    among = {"wish": {pair[0] for pair in pairs}, "solution": {pair[1] for pair in pairs}}
    found = search(text, user=user, k=NEAREST, among=among)
    tried = match.removesuffix("match") + "reference"
    titles = [f"{side}__title_{language}" for side in (wish, solution) for language in ("en", "zh")]
    numbers = {"reference", tried, f"{wish}__reference", f"{solution}__reference"}
    return rows.filter(
        reduce(or_, (Q(**{f"{title}__icontains": text}) for title in titles))
        | reduce(or_, (Q(**{f"{number}__iexact": text}) for number in sorted(numbers)))
        | Q(**{f"{wish}__in": [one.pk for one in found if one.side == "wish"]})
        | Q(**{f"{solution}__in": [one.pk for one in found if one.side == "solution"]})
    )
