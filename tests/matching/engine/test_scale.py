import time

import numpy as np
import pytest

from matching.engine import Prepared, PreparedPassage, Snapshot

pytestmark = pytest.mark.scale
SIZES = {"e5": 384, "use": 512}
SOLUTIONS = 20_000


def crowd(role, count, rng):
    """Texts of 60 words drawn as words are: a few are everywhere, most are rare."""
    words = [f"w{n}" for n in range(30_000)]
    drawn = np.minimum(rng.zipf(1.2, (count, 60)), len(words)) - 1
    vectors = {model: rng.standard_normal((count, dim)).astype(np.float32) for model, dim in SIZES.items()}
    for model, rows in vectors.items():
        vectors[model] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    for i in range(count):
        lang = ("en", "zh-Hant")[i % 2]
        own = {model: rows[i] for model, rows in vectors.items()}
        yield Prepared(
            f"{role}-{i}", role, (PreparedPassage(lang, tuple(words[w] for w in drawn[i]), (), own),)
        )


def test_twenty_thousand_solutions_are_searched_in_fifty_milliseconds(tmp_path):
    rng = np.random.default_rng(0)
    wishes, solutions = list(crowd("wish", 200, rng)), list(crowd("solution", SOLUTIONS, rng))
    Snapshot.build([*wishes, *solutions]).save(tmp_path)
    snapshot = Snapshot.load(tmp_path)
    snapshot.search(wishes[0], "solution", 100)
    taken = []
    for wish in wishes[:30]:
        start = time.process_time()
        assert len(snapshot.search(wish, "solution", 100)) == 100
        taken.append(time.process_time() - start)
    assert sorted(taken)[len(taken) // 2] < 0.05
