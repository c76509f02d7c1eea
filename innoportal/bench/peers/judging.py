"""Engine and peers on one set: what each finds for each question, and how good that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from innoportal.bench.peers.systems import Peer, Text, as_text, scored
from matching.engine import evaluate, metrics
from matching.engine.dense import Embedder, Role
from matching.engine.items import Prepared, prepare
from matching.engine.lexical import Array
from matching.engine.linked import LinkedSet
from matching.engine.snapshot import Snapshot

ENGINE = "engine"
# The engine on a collection of the two languages of a pair and nothing else. The sets say everything in
# several languages, which the engine makes use of; this is a portal whose texts have no translations.
ALONE = "engine, pair alone"
Asked = Sequence[tuple[str, Mapping[str, float]]]  # question, grades of what is linked in the pool
Ranked = Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Judged:
    """One pair of languages in one direction."""

    name: str  # of the set
    direction: str  # "wish > solution", "solution > wish"
    pair: str  # "en > zh-Hant", "en > all", "all > all"
    groups: Array  # (questions): a number, the same for those that share an answer
    values: Mapping[
        str, Array
    ]  # by system (questions, metrics.NAMES); ALONE only where a pool is one language


def judge(data: LinkedSet, embedders: Sequence[Embedder], postgresql: Peer) -> list[Judged]:
    items = (*data.wishes, *data.solutions)
    prepared = prepare(items, embedders)
    texts = {item.key: as_text(item, one) for item, one in zip(items, prepared, strict=True)}
    snapshot = Snapshot.build(prepared)
    together = grouped(data)
    found = []
    for asks, answers in evaluate.DIRECTIONS:
        pairs = evaluate.questions(data, asks)
        asking = set(data.links_from(asks))
        queries = [one for one in prepared if one.role == asks and one.key in asking]
        engine = evaluate.rankings(snapshot, queries, answers, [])
        pool = [texts[item.key] for item in data.items(answers)]
        by_pool = rankings([texts[one.key] for one in queries], pool, postgresql, pairs)
        for pair, rows in pairs.items():
            of = evaluate.pool_of(pair)
            systems = {ENGINE: narrowed(engine, pool, of), **by_pool[of]}
            if of != "all":
                systems[ALONE] = alone(prepared, asks, answers, pair)
            values = {name: measured(ranked, rows) for name, ranked in systems.items()}
            groups = np.array([together[key] for key, _ in rows])
            found.append(Judged(data.name, f"{asks} > {answers}", pair, groups, values))
    return found


def rankings(
    questions: Sequence[Text], pool: Sequence[Text], postgresql: Peer, pairs: Mapping[str, Asked]
) -> dict[str, dict[str, Ranked]]:
    """By the language of the pool and the peer; a peer is told the language and indexes that alone."""
    found = {}
    for of in {evaluate.pool_of(pair) for pair in pairs}:
        part = sorted((one for one in pool if of in ("all", one.lang)), key=lambda one: one.key)
        scores = scored(questions, part, postgresql)
        found[of] = {name: ranked(values, questions, part) for name, values in scores.items()}
    return found


def ranked(scores: Array, questions: Sequence[Text], pool: Sequence[Text]) -> Ranked:
    """What was found, best first; of equals, the first of the pool."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, : evaluate.DEPTH]
    return {
        question.key: [pool[row].key for row in rows if np.isfinite(own[row])]
        for question, rows, own in zip(questions, order, scores, strict=True)
    }


def narrowed(found: evaluate.Rankings, pool: Sequence[Text], of: str) -> Ranked:
    """The engine's one ranking without the other languages."""
    inside = {one.key for one in pool if of in ("all", one.lang)}
    return {query: [key for key, _ in hits if key in inside] for query, hits in found.items()}


def alone(prepared: Sequence[Prepared], asks: Role, answers: Role, pair: str) -> Ranked:
    """What the engine finds in a collection of questions in one language and answers in the other."""
    ask, answer = pair.split(" > ")
    asking = [one for one in prepared if one.role == asks and one.passages[0].lang == ask]
    pool = [one for one in prepared if one.role == answers and one.passages[0].lang == answer]
    found = evaluate.rankings(Snapshot.build([*asking, *pool]), asking, answers, [])
    return {query: [key for key, _ in hits] for query, hits in found.items()}


def measured(found: Ranked, rows: Asked) -> Array:
    return np.array([metrics.measured(found[key], grades) for key, grades in rows])


def grouped(data: LinkedSet) -> dict[str, int]:
    """A number for each wish and solution, the same for those that links join by whatever way."""
    keys = [item.key for item in (*data.wishes, *data.solutions)]
    place = {key: row for row, key in enumerate(keys)}
    ends = [(place[wish], place[other]) for wish, grades in data.links.items() for other in grades]
    rows, columns = zip(*ends, strict=True)
    links = sparse.coo_matrix((np.ones(len(ends)), (rows, columns)), shape=(len(keys), len(keys)))
    _, numbers = connected_components(links, directed=False)
    return dict(zip(keys, numbers.tolist(), strict=True))
