"""Passages by lot, always the same: those with the lowest lots of each role and language."""

from collections.abc import Sequence

from django.db import connection

from matching.engine.dense import ROLES, Role
from matching.engine.rows import Row, segment_of
from matching.engine.segments import Segment
from matching.services.indexed.bases import Ground
from matching.services.indexed.counting import Totals
from matching.services.indexed.reading import COLUMNS, copied, row_of

HELD = 4000  # of a role and language, that each process holds and keeps in step


def is_large(totals: Totals) -> bool:
    """Whether there are more than a process holds."""
    return any(passages > HELD for passages, _, _ in totals.of.values())


def draw(ground: Ground, totals: Totals, most: int, roles: Sequence[int] = (0, 1)) -> dict[int, None]:
    """Their ids."""
    parts = [
        f"(SELECT id FROM matching_indexedpassage WHERE basis_id = {ground.pk} AND role = {role}"  # noqa: S608
        f" AND lang = {lang} ORDER BY lot LIMIT {most})"
        for role, lang in sorted(totals.of)
        if role in roles
    ]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {pk: None for (pk,) in cursor.fetchall()}


def read(ids: Sequence[int]) -> dict[int, tuple[int, Row]]:
    """Id → role, row."""
    numbers = ",".join(map(str, ids))
    with connection.cursor() as cursor:
        sql = (
            f"SELECT {COLUMNS}, p.id, p.role FROM matching_indexedpassage p"  # noqa: S608  numbers, all of them
            f" WHERE p.id = ANY('{{{numbers}}}')"
        )
        return {
            int.from_bytes(pk): (int.from_bytes(role), row_of(fields))
            for *fields, pk, role in copied(cursor, sql)
        }


def segments(ground: Ground, totals: Totals, most: int) -> dict[Role, Segment]:
    """One role after the other: rows take more memory than what is made of them."""
    found = {}
    for at, role in enumerate(ROLES):
        rows = read(list(draw(ground, totals, most, [at])))
        found[role] = segment_of([row for _, row in rows.values()], ground.models)
    return found
