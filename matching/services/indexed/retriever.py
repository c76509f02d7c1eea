"""The retriever over PostgreSQL: candidates from its indexes, scored by the engine beside a sample."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from matching.engine import Hit, Nearness, Prepared
from matching.engine.dense import Role
from matching.engine.rows import rows_of
from matching.engine.sampled import Sample, Terms
from matching.engine.segments import Segment
from matching.services.indexed import counting, sampling
from matching.services.indexed.bases import complete
from matching.services.indexed.finding import Question, candidates, existing
from matching.services.indexed.sampling import Held

DUPLICATES = 50  # neighbours of each text that are compared


def current(max_age: float | None = None) -> "Indexed":
    return Indexed(sampling.held(max_age))


@dataclass(frozen=True)
class Indexed:
    """As `matching.engine.Retriever` says."""

    held: Held

    def search(
        self, query: Prepared, role: Role, k: int, among: set[str] | None = None, *, crowded: bool = True
    ) -> list[Hit]:
        question = self.question(query, role, k, among)
        if question is None or among == set():
            return []
        found = self.best(question, crowded)
        if len(found) < k:  # an index of near things may pass over some that are far
            own = query.key in among if among is not None else True
            if len(found) < min(k, existing(question) - (own and query.role == role)):
                found = self.best(replace(question, exact=True), crowded)
        return found

    def search_many(
        self,
        queries: Sequence[Prepared],
        role: Role,
        k: int,
        among: set[str] | None = None,
        *,
        crowded: bool = True,
        told: bool = True,
    ) -> list[list[Hit]]:
        return [self.search(query, role, k, among, crowded=crowded) for query in queries]

    def measured(self, queries: Sequence[Prepared], role: Role, among: Sequence[set[str]]) -> list[list[Hit]]:
        return [self.search(query, role, len(keys), keys) for query, keys in zip(queries, among, strict=True)]

    def columns(self, queries: Sequence[Prepared], role: Role, keys: set[str]) -> None:
        """An index has no list of all that a query scores: who wants the best queries searches."""
        return

    def beside(self, query: Prepared, role: Role, things: Sequence[Prepared]) -> list[Hit]:
        """Scored beside the best of those that are there, by the counts of those that are there."""
        names, question = {one.key for one in things}, self.question(query, role, len(things))
        if question is None:
            return []
        own = rows_of(Segment.build([complete(question.ground, one) for one in things]))
        rows = [row for row in candidates(question) if row.key not in names]
        found: list[Hit] = self.held.sample.search(
            query, role, len(things), names, crowded=True, counts=question.counts, rows=[*rows, *own]
        )
        return found

    def question(self, query: Prepared, role: Role, k: int, among: set[str] | None = None) -> Question | None:
        ground, totals = self.held.ground, self.held.totals
        if ground is None or not totals.languages(role) or not query.passages or k < 1:
            return None
        counts = counting.counts(ground, totals, role, Terms.of([query]))
        return Question(ground, totals, role, query, counts, k, among)

    def best(self, question: Question, crowded: bool) -> list[Hit]:
        return self.held.sample.search(
            question.query,
            question.role,
            question.k,
            question.among,
            crowded=crowded,
            counts=question.counts,
            rows=candidates(question),
        )

    def near(self, role: Role, beside: Iterable[Prepared] = ()) -> "NearIndexed":
        ground = self.held.ground
        more = tuple(complete(ground, one) if ground else one for one in beside)
        return NearIndexed(self, role, more, self.held.sample.with_things(more))


@dataclass(frozen=True)
class NearIndexed:
    """Candidates for duplicates: what is nearest in each language, or shares the rarest words."""

    retriever: Indexed
    role: Role
    beside: tuple[Prepared, ...]
    sample: Sample

    def of(self, asked: Sequence[Prepared]) -> list[dict[str, Nearness]]:
        return [self.of_one(query) for query in asked]

    def of_one(self, query: Prepared) -> dict[str, Nearness]:
        question = self.retriever.question(query, self.role, DUPLICATES)
        names = {one.key for one in self.beside}
        rows = [row for row in candidates(question) if row.key not in names] if question else []
        return self.sample.near(self.role, rows, self.beside).of([query])[0]
