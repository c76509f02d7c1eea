"""Which things may name a concept: found in the postings, so that no text need be read."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from matching.engine import text
from matching.engine.dense import Role
from matching.engine.glossary import Concept
from matching.engine.lexical import Array, Postings, term_id
from matching.engine.segments import Segment

if TYPE_CHECKING:
    from matching.engine.snapshot import Snapshot

Needs = list[frozenset[str]]  # of each group one token at least


def holding(snapshot: "Snapshot", role: Role, concepts: Iterable[Concept]) -> set[str]:
    """Keys of the things with a text that has every token of a name; whoever names a concept is among them.

    A name without a token of its own (a stop word, 5G within 5G基站) could be in any text.
    """
    wanted = [needs for concept in concepts for needs in all_needs(concept)]
    return {
        segment.keys[row]
        for segment in snapshot.segments[role]
        for needs in wanted
        for row in rows_with(segment, needs)
    }


def all_needs(concept: Concept) -> Iterator[Needs]:
    for words in concept.read:
        yield [frozenset(forms(word)) for word in words if not common(word)]
    for folded in concept.folded:
        runs = [piece for piece, _, _, is_han in text.pieces(folded) if is_han and len(piece) > 1]
        yield [frozenset([token.text]) for run in runs for token in text.bigrams(run, 0)]


def forms(word: str) -> Iterator[str]:
    """The tokens of all words that `glossary.singular` makes into this one."""
    for written in (word, f"{word}s", f"{word}es", f"{word[:-1]}ies" if word.endswith("y") else word):
        yield text.stem(written)
    yield f"{word}++"


def common(word: str) -> bool:
    """Not kept as a token in every form."""
    return not text.STOPWORDS.isdisjoint({word, f"{word}s", *forms(word)})


def rows_with(segment: Segment, needs: Needs) -> Array:
    found = segment.alive.copy()
    for group in needs:
        here = np.zeros(len(found), bool)
        for token in group:
            here[rows_of(segment.words, token)] = True
        found &= here
    return np.flatnonzero(found)


def rows_of(postings: Postings, token: str) -> Array:
    ident = term_id(token)
    place = int(np.searchsorted(postings.terms, np.uint64(ident)))
    if place == len(postings.terms) or int(postings.terms[place]) != ident:
        return np.zeros(0, np.int64)
    rows: Array = postings.rows[postings.indptr[place] : postings.indptr[place + 1]]
    return rows
