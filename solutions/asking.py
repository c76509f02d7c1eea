"""The wishes that solutions answer, by the registry: rooms of one floor import nothing of each other."""

from typing import Any

from django.apps import apps
from django.db.models import Q

from solutions.models import Solution


def wishes() -> Any:
    return apps.get_model("wishes", "Wish").objects.all()


def open_wish(reference: str) -> Any | None:
    """The wish of this public number, while it takes answers."""
    return wishes().open().filter(reference=reference.strip().upper()).first()


def departments_of(solution: Solution) -> set[int]:
    """Whose wishes it answers; of a wish that was merged, the one in which it goes on."""
    named = wishes().filter(reference__in=solution.interests.values("wish_reference"))
    rows = named.values_list("organisation_id", "merged_into__organisation_id")
    return {merged or own for own, merged in rows}


def references_of(user: Any) -> Any:
    """Of the wishes of one's departments, also those that were merged into them; a subquery."""
    mine = list(user.membership_roles)
    return (
        wishes()
        .filter(
            Q(merged_into__organisation__in=mine) | Q(merged_into=None, organisation__in=mine),
            reference__isnull=False,
        )
        .values("reference")
    )
