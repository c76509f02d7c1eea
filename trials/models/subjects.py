"""What the lists of trials and of reports read of the match: its two sides, and no more."""

from typing import TypedDict

from django.db.models import OuterRef, Prefetch, Subquery
from django.db.models.functions import JSONObject

from solutions.models import Solution
from wishes.models import Wish

# What is large in a match, and says nothing of its trial.
JUDGEMENT = ("match__signals", "match__score", "match__explanation")


def subjects(match: str) -> list[Prefetch]:
    """Wish, solution and their organisations, by queries of their own.

    Joined to the rest, they were seven tables: to plan that took longer than to read, and as long as minutes
    where the statistics were old.
    """
    columns = (
        *("key", "reference", "status", "title_en", "title_zh"),
        *("organisation__slug", "organisation__name_en", "organisation__name_zh"),
    )
    return [
        Prefetch(f"{match}__{name}", model.objects.select_related("organisation").only(*columns))
        for name, model in (("wish", Wish), ("solution", Solution))
    ]


class Side(TypedDict):
    """A wish or a solution as cards read it: its title, and the names of its organisation."""

    title_en: str
    title_zh: str
    name_en: str
    name_zh: str


def sides(match: str) -> dict[str, Subquery]:
    """Wish and solution as columns: two queries, and four objects a row, for four texts took longer."""
    told = JSONObject(
        **{column: column for column in ("title_en", "title_zh")},
        **{column: f"organisation__{column}" for column in ("name_en", "name_zh")},
    )
    return {
        f"shown_{name}": Subquery(model.objects.filter(pk=OuterRef(f"{match}__{name}_id")).values(told=told))
        for name, model in (("wish", Wish), ("solution", Solution))
    }
