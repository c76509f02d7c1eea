"""Crowding of every passage, measured once for each basis; new passages count as the average until then."""

from collections.abc import Iterator, Sequence

import numpy as np
from django.db import connection

from matching.engine import crowding
from matching.engine.crowding import Asking
from matching.engine.dense import ROLES, Role
from matching.engine.lexical import Array
from matching.engine.rows import Row, segment_of, widths_of
from matching.engine.sampled import Counts, Sample, Terms
from matching.models import IndexedPassage
from matching.services.indexed import counting, drawing
from matching.services.indexed.bases import Ground

ROWS = 4096  # measured at once
# Of each role and language for the scale: with 2,000 the best hundred lost four, with 20,000 of 100,000
# texts a third of one beside an exact scale.
DRAWN = 50_000
Scripts = Sequence[tuple[int, Asking, crowding.Scales]]


def measure(ground: Ground, progress) -> None:
    """Before the graphs are made: a row that is updated is entered anew in every index."""
    totals = counting.totals(ground.pk)
    sample = Sample.of(drawing.segments(ground, totals, DRAWN), ground.known)
    for role, other in crowding.SIDES:
        whole = sum(totals.languages(role).values())
        if whole:
            measure_role(ground, totals, sample, role, other, lambda done: progress("crowding", done, whole))  # noqa: B023


def measure_role(ground: Ground, totals, sample: Sample, role: Role, other: Role, told) -> None:
    asking = [crowding.sample(sample.snapshot, other, script) for script in (0, 1)]
    terms = Terms(union([one.words.terms for one in asking]), union([one.concepts.terms for one in asking]))
    counts = counting.counts(ground, totals, role, terms)
    counted = sample.with_counts(role, terms, counts)
    scripts = [
        (script, one, crowding.scales(counted, role, one, script)) for script, one in enumerate(asking)
    ]
    done = 0
    for rows in batches(ground, role):
        write(measured(sample, role, rows, terms, counts, scripts))
        done += len(rows)
        told(done)


def union(parts: Sequence[Array]) -> Array:
    return np.unique(np.concatenate(parts))


def batches(ground: Ground, role: Role) -> Iterator[dict[int, Row]]:
    """By id."""
    after = 0
    passages = IndexedPassage.objects.filter(basis=ground.pk, role=ROLES.index(role)).order_by("pk")
    while pks := list(passages.filter(pk__gt=after).values_list("pk", flat=True)[:ROWS]):
        yield {pk: row for pk, (_, row) in drawing.read(pks).items()}
        after = pks[-1]


def measured(
    sample: Sample, role: Role, rows: dict[int, Row], terms: Terms, counts: Counts, scripts: Scripts
) -> dict[int, list[float]]:
    """Id → crowding by script that asks."""
    segment = segment_of(list(rows.values()), sample.models, terms.words, terms.concepts)
    widths = widths_of(list(rows.values()), sample.models)
    snapshot = sample.beside(role, [segment], counts, widths)
    face = snapshot.face(role)
    found = np.array([crowding.nearest(snapshot, face, role, one, at, scales) for at, one, scales in scripts])
    places = {place: i for i, place in enumerate(zip(segment.keys, segment.langs.tolist(), strict=True))}
    return {pk: found[:, places[row.key, row.lang]].tolist() for pk, row in rows.items()}


def write(crowding_of: dict[int, list[float]]) -> None:
    english, chinese = zip(*crowding_of.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE matching_indexedpassage p SET crowding = ARRAY[new.en, new.zh]"
            " FROM unnest(%s::bigint[], %s::float8[], %s::float8[]) AS new(id, en, zh) WHERE p.id = new.id",
            [list(crowding_of), list(english), list(chinese)],
        )
