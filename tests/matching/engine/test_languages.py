"""The right answer comes first, whatever the two languages are (texts in corpus/, written for this)."""

import pytest

from matching.engine import DEFAULT_WEIGHTS, Need, Offer, Snapshot, score

LANGS = ("en", "zh-Hant", "zh-Hans")


def topic(key):
    return key.split(".")[0]


@pytest.mark.parametrize("answers", LANGS)
@pytest.mark.parametrize("role", ["wish", "solution"])
def test_the_first_answer_in_each_language_is_right(corpus, snapshot, prepared, role, answers):
    other = "solution" if role == "wish" else "wish"
    pool = {item.key for item in corpus.items(other) if item.passages[0].lang == answers}
    topics = {topic(key) for key in pool}
    asked = [p for p in prepared if p.role == role and topic(p.key) in topics]
    wrong = {
        p.key: hits[0].key
        for p in asked
        if topic((hits := snapshot.search(p, other, 1, pool))[0].key) != topic(p.key)
    }
    assert (wrong, bool(asked)) == ({}, bool(pool))


def test_in_one_pool_no_language_crowds_out_the_others(snapshot, prepared):
    first = [
        snapshot.search(p, "solution", 10)[i].key.rsplit(".", 1)[1]
        for p in prepared
        if p.role == "wish"
        for i in range(6)
    ]
    share = first.count("en") / len(first)
    assert share == pytest.approx(14 / 33, abs=0.1)


def test_a_linked_pair_is_likely_and_an_unlinked_one_is_not(snapshot, prepared):
    linked, unlinked = [], []
    for wish in (p for p in prepared if p.role == "wish"):
        for hit in snapshot.search(wish, "solution", 99):
            likely = score(Need(), Offer(), hit.signals, DEFAULT_WEIGHTS).probability
            (linked if topic(hit.key) == topic(wish.key) else unlinked).append(likely)
    linked.sort()
    unlinked.sort()
    assert linked[len(linked) // 2] > 0.5
    assert unlinked[len(unlinked) * 9 // 10] < 0.1


def test_a_portal_with_three_texts_still_finds_the_right_one(prepared):
    some = [
        p
        for p in prepared
        if p.key in ("lift.wish.en", "lift.solution.zh", "rat.solution.en", "ev.solution.zh")
    ]
    wish = next(p for p in some if p.role == "wish")
    assert Snapshot.build(some).search(wish, "solution", 3)[0].key == "lift.solution.zh"
