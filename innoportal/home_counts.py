"""How much the portal holds, as the front page says: five counts in one query that is composed once."""

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from matching.models import Match
from solutions.models import Solution
from trials.models import Report, Trial
from wishes.models import Wish


def counts() -> dict[str, int]:
    sql, params = _question()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


@cache
def _question() -> tuple[str, tuple]:
    asked = {
        "wishes": Wish.objects.public(),
        "solutions": Solution.objects.public(),
        "matches": _public_matches(),
        "trials": Trial.objects.public(),
        "reports": Report.objects.filter(status=Report.Status.PUBLISHED),
    }
    columns: list[str] = []
    params: list[Any] = []
    for name, rows in asked.items():
        sql, given = rows.values("pk").query.sql_with_params()
        columns.append(f"(SELECT COUNT(*) FROM ({sql}) AS rows) AS {name}")  # noqa: S608  Django's own SQL
        params += given
    return f"SELECT {', '.join(columns)}", tuple(params)


def _public_matches() -> QuerySet[Match]:
    """As `Match.objects.public()`, by way of the few things that are hidden, not of all that are public."""
    hidden_wishes = Wish.objects.filter(status__in=[one for one in Wish.Status if one not in Wish.PUBLIC])
    hidden_solutions = Solution.objects.filter(
        status__in=[one for one in Solution.Status if one not in Solution.PUBLIC]
    )
    return Match.objects.filter(status__in=Match.PUBLIC).exclude(
        Q(wish__in=hidden_wishes) | Q(solution__in=hidden_solutions)
    )
