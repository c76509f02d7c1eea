"""The index finds what a search of everything finds, in a collection of thousands."""

import random

import pytest
from django.db import connection, transaction

from innoportal.bench import knowing, retrieving, sources, things
from innoportal.bench.organisations import organisations
from innoportal.demonstration.people import assemble
from matching import services
from matching.engine.sampled import Terms
from matching.models import Basis
from matching.services import indexed, retrievers, shelf
from matching.services.indexed import building, counting, drawing, finding, sampling
from matching.services.profiles import prepared
from solutions.models import Solution
from topics.models import Topic

pytestmark = pytest.mark.scale


def fill(wishes: int, solutions: int) -> None:
    """Texts mixed from the demonstration's, with what the engine knows of them; no matches."""
    chance = random.Random(4)
    cast = assemble()
    every = organisations(list(cast.organisations.values()), 10, 20)
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    for side, count, name in (("wish", wishes, "officer"), ("solution", solutions, "vendor")):
        texts = sources.demonstration(side)
        makers = things.Cast(every[side], cast.people[name], cast.people["office"], topics)
        knowing.know(things.Maker(side, texts, makers, chance).make(count), texts, 4)


@pytest.fixture
def full(settings, tmp_path, committed):
    """Committed, as the portal has it: the transaction that makes an index may be kept from using it."""
    settings.MATCHING_EMBEDDERS = ["use"]
    settings.MATCHING_SNAPSHOT_DIR = tmp_path / "snapshots"
    (tmp_path / "snapshots").mkdir()
    retrievers.forget()
    fill(800, 3000)
    settings.MATCHING_BACKEND = "indexed"
    assert building.build() > 5000
    yield
    building.drop(Basis.objects.values_list("pk", flat=True))
    retrievers.forget()


def recalls(found):
    return {name: one["recall"] for name, one in found.items() if name != "index"}


def plan(asked):
    """How PostgreSQL looks for the passages that are near to a query."""
    held = sampling.held()
    counts = counting.counts(held.ground, held.totals, "solution", Terms.of([asked]))
    question = finding.Question(held.ground, held.totals, "solution", asked, counts, 20)
    part = finding.nearest(question, asked.passages[0], 0)
    with transaction.atomic(), connection.cursor() as cursor:
        finding.prepare(cursor, question)
        cursor.execute(f"EXPLAIN {part.sql}", part.values)
        return held.ground.pk, "\n".join(row for (row,) in cursor.fetchall())


def test_of_the_best_hundred_the_index_finds_ninety_nine(full, monkeypatch):
    found = retrieving.compare(25)
    assert len(recalls(found)) == 4
    assert {name: recall for name, recall in recalls(found).items() if recall < 0.99} == {}
    basis, said = plan(*retrieving.drawn("wish", 1))
    assert f"Index Scan using {building.graphs(basis)}1_0" in said
    monkeypatch.setattr(drawing, "HELD", 500)  # a fifth of them in memory
    indexed.forget()
    found = retrieving.compare(25)
    assert not sampling.held().sample.is_whole
    assert {name: recall for name, recall in recalls(found).items() if recall < 0.9} == {}


def test_a_repeated_text_among_thousands_is_found_by_both(full):
    first, second = Solution.objects.public().order_by("pk")[:2]
    names = [f"{name}_{lang}" for name in ("title", "summary", "method") for lang in ("en", "zh")]
    Solution.objects.filter(pk=second.pk).update(**{name: getattr(first, name) for name in names})
    second.refresh_from_db()
    services.profiles([first, second])
    asked = list(prepared("solution", [second.pk]).values())
    for retriever in (shelf.current(max_age=0), indexed.current(max_age=0)):
        (near,) = retriever.near("solution").of(asked)
        assert f"s{first.pk}" in near
