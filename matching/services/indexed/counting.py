"""BM25's counts from the ledgers in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from matching.engine.dense import ROLES, Role
from matching.engine.lexical import Collection
from matching.engine.sampled import Counts, Terms
from matching.engine.segments import SCRIPTS
from matching.services.indexed.bases import Ground

Place = tuple[int, int]  # role, language


@dataclass(frozen=True)
class Totals:
    """Passages, words and concepts of each role and language; `mark` differs after every change."""

    mark: tuple[int, int]
    of: Mapping[Place, tuple[int, int, int]]

    def languages(self, role: Role) -> dict[int, int]:
        """Code → passages."""
        return {lang: sizes[0] for (r, lang), sizes in sorted(self.of.items()) if r == ROLES.index(role)}


def totals(basis: int) -> Totals:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role, lang, sum(passages), sum(words), sum(mentions), count(*), max(id)"
            " FROM matching_passagecount WHERE basis = %s GROUP BY role, lang",
            [basis],
        )
        rows = cursor.fetchall()
    of = {(role, lang): (int(n), int(words), int(m)) for role, lang, n, words, m, _, _ in rows if n > 0}
    return Totals((sum(row[5] for row in rows), max((row[6] for row in rows), default=0)), of)


def counts(ground: Ground, totals: Totals, role: Role, terms: Terms) -> Counts:
    """Of the terms of a query; a term that is nowhere is counted, with nought."""
    at = ROLES.index(role)
    languages = totals.languages(role)
    asked = {
        (lang, kind): ground.marked(getattr(terms, kind), at, lang, kind)
        for lang in languages
        for kind in ("words", "concepts")
    }
    known = frequencies([int(term) for ids in asked.values() for term in ids])
    words, concepts = np.zeros((len(terms.words), 2), np.int64), np.zeros((len(terms.concepts), 1), np.int64)
    for (lang, kind), ids in asked.items():
        found = np.array([known.get(int(term), 0) for term in ids], np.int64)
        if kind == "words":
            words[:, SCRIPTS[lang]] += found
        else:
            concepts[:, 0] += found
    sizes, tokens = np.zeros(2, np.int64), np.zeros(2, np.int64)
    mentions = 0
    for lang in languages:
        size, length, named = totals.of[at, lang]
        sizes[SCRIPTS[lang]] += size
        tokens[SCRIPTS[lang]] += length
        mentions += named
    whole = np.array([sizes.sum()])
    return Counts(
        Collection(terms.words, words, sizes, tokens),
        Collection(terms.concepts, concepts, whole, np.array([mentions])),
        languages,
    )


def frequencies(terms: Sequence[int]) -> dict[int, int]:
    if not terms:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term, sum(passages) FROM matching_termcount WHERE term = ANY(%s) GROUP BY term",
            [list(terms)],
        )
        return {term: int(count) for term, count in cursor.fetchall()}


def sum_up() -> None:
    """Make one row of the many that a term has, and none where the sum is nought."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM matching_termcount WHERE term IN"
            " (SELECT term FROM matching_termcount GROUP BY term HAVING count(*) > 1)"
            " RETURNING term, passages)"
            " INSERT INTO matching_termcount (term, passages)"
            " SELECT term, sum(passages) FROM gone GROUP BY term HAVING sum(passages) <> 0"
        )
        cursor.execute(
            "WITH gone AS (DELETE FROM matching_passagecount RETURNING *)"
            " INSERT INTO matching_passagecount (basis, role, lang, passages, words, mentions)"
            " SELECT basis, role, lang, sum(passages), sum(words), sum(mentions) FROM gone"
            " GROUP BY basis, role, lang HAVING sum(passages) <> 0"
        )
