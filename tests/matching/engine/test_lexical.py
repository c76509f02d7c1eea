import math

import bm25s
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matching.engine import lexical
from matching.engine.lexical import K1, K3, B, Collection, Postings

BAGS = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=8), min_size=1, max_size=12)


def scores(documents, questions, groups=None):
    groups = np.zeros(len(documents), np.int64) if groups is None else np.array(groups)
    postings = Postings.build(documents)
    alive = np.ones(len(documents), bool)
    counts = Collection.count([(postings, groups, alive)], int(groups.max()) + 1)
    return lexical.scores(postings, counts, groups, questions)


def test_one_word_in_two_texts_scores_as_by_hand():
    found = scores([["pump", "pump", "leak"], ["lift"]], [["pump"]])
    idf = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    norm = K1 * (1 - B + B * 3 / 2)
    assert found[0] == pytest.approx([idf * 2 * (K1 + 1) / (2 + norm), 0])


def test_a_word_repeated_in_a_query_counts_less_each_time():
    once, thrice = scores([["pump"], ["lift"]], [["pump"], ["pump"] * 3])[:, 0]
    assert thrice / once == pytest.approx(3 * (K3 + 1) / (3 + K3))


@given(BAGS, st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_scores_agree_with_bm25s(documents, question):
    known = [word for word in sorted(question) if any(word in bag for bag in documents)]
    assume(known)
    peer = bm25s.BM25(method="lucene", k1=K1, b=B)
    peer.index(documents, show_progress=False)
    expected = peer.get_scores(known)
    found = scores(documents, [sorted(question)])[0] / (K1 + 1)
    assert found == pytest.approx(expected, abs=1e-5)


def test_each_script_has_its_own_document_frequencies():
    documents = [["pump"], ["pump"], ["valve"], ["水泵"], ["水泵", "pump"]]
    found = scores(documents, [["pump"]], groups=[0, 0, 0, 1, 1])[0]
    common, rare = math.log(1 + 1.5 / 2.5), math.log(1 + 1.5 / 1.5)
    assert found[0] == pytest.approx(common, rel=1e-5)  # two of three English texts
    length = K1 * (1 - B + B * 2 / 1.5)
    assert found[4] == pytest.approx(rare * (K1 + 1) / (1 + length), rel=1e-5)  # one of two Chinese ones


@given(BAGS, BAGS, st.data())
def test_counts_over_two_segments_are_those_of_one(first, second, data):
    gone = data.draw(st.lists(st.booleans(), min_size=len(first), max_size=len(first)))
    kept = [bag for bag, out in zip(first, gone, strict=True) if not out]
    one = Postings.build(kept + second)
    alive = ~np.array(gone)
    parts = [
        (Postings.build(first), np.zeros(len(first), np.int64), alive),
        (Postings.build(second), np.zeros(len(second), np.int64), np.ones(len(second), bool)),
    ]
    split = Collection.count(parts, 1)
    whole = Collection.count(
        [(one, np.zeros(len(kept + second), np.int64), np.ones(len(kept + second), bool))], 1
    )
    known = np.isin(split.terms, whole.terms)
    assert np.array_equal(split.terms[known], whole.terms)
    assert np.array_equal(split.frequencies[known], whole.frequencies)
    assert not split.frequencies[~known].any()
    assert (split.sizes, split.totals) == (whole.sizes, whole.totals)


def test_the_whole_of_a_query_is_what_a_text_that_holds_it_all_scores():
    documents = [["pump", "leak"], ["lift", "rope"], ["slope", "rain"]]
    postings = Postings.build(documents)
    groups, alive = np.zeros(3, np.int64), np.ones(3, bool)
    counts = Collection.count([(postings, groups, alive)], 1)
    found = lexical.scores(postings, counts, groups, [["pump", "leak"]])[0, 0]
    assert counts.whole(["pump", "leak"], 0) == pytest.approx(found, rel=1e-5)
    assert counts.whole(["pump", "leak", "unheard"], 0) > found
