import math

import pytest

from matching.engine import metrics

RANKING = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("grades", "depth", "expected"),
    [
        ({"a": 1}, 10, 1),
        ({"b": 1}, 10, 1 / math.log2(3)),
        ({"a": 1, "c": 1}, 10, (1 + 1 / 2) / (1 + 1 / math.log2(3))),
        ({"b": 3, "a": 1}, 10, (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))),
        ({"d": 1}, 3, 0),
        ({"z": 1, "a": 1}, 1, 1),
    ],
)
def test_ndcg_as_by_hand(grades, depth, expected):
    assert metrics.ndcg(RANKING, grades, depth) == pytest.approx(expected)


def test_recall_and_reciprocal_rank_as_by_hand():
    assert metrics.recall(RANKING, {"b": 1, "z": 1}, 2) == 0.5
    assert metrics.reciprocal_rank(RANKING, {"c": 1, "d": 1}) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(RANKING, {"z": 1}) == 0


def test_figures_are_means_over_queries():
    found = metrics.average([(RANKING, {"a": 1}), (RANKING, {"z": 1})])
    assert found.as_dict() == {"queries": 2, "ndcg@10": 0.5, "recall@10": 0.5, "recall@100": 0.5, "mrr": 0.5}
