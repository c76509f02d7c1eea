"""Queries against everything of a role: each opinion, the fusion of them, and the best of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.engine import fusion
from matching.engine.company import Kin, Pairs, company
from matching.engine.dense import Role
from matching.engine.items import Prepared
from matching.engine.lexical import Array
from matching.engine.ready import Face
from matching.engine.segments import CODES, SCRIPTS

if TYPE_CHECKING:
    from matching.engine.snapshot import Snapshot

COMPANY = 200  # best rows whose neighbours among them are heard
DIGITS = 5  # of a score that tell two items apart
TIE = 2 * 10**-DIGITS


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found; `signals` are those of the best pair of language versions (see `factors`)."""

    key: str
    signals: dict[str, float]
    fused: float


class Scores:
    """One block of queries against one role."""

    def __init__(
        self,
        snapshot: "Snapshot",
        role: Role,
        queries: Sequence[Prepared],
        *,
        crowded: bool = True,
        scale: fusion.Scale | None = None,  # of a larger collection, of which these are some rows
        kin: Kin | None = None,  # of all living rows, where many queries share it
    ) -> None:
        self.crowded, self.given, self.kin = crowded, scale, kin
        self.heard: dict[int, tuple[Array, Array]] = {}  # of each query, the best rows and their scores
        self.vectors: dict[str, Array] = {}  # of the passages that ask, centred
        self.wholes_known: dict[tuple[str, int, int], float] = {}
        self.face, self.statistics, self.role, self.queries = (
            snapshot.face(role),
            snapshot.statistics,
            role,
            queries,
        )
        pairs = [(i, passage) for i, query in enumerate(queries) for passage in query.passages]
        self.owners = np.array([i for i, _ in pairs], np.int64)
        self.asked = [passage for _, passage in pairs]
        self.signals = self.measure() if self.asked and len(self.face.alive) else {}

    def measure(self) -> dict[str, Array]:
        ready, gather = self.face.ready, self.face.gather
        words = [q.tokens for q in self.asked]
        concepts = [q.concepts for q in self.asked]
        found = {
            "words": gather([r.words(self.statistics, self.role, words) for r in ready]),
            "concepts": gather([r.concepts(self.statistics, self.role, concepts) for r in ready]),
        }
        for model, of in self.statistics.centres:
            if of == self.role and all(model in q.vectors for q in self.asked):
                centres = self.statistics.centres[model, of]
                asked = self.vectors[model] = self.centred(model)
                found[model] = gather([r.cosines(model, asked, centres) for r in ready])
        return found

    def centred(self, model: str) -> Array:
        roles = [self.queries[owner].role for owner in self.owners]
        rows = [
            self.statistics.centre_query(model, role, CODES[q.lang], q.vectors[model])
            for role, q in zip(roles, self.asked, strict=True)
        ]
        return np.array(rows, np.float32)

    @cached_property
    def same_script(self) -> Array:
        same: Array = self.face.in_script[self.scripts]
        return same

    @cached_property
    def scripts(self) -> Array:
        """Of the passages that ask."""
        return SCRIPTS[[CODES[q.lang] for q in self.asked]]

    @cached_property
    def scaled(self) -> dict[str, Array]:
        return {
            name: values if name in ("words", "concepts") else values / self.face.widths(name)
            for name, values in self.signals.items()
        }

    @property
    def scale(self) -> fusion.Scale:
        """That of these rows."""
        return fusion.scale_of(self.scaled, self.same_script, self.face.groups)

    @cached_property
    def seen(self) -> tuple[Array, fusion.Lens]:
        return fusion.fused(self.scaled, self.same_script, self.face.groups, scale=self.given)

    @property
    def lens(self) -> fusion.Lens:
        return self.seen[1]

    @cached_property
    def fused(self) -> Array:
        return self.less_crowded(self.seen[0])

    def less_crowded(self, scores: Array) -> Array:
        share = np.float32(fusion.MIXTURE.crowding[self.role])
        for row, script in zip(scores, self.scripts.tolist() if self.crowded else (), strict=False):
            row -= share * self.face.taken_off[script]
        return scores

    @property
    def size(self) -> int:
        """Rows of the collection beside which these are scored."""
        return self.given.size if self.given else len(self.face.alive)

    def hits(self, k: int, among: set[str] | None, *, told: bool = True) -> Iterator[list[Hit]]:
        chosen = None if among is None else Among(self.face, among, len(self.queries))
        for i in range(len(self.queries)):
            asked = np.flatnonzero(self.owners == i)
            yield self.best(i, asked, k, chosen, told=told) if len(asked) and self.signals else []

    def best(
        self, number: int, asked: Array, k: int, among: "Among | None", *, told: bool = True
    ) -> list[Hit]:
        """Items by the best of their pairs of passages; of equals, the first by key."""
        query = self.queries[number]
        values = self.fused[asked].max(axis=0)
        rows, heard = self.heard[number] = self.company_of(number, values)
        values[rows] = heard
        items, scores = self.first(values, k + 1, among)
        own = self.face.numbers.get(query.key) if query.role == self.role else None
        others = items != own
        items, scores = items[others][:k], scores[others][:k]
        if told:
            return self.found(asked, items, scores)
        pairs = zip(items.tolist(), scores.tolist(), strict=True)
        return [Hit(self.face.keys[item], {}, fused) for item, fused in pairs]

    def first(self, values: Array, k: int, among: "Among | None") -> tuple[Array, Array]:
        """The numbers of the k best items and their scores; those equal to five digits by key."""
        enough = k * self.face.most  # rows among which k items must be
        rows = among.leading(values, enough) if among else leading(values, enough)
        items, scores = self.face.items[rows], values[rows]
        order = np.lexsort((-scores, items))
        heads = np.flatnonzero(np.diff(items[order], prepend=-1))
        items, scores = items[order][heads], scores[order][heads]
        ranked = np.lexsort((items, -np.round(scores, DIGITS)))[:k]
        return items[ranked], scores[ranked]

    def company_of(self, query: int, rows: Array) -> tuple[Array, Array]:
        """The best rows, and their scores averaged with what texts like them score in other languages.

        Alike texts answer alike needs (score regularisation: Diaz, 2005), and one of two languages may share
        no word with the query. Within a language the average blurs what sets neighbours apart.
        """
        best = np.sort(np.argpartition(-rows, min(COMPANY, len(rows) - 1))[:COMPANY])
        scores = rows[best]
        pairs = self.kin.among(best) if self.kin else self.alike(best)
        if pairs is None:
            return best, scores
        heard, weights = company(pairs, scores)
        return best, ((scores + heard) / (1 + weights)).astype(scores.dtype)

    def alike(self, rows: Array) -> Pairs | None:
        cosines = self.face.alike(rows, self.statistics.centres, self.role)
        return None if cosines is None else Pairs.of(cosines)

    def found(self, asked: Array, items: Array, scores: Array) -> list[Hit]:
        """What is told of items: the signals of the best of their pairs of passages."""
        places, rows = self.pairs(asked, items)
        signals = {name: values[places, rows].tolist() for name, values in self.signals.items()}
        scripts = SCRIPTS[self.face.codes[rows]]
        signals["words_share"] = self.shares("words", places, scripts, signals["words"])
        signals["concepts_share"] = self.shares("concepts", places, 0 * scripts, signals["concepts"])
        signals["same_script"] = self.same_script[places, rows].astype(float).tolist()
        if self.crowded and self.size >= fusion.ENOUGH:
            signals["standing"] = scores.tolist()
        names, columns = list(signals), zip(*signals.values(), strict=True)
        return [
            Hit(self.face.keys[item], dict(zip(names, values, strict=True)), fused)
            for item, values, fused in zip(items.tolist(), columns, scores.tolist(), strict=True)
        ]

    def pairs(self, asked: Array, items: Array) -> tuple[Array, Array]:
        """The best (passage that asks, row) of each item."""
        rows, owners = self.face.rows_of(items)
        part = self.fused[asked[:, None], rows]
        at = part.argmax(axis=0)
        order = np.lexsort((at, -part[at, np.arange(len(rows))], owners))
        heads = order[np.flatnonzero(np.diff(owners[order], prepend=-1))]
        return asked[at[heads]], rows[heads]

    def shares(self, kind: str, places: Array, groups: Array, scores: Sequence[float]) -> list[float]:
        """How much of what was asked was found, by weight of the words: 0 to 1."""
        pairs, inverse = np.unique(2 * places + groups, return_inverse=True)
        wholes = np.array([self.whole(kind, pair % 2, pair // 2) for pair in pairs.tolist()])[inverse]
        known = np.where(wholes > 0, np.array(scores) / np.where(wholes > 0, wholes, 1), 0)
        told: list[float] = np.minimum(1, known).tolist()
        return told

    def whole(self, kind: str, group: int, place: int) -> float:
        """What a text with all the words of a passage that asks would score."""
        asked = kind, group, place
        if asked not in self.wholes_known:
            collection = getattr(self.statistics, kind)[self.role]
            bag = self.asked[place].tokens if kind == "words" else self.asked[place].concepts
            self.wholes_known[asked] = float(collection.whole(bag, group))
        return self.wholes_known[asked]


@dataclass(frozen=True)
class Among:
    """The things that an answer is narrowed to, for some queries."""

    face: Face
    keys: set[str]
    queries: int

    def leading(self, values: Array, enough: int) -> Array:
        """The same of these things' rows alone.

        Looking up a key takes half a microsecond in a large collection, most of it waiting for memory:
        either all of these are looked up once, or the best rows are asked whether they are among them.
        """
        asked = enough * max(1, len(self.face.keys) // max(len(self.keys), 1))
        asked += asked // 4  # chance: more than three standard deviations for a hundred things
        while asked * self.queries < len(self.keys):
            if (found := self.walked(values, enough, asked)) is not None:
                return found
            asked *= 2
        return self.rows[leading(values[self.rows], enough)]

    def walked(self, values: Array, enough: int, asked: int) -> Array | None:
        """None where too few of the best rows are among these things."""
        rows = leading(values, asked)
        keys, items = self.face.keys, self.face.items[rows].tolist()
        rows = rows[np.fromiter((keys[item] in self.keys for item in items), bool, len(items))]
        if len(rows) < enough:
            return None
        found = rows[leading(values[rows], enough)]
        is_all = asked >= len(values) or values[found].min() > lowest(values, asked)
        return found if is_all else None

    @cached_property
    def rows(self) -> Array:
        """Their living rows."""
        numbers = self.face.numbers
        wanted = np.fromiter(map(numbers.get, self.keys, repeat(-1)), np.int64, len(self.keys))
        items = np.zeros(len(numbers), bool)
        items[wanted[wanted >= 0]] = True
        rows: Array = np.flatnonzero(items[self.face.items])
        return rows


def leading(values: Array, enough: int) -> Array:
    """The rows with so many of the highest values, and those that equal the last of them."""
    if enough >= len(values):
        return np.arange(len(values))
    rows: Array = np.flatnonzero(values >= lowest(values, enough) - TIE)
    return rows


def lowest(values: Array, enough: int) -> Any:
    """The last of so many highest values."""
    return np.partition(values, len(values) - enough)[len(values) - enough]
