"""Rows of the index, written in the transaction that writes the profile."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from pgvector import HalfVector

from matching.engine import Prepared
from matching.engine.dense import ROLES
from matching.engine.lexical import Array
from matching.engine.rows import Row, rows_of
from matching.engine.segments import Segment
from matching.models import Basis, IndexedPassage, Profile
from matching.records import unpack
from matching.services.indexed import bases
from matching.services.indexed.bases import Ground

INDEXED = "indexed"


def is_on() -> bool:
    return bool(settings.MATCHING_BACKEND == INDEXED)


def follow(profiles: Iterable[Profile]) -> None:
    """Bring the index to what these profiles are now; nothing while searches do not use it."""
    if not is_on():
        return
    versions: dict[str, list[Profile]] = {}
    for row in profiles:
        versions.setdefault(row.engine_version, []).append(row)
    for version, rows in versions.items():
        basis = bases.serving(version) or first(version, rows)
        if basis:
            write(bases.ground(basis.pk), rows)


def first(version: str, rows: Sequence[Profile]) -> Basis | None:
    """What the first texts of a version are measured from, until `build` takes a basis from more of them."""
    public = [unpack(row.record) for row in rows if row.is_public]
    if not public:
        return None
    basis = bases.make(version, public)
    Basis.objects.filter(pk=basis.pk).update(ready_at=timezone.now())
    return basis


@transaction.atomic
def write(ground: Ground, rows: Sequence[Profile]) -> int:
    """The passages of these profiles anew; how many there are."""
    IndexedPassage.objects.filter(basis=ground.pk, profile__in=[row.pk for row in rows])._raw_delete(
        "default"
    )
    public = {row.engine_key: row for row in rows if row.is_public}
    prepared = {row.engine_key: unpack(row.record) for row in public.values()}
    found: list[IndexedPassage] = []
    for role in ROLES:
        found += passages(ground, role, [one for one in prepared.values() if one.role == role], public)
    IndexedPassage.objects.bulk_create(found)
    return len(found)


def passages(
    ground: Ground, role, prepared: Sequence[Prepared], profiles: dict[str, Profile]
) -> list[IndexedPassage]:
    segment = Segment.build([bases.complete(ground, one) for one in prepared])
    if not segment.keys:
        return []
    vectors, widths = ground.vectors(segment, role)
    return [
        passage(ground, ROLES.index(role), row, vector, profiles[row.key])
        for row, vector in zip(rows_of(segment, widths), vectors, strict=True)
    ]


def passage(ground: Ground, role: int, row: Row, vector: Array, profile: Profile) -> IndexedPassage:
    words, concepts = row.terms
    terms = [
        *ground.marked(words, role, row.lang, "words").tolist(),
        *ground.marked(concepts, role, row.lang, "concepts").tolist(),
    ]
    return IndexedPassage(
        basis_id=ground.pk,
        profile=profile,
        stamp=profile.updated_at,
        key=row.key,
        role=role,
        lang=row.lang,
        lot=bases.lot(row.key),
        terms=terms,
        length=row.length,
        mentions=row.mentions,
        vector=HalfVector(vector),
        words=row.words,
        concepts=row.concepts,
        numbers=row.vectors,
        widths=row.widths,
    )


def leave(profiles: QuerySet[Profile]) -> None:
    """What is not public any more is found no more, in any basis."""
    if is_on():
        IndexedPassage.objects.filter(profile__in=profiles).delete()
