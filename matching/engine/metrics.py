"""What is counted of a ranking against the links that are known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NAMES = ("ndcg@10", "recall@10", "recall@100", "mrr")


@dataclass(frozen=True, slots=True)
class Figures:
    queries: int
    ndcg_10: float
    recall_10: float
    recall_100: float
    mrr: float

    def as_dict(self) -> dict[str, float]:
        values = (self.ndcg_10, self.recall_10, self.recall_100, self.mrr)
        return {"queries": self.queries, **{name: round(v, 4) for name, v in zip(NAMES, values, strict=True)}}


def ndcg(ranking: Sequence[str], grades: Mapping[str, float], depth: int) -> float:
    """Gain is the grade itself, as in trec_eval."""
    gained = sum(grades.get(key, 0) / math.log2(rank + 1) for rank, key in enumerate(ranking[:depth], 1))
    best = sorted(grades.values(), reverse=True)[:depth]
    ideal = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, 1))
    return gained / ideal if ideal else 0.0


def recall(ranking: Sequence[str], grades: Mapping[str, float], depth: int) -> float:
    return sum(key in grades for key in ranking[:depth]) / len(grades)


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, float]) -> float:
    return next((1 / rank for rank, key in enumerate(ranking, 1) if key in grades), 0.0)


def measured(ranking: Sequence[str], grades: Mapping[str, float]) -> tuple[float, float, float, float]:
    """Of one query, in the order of NAMES."""
    return (
        ndcg(ranking, grades, 10),
        recall(ranking, grades, 10),
        recall(ranking, grades, 100),
        reciprocal_rank(ranking, grades),
    )


def average(judged: Sequence[tuple[Sequence[str], Mapping[str, float]]]) -> Figures:
    """The mean over queries of (ranking, grades of what is linked)."""
    columns = zip(*(measured(ranking, grades) for ranking, grades in judged), strict=True)
    return Figures(len(judged), *(sum(column) / len(judged) for column in columns))
