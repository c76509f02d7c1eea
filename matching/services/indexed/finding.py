"""Candidates from the indexes of PostgreSQL: near vectors, and passages with the query's rare words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from pgvector import HalfVector

from matching.engine import Prepared, PreparedPassage
from matching.engine.dense import ROLES, Role
from matching.engine.fusion import MIXTURE
from matching.engine.lexical import K1, B, term_id
from matching.engine.rows import Row
from matching.engine.sampled import Counts
from matching.engine.segments import CODES, SCRIPTS
from matching.services.indexed.bases import Ground
from matching.services.indexed.counting import Totals

NEAR = 1600  # candidates by vector, of all languages: of 16,000 real texts these two brought 99.9 % of
NAMED = 600  # the best 100; with 800 and 300 half of one in a hundred was lost
TIMES = 8  # as many for each thing wanted, where that is more
FEWEST = 100  # of a language, however small its share
RAREST = 14  # terms that are looked for, and more while these have few passages
READ = 5_000
MOST = 50_000  # passages of the terms looked for
SELECTIVE = 1000  # things of `among` from which all are scored
EF = 200  # of HNSW; pgvector goes on until it has as many as are asked for
SETTINGS = {"hnsw.ef_search": str(EF), "hnsw.iterative_scan": "relaxed_order", "jit": "off"}
SCANNED = 20_000  # rows that HNSW visits at most, pgvector's own limit; more when more are wanted
COLUMNS = "p.key, p.lang, p.words, p.concepts, p.length, p.mentions, p.numbers, p.crowding"
NOWHERE = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Question:
    """One query to one role, and how many candidates it wants."""

    ground: Ground
    totals: Totals
    role: Role
    query: Prepared
    counts: Counts
    k: int
    exact: bool = False  # whether vectors are compared one by one

    @property
    def at(self) -> int:
        return ROLES.index(self.role)

    def quota(self, lang: int, whole: int) -> int:
        """A language's part of the candidates: its scores have the same spread as any other's."""
        languages = self.totals.languages(self.role)
        asking = len(self.query.passages)
        wanted = max(whole, TIMES * self.k) * languages[lang] / sum(languages.values()) / asking
        return max(FEWEST, self.k + 1, round(wanted))


def candidates(question: Question, among: set[str] | None) -> list[Row]:
    """The rows to be scored: the best of all, beside which others are judged, and those of `among`."""
    parts = list(searches(question, None))
    few = among is not None and len(among) <= SELECTIVE
    if among is not None and not few:
        parts += searches(question, among)
    with transaction.atomic(), connection.cursor() as cursor:
        prepare(cursor, question)
        found = union(cursor, parts)
        if among is not None and few:
            found |= of_things(cursor, question, among)
        return fetch(cursor, found)


def prepare(cursor, question: Question) -> None:
    scanned = max(
        SCANNED, 4 * max(question.quota(lang, NEAR) for lang in question.totals.languages(question.role))
    )
    values = {**SETTINGS, "hnsw.max_scan_tuples": str(scanned)}
    calls = ", ".join("set_config(%s, %s, true)" for _ in values)
    cursor.execute(f"SELECT {calls}", [part for pair in values.items() for part in pair])


def searches(question: Question, among: set[str] | None) -> Iterable[tuple[str, list]]:
    """One part of the union for each passage that asks, each language and each way of looking."""
    for passage in question.query.passages:
        for lang in question.totals.languages(question.role):
            if question.ground.dim:
                yield nearest(question, passage, lang, among)
            named = naming(question, passage, lang, among)
            if named:
                yield named


def nearest(
    question: Question, passage: PreparedPassage, lang: int, among: set[str] | None
) -> tuple[str, list]:
    """By vector: through the index, or one by one where a filter would leave the index too few."""
    ground = question.ground
    of = f"halfvec({ground.dim})"
    asked = HalfVector(ground.asking(question.query, passage)).to_text()
    exact = " + 0" if among is not None or question.exact else ""  # no index is made of that
    told, values = filtered(among)
    return (
        f"SELECT p.id FROM matching_indexedpassage p"  # noqa: S608  numbers, all of them
        f" WHERE p.basis_id = {ground.pk} AND p.role = {question.at} AND p.lang = {lang}{told}"
        f" ORDER BY (p.vector::{of} <#> %s::{of}){exact} LIMIT {question.quota(lang, NEAR)}",
        [*values, asked],
    )


def naming(
    question: Question, passage: PreparedPassage, lang: int, among: set[str] | None
) -> tuple[str, list] | None:
    """By the words and concepts that few have; ordered by about what BM25 would say."""
    terms, weights = rare(question, passage, lang)
    if not terms:
        return None
    size, length, _ = question.totals.of[question.at, lang]
    told, values = filtered(among)
    relative = f"{K1} * ({1 - B} + {B} * p.length / {max(length / size, 1e-9)}::float8)"
    return (
        f"SELECT p.id FROM unnest(%s::bigint[], %s::float8[]) AS asked(term, weight)"  # noqa: S608
        f" JOIN matching_indexedpassage p ON p.terms @> ARRAY[asked.term]{told}"
        f" GROUP BY p.id ORDER BY sum(asked.weight) / (1 + {relative}) DESC, p.id"
        f" LIMIT {question.quota(lang, NAMED)}",
        [terms, weights, *values],
    )


def filtered(among: set[str] | None) -> tuple[str, list]:
    return ("", []) if among is None else (" AND p.key = ANY(%s)", [sorted(among)])


def rare(question: Question, passage: PreparedPassage, lang: int) -> tuple[list[int], list[float]]:
    """The rarest terms as the index holds them, with their weights."""
    same = SCRIPTS[lang] == SCRIPTS[CODES[passage.lang]]
    kinds = {
        "words": (passage.tokens, MIXTURE.words if same else MIXTURE.words_across, int(SCRIPTS[lang])),
        "concepts": (passage.concepts, MIXTURE.concepts if same else MIXTURE.concepts_across, 0),
    }
    found: list[tuple[int, int, float]] = []
    for kind, (bag, share, group) in kinds.items():
        known = getattr(question.counts, kind)
        ids = np.array([term_id(word) for word in Counter(bag)], np.uint64)
        df = known.frequencies[np.searchsorted(known.terms, ids), group]
        idf = np.log1p((known.sizes[group] - df + 0.5) / (df + 0.5))
        marked = question.ground.marked(ids, question.at, lang, kind)
        rows = zip(df.tolist(), marked.tolist(), (share * idf).tolist(), strict=True)
        found += [row for row in rows if row[0]]
    found.sort()
    read = np.cumsum([df for df, _, _ in found])
    kept = [
        row for i, row in enumerate(found) if i == 0 or (read[i] <= MOST and (i < RAREST or read[i] <= READ))
    ]
    return [term for _, term, _ in kept], [weight for _, _, weight in kept]


def union(cursor, parts: Sequence[tuple[str, list]]) -> set[int]:
    if not parts:
        return set()
    said = " UNION ".join(f"({sql})" for sql, _ in parts)
    cursor.execute(said, [value for _, values in parts for value in values])
    return {pk for (pk,) in cursor.fetchall()}


def of_things(cursor, question: Question, keys: set[str]) -> set[int]:
    cursor.execute(
        "SELECT id FROM matching_indexedpassage WHERE basis_id = %s AND role = %s AND key = ANY(%s)",
        [question.ground.pk, question.at, sorted(keys)],
    )
    return {pk for (pk,) in cursor.fetchall()}


def fetch(cursor, ids: set[int]) -> list[Row]:
    """What is scored of these passages, as far as they are public."""
    cursor.execute(
        f"SELECT {COLUMNS} FROM matching_indexedpassage p"  # noqa: S608
        " JOIN matching_profile f ON f.id = p.profile_id AND f.is_public WHERE p.id = ANY(%s)",
        [sorted(ids)],
    )
    return [row_of(*columns) for columns in cursor.fetchall()]


def row_of(key, lang, words, concepts, length, mentions, numbers, crowding) -> Row:
    known = NOWHERE if crowding is None else tuple(crowding)
    return Row(key, lang, bytes(words), bytes(concepts), length, mentions, bytes(numbers), known)


def existing(question: Question, among: set[str] | None) -> int:
    """How many things of the role there are, or of `among`."""
    told, values = filtered(among)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT p.key) FROM matching_indexedpassage p"  # noqa: S608
            " JOIN matching_profile f ON f.id = p.profile_id AND f.is_public"
            f" WHERE p.basis_id = %s AND p.role = %s{told}",
            [question.ground.pk, question.at, *values],
        )
        return int(cursor.fetchone()[0])
