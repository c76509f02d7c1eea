"""Candidates from the indexes of PostgreSQL: near vectors, and passages with the query's rare words."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db import connection, transaction
from pgvector import HalfVector

from matching.engine import Prepared, PreparedPassage
from matching.engine.dense import ROLES, Role
from matching.engine.fusion import MIXTURE
from matching.engine.lexical import K1, K3, B, counted
from matching.engine.rows import Row
from matching.engine.sampled import Counts
from matching.engine.segments import CODES, SCRIPTS
from matching.services.indexed.bases import Ground
from matching.services.indexed.counting import Totals
from matching.services.indexed.reading import COLUMNS, rows_by

# Candidates for each thing wanted, of all languages: of 300,000 texts they hold 99.9 % of the best 100.
NEAR = 8  # by vector
NAMED = 12  # by words
WANTED = 100  # things for which as many are looked for, if fewer are wanted
FEWEST = 100  # of a language, however small its share
TERMS = 30  # that are looked for
READ = 50_000  # passages of these, at most
SELECTIVE = 500  # things of `among` from which all are scored
DEEPER = 2  # as long as a graph takes for one candidate more, so many vectors are compared one by one
EF = 200  # of HNSW; pgvector goes on until it has as many as are asked for
SETTINGS = {
    "hnsw.ef_search": str(EF),
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.scan_mem_multiplier": "8",
    # The planner does not know what it costs to fetch wide values: for a few hundred it would rather compare
    # all vectors, and call others to help.
    "enable_sort": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
SCANNED = 20_000  # rows that HNSW visits at most, pgvector's own limit; more when more are wanted
Found = tuple[int, str]  # id and key of a passage


@dataclass(frozen=True)
class Question:
    """One query to one role, and how many candidates it wants."""

    ground: Ground
    totals: Totals
    role: Role
    query: Prepared
    counts: Counts
    k: int
    among: set[str] | None = None
    exact: bool = False  # whether vectors are compared one by one

    @property
    def at(self) -> int:
        return ROLES.index(self.role)

    @cached_property
    def languages(self) -> dict[int, int]:
        """Code → passages."""
        return self.totals.languages(self.role)

    def quota(self, lang: int, each: int) -> int:
        """A language's part of the candidates: its scores have the same spread as any other's."""
        wanted = each * max(self.k, WANTED) / len(self.query.passages)
        return max(FEWEST, self.k + 1, round(wanted * self.languages[lang] / sum(self.languages.values())))

    @property
    def is_few(self) -> bool:
        """Whether all of `among` are scored."""
        return self.among is not None and len(self.among) <= SELECTIVE

    @property
    def is_compared(self) -> bool:
        """Whether the vectors of `among` are compared one by one, because a graph would take longer."""
        if self.among is None or self.is_few:
            return False
        return self.exact or len(self.among) <= DEEPER * NEAR * max(self.k, WANTED) * self.depth

    @property
    def depth(self) -> float:
        """How many of all bring one of `among`.

        How many things there are nobody counts: no fewer than the largest language has passages, no more than
        all have.
        """
        if self.among is None or self.is_few:
            return 1.0
        sizes = self.languages.values()
        return max(1.0, math.sqrt(max(sizes) * sum(sizes)) / len(self.among))


@dataclass(frozen=True)
class Part:
    """One passage that asks, one language and one way of looking: gives id and key, best first."""

    sql: str
    values: list
    quota: int
    is_near: bool


def candidates(question: Question) -> list[Row]:
    """The rows to be scored: the best of all, beside which others are judged, and those of `among`."""
    parts = list(searches(question))
    with transaction.atomic(), connection.cursor() as cursor:
        prepare(cursor, question)
        rows = answers(cursor, parts)
        found = {pk for part, own in zip(parts, rows, strict=True) for pk, _ in own[: part.quota]}
        if question.is_few:
            found |= of_things(cursor, question)
        elif question.among is not None:
            found |= narrowed(cursor, question, parts, rows)
        return fetch(cursor, found)


def narrowed(cursor, question: Question, parts: Sequence[Part], rows: Sequence[Sequence[Found]]) -> set[int]:
    """The best of `among`: from as much deeper in all, or where these are not enough, one by one."""
    found: set[int] = set()
    wanted = near = 0
    for part, own in zip(parts, rows, strict=True):
        kept = [pk for pk, key in own if key in (question.among or ())][: part.quota]
        found.update(kept)
        if part.is_near:
            wanted, near = wanted + part.quota, near + len(kept)
    if question.is_compared or near < wanted / 2:
        found |= compared(cursor, question)
    return found


def prepare(cursor, question: Question) -> None:
    most = max(question.quota(lang, NEAR) for lang in question.languages) * question.depth
    values = {**SETTINGS, "hnsw.max_scan_tuples": str(max(SCANNED, round(4 * most)))}
    calls = ", ".join("set_config(%s, %s, true)" for _ in values)
    cursor.execute(f"SELECT {calls}", [part for pair in values.items() for part in pair])


def searches(question: Question) -> Iterable[Part]:
    for passage in question.query.passages:
        for lang in question.languages:
            if question.ground.dim:
                yield nearest(question, passage, lang)
            named = naming(question, passage, lang)
            if named:
                yield named


def nearest(question: Question, passage: PreparedPassage, lang: int) -> Part:
    """By vector, through the graph, or one by one."""
    ground, quota = question.ground, question.quota(lang, NEAR)
    of = f"halfvec({ground.dim})"
    asked = HalfVector(ground.asking(question.query, passage, lang)).to_text()
    exact = " + 0" if question.exact else ""  # no index is made of that
    most = quota if question.is_compared else round(quota * question.depth)
    return Part(
        f"SELECT p.id, p.key FROM matching_indexedpassage p"  # noqa: S608  numbers, all of them
        f" WHERE p.basis_id = {ground.pk} AND p.role = {question.at} AND p.lang = {lang}"
        f" ORDER BY (p.vector::{of} <#> %s::{of}){exact} LIMIT {most}",
        [asked],
        quota,
        is_near=True,
    )


def compared(cursor, question: Question) -> set[int]:
    """The nearest of `among`, each of whose vectors is read once."""
    ground = question.ground
    parts, values = [], [",".join(question.among or ())]
    for passage in question.query.passages:
        for lang in question.languages:
            parts.append(
                f"(SELECT id FROM chosen WHERE lang = {lang}"  # noqa: S608  numbers, all of them
                f" ORDER BY vector <#> %s::halfvec({ground.dim}) LIMIT {question.quota(lang, NEAR)})"
            )
            values.append(HalfVector(ground.asking(question.query, passage, lang)).to_text())
    cursor.execute(
        "WITH chosen AS MATERIALIZED (SELECT p.id, p.lang, p.vector FROM matching_indexedpassage p"  # noqa: S608
        f" WHERE p.basis_id = {ground.pk} AND p.role = {question.at}"
        " AND p.key = ANY(string_to_array(%s, ','))) " + " UNION ".join(parts),
        values,
    )
    return {pk for (pk,) in cursor.fetchall()}


def naming(question: Question, passage: PreparedPassage, lang: int) -> Part | None:
    """By the words and concepts that tell most; ordered by about what BM25 would say."""
    terms, weights = telling(question, passage, lang)
    if not terms:
        return None
    size, length, _ = question.totals.of[question.at, lang]
    constant, by_length = K1 * (1 - B), K1 * B / max(length / size, 1e-9)
    quota = question.quota(lang, NAMED)
    return Part(
        f"SELECT p.id, p.key FROM unnest(%s::bigint[], %s::float8[]) AS asked(term, weight)"  # noqa: S608
        f" JOIN matching_indexedpassage p ON p.terms @> ARRAY[asked.term] GROUP BY p.id ORDER BY"
        f" sum(asked.weight) / (1 + {constant}::float8 + {by_length}::float8 * p.length) DESC, p.id"
        f" LIMIT {round(quota * question.depth)}",
        [terms, weights],
        quota,
        is_near=False,
    )


def telling(question: Question, passage: PreparedPassage, lang: int) -> tuple[list[int], list[float]]:
    """The terms that weigh most, as the index holds them, and how much; few where many have them."""
    same = SCRIPTS[lang] == SCRIPTS[CODES[passage.lang]]
    kinds = {
        "words": (passage.tokens, MIXTURE.words if same else MIXTURE.words_across, int(SCRIPTS[lang])),
        "concepts": (passage.concepts, MIXTURE.concepts if same else MIXTURE.concepts_across, 0),
    }
    found: list[tuple[float, int, float]] = []
    for kind, (bag, share, group) in kinds.items():
        known = getattr(question.counts, kind)
        ids, tf = counted(bag)
        df = known.frequencies[np.searchsorted(known.terms, ids), group]
        weights = share * known.idf_of(ids)[:, group] * tf * (K3 + 1) / (tf + K3)
        marked = question.ground.marked(ids, question.at, lang, kind)
        here = df * (question.languages[lang] / max(known.sizes[group], 1))
        rows = zip((-weights).tolist(), marked.tolist(), here.tolist(), strict=True)
        found += [row for row, there in zip(rows, df.tolist(), strict=True) if there]
    kept: dict[int, float] = {}
    read = 0.0
    for weight, term, passages in sorted(found):
        if len(kept) < TERMS and (not kept or read + passages <= READ):
            kept[term] = -weight
            read += passages
    return list(kept), list(kept.values())


def answers(cursor, parts: Sequence[Part]) -> list[list[Found]]:
    """The rows of each part, in its order: PostgreSQL gives one part after the other."""
    found: list[list[Found]] = [[] for _ in parts]
    if parts:
        said = " UNION ALL ".join(
            f"SELECT {place}, one.* FROM ({part.sql}) AS one"  # noqa: S608
            for place, part in enumerate(parts)
        )
        cursor.execute(said, [value for part in parts for value in part.values])
        for place, pk, key in cursor.fetchall():
            found[place].append((pk, key))
    return found


def of_things(cursor, question: Question) -> set[int]:
    cursor.execute(
        "SELECT id FROM matching_indexedpassage WHERE basis_id = %s AND role = %s AND key = ANY(%s)",
        [question.ground.pk, question.at, sorted(question.among or ())],
    )
    return {pk for (pk,) in cursor.fetchall()}


def fetch(cursor, ids: set[int]) -> list[Row]:
    """What is scored of these passages, as far as they are public."""
    numbers = ",".join(map(str, sorted(ids)))
    return rows_by(
        cursor,
        f"SELECT {COLUMNS} FROM matching_indexedpassage p"  # noqa: S608  numbers, all of them
        f" JOIN matching_profile f ON f.id = p.profile_id AND f.is_public WHERE p.id = ANY('{{{numbers}}}')",
    )


def existing(question: Question) -> int:
    """How many things of the role there are, or of `among`."""
    told, values = ("", []) if question.among is None else (" AND p.key = ANY(%s)", [sorted(question.among)])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT p.key) FROM matching_indexedpassage p"  # noqa: S608
            " JOIN matching_profile f ON f.id = p.profile_id AND f.is_public"
            f" WHERE p.basis_id = %s AND p.role = %s{told}",
            [question.ground.pk, question.at, *values],
        )
        return int(cursor.fetchone()[0])
