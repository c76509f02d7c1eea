"""PostgreSQL's own full text as a peer: `ts_rank` with the words of a question joined by *or*."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
import psycopg2
from psycopg2.extras import execute_values

from innoportal.bench.peers.systems import Text, found_only
from matching.engine.lexical import Array

PLACES = 255  # of a word in a text, as many as a tsvector keeps
# 1 divides by the logarithm of the length: without it, or with 2 for the length itself, `ts_rank` does worse.
RANKED = "SELECT row, ts_rank(body, asked, 1) FROM pool, CAST(%s AS tsquery) AS asked WHERE body @@ asked"


class TsRank:
    """Scores over one connection; the texts are in a temporary table."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    def __call__(self, questions: Sequence[Text], pool: Sequence[Text]) -> Array:
        self.fill(pool)
        return found_only(np.array([self.scores(one.tokens, len(pool)) for one in questions]))

    def fill(self, pool: Sequence[Text]) -> None:
        self.cursor.execute("DROP TABLE IF EXISTS pg_temp.pool")
        self.cursor.execute("CREATE TEMPORARY TABLE pool (row integer, body tsvector)")
        rows = [(row, vector(one.tokens)) for row, one in enumerate(pool)]
        execute_values(self.cursor, "INSERT INTO pool VALUES %s", rows, template="(%s, CAST(%s AS tsvector))")

    def scores(self, tokens: Sequence[str], size: int) -> Array:
        """Of each text of the pool; nought for one without a word of the question."""
        found = np.zeros(size)
        self.cursor.execute(RANKED, [any_of(sorted(set(tokens)))])
        for row, score in self.cursor:
            found[row] = score
        return found


@contextmanager
def ts_rank(url: str) -> Iterator[TsRank]:
    """Leaves nothing behind in the database."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            yield TsRank(cursor)
    finally:
        connection.close()


def vector(tokens: Sequence[str]) -> str:
    """A tsvector as its text, with the places of each word, by which `ts_rank` counts how often it comes.

    Written here because PostgreSQL's parsers take a run of Chinese as one word.
    """
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens, 1):
        places.setdefault(token, []).append(place)
    return " ".join(
        f"{quoted(token)}:{','.join(map(str, islice(at, PLACES)))}" for token, at in places.items()
    )


def any_of(tokens: Sequence[str]) -> str:
    """A tsquery as its text, split in halves: PostgreSQL descends into a flat one by a call for each word."""
    if len(tokens) < 3:
        return " | ".join(map(quoted, tokens))
    half = len(tokens) // 2
    return f"({any_of(tokens[:half])}) | ({any_of(tokens[half:])})"


def quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
