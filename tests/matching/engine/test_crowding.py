import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Prepared, PreparedPassage, Snapshot, crowding, fusion

from .makers import thing

MODEL = "e5"  # what the mixture weighs; its vectors have DIM numbers
DIM = 384
NONE = {"wish": 0.0, "solution": 0.0}


def placed(key, role, vector, lang="en", words=()):
    unit = np.array(vector, np.float32) / np.linalg.norm(vector)
    return Prepared(key, role, (PreparedPassage(lang, tuple(words), (), {MODEL: unit}),))


@pytest.fixture
def spread_out():
    """Forty wishes, each with a solution near it, and one solution that is half near to them all."""
    drawn = np.random.default_rng(5).standard_normal((40, DIM))
    drawn -= drawn.mean(axis=0)
    noise = np.random.default_rng(6).standard_normal((40, DIM))
    wishes = [placed(f"w{i:02}", "wish", row) for i, row in enumerate(drawn)]
    solutions = [placed(f"s{i:02}", "solution", row + 3 * noise[i]) for i, row in enumerate(drawn)]
    return [*wishes, *solutions]


def crowd(snapshot, role="solution"):
    segment = snapshot.segments[role][0]
    return dict(zip(segment.keys, segment.crowding[:, 0], strict=True))


def test_crowding_is_the_mean_of_the_ten_best_scores_with_texts_of_the_other_role(spread_out, monkeypatch):
    found = crowd(Snapshot.build(spread_out))
    monkeypatch.setattr(fusion, "MIXTURE", fusion.Mixture(crowding=NONE, company=0))
    plain = Snapshot.build(spread_out)
    wishes = [thing for thing in spread_out if thing.role == "wish"]
    scores = {key: [] for key in found}
    for hits in plain.search_many(wishes, "solution", 99):
        for hit in hits:
            scores[hit.key].append(hit.fused)
    expected = {key: pytest.approx(np.mean(sorted(values)[-10:]), abs=1e-2) for key, values in scores.items()}
    assert found == expected


def test_what_half_answers_five_wishes_gives_way_to_the_answer_of_each(spread_out, monkeypatch):
    half = placed("s99", "solution", sum(t.passages[0].vectors[MODEL] for t in spread_out[:5]))

    def lead():
        """How far each wish's own answer is ahead of the one that half answers all five."""
        ranked = Snapshot.build([*spread_out, half]).search_many(spread_out[:5], "solution", 99)
        scores = [{hit.key: hit.fused for hit in hits} for hits in ranked]
        return [of[f"s{i:02}"] - of["s99"] for i, of in enumerate(scores)]

    corrected = lead()
    monkeypatch.setattr(fusion, "MIXTURE", fusion.Mixture(crowding=NONE))
    assert all(after > before for after, before in zip(corrected, lead(), strict=True))


def test_who_only_looks_around_has_nothing_taken_off_and_is_told_of_no_standing(spread_out, monkeypatch):
    def told(hits):
        return [(hit.key, hit.fused) for hit in hits]

    corrected = Snapshot.build(spread_out)
    open_to_all = corrected.search(spread_out[0], "solution", 99, crowded=False)
    assert told(open_to_all) != told(corrected.search(spread_out[0], "solution", 99))
    assert not any("standing" in hit.signals for hit in open_to_all)
    monkeypatch.setattr(fusion, "MIXTURE", fusion.Mixture(crowding=NONE))
    assert told(open_to_all) == told(corrected.search(spread_out[0], "solution", 99))


def test_few_texts_that_ask_say_little(spread_out):
    few = [thing for thing in spread_out if thing.role == "solution" or thing.key < "w03"]
    assert max(crowd(Snapshot.build(few)).values()) < 0.5 * max(crowd(Snapshot.build(spread_out)).values())


def test_without_a_text_that_asks_nothing_is_crowded():
    snapshot = Snapshot.build([thing("S-1", ("en", "pump")), thing("S-2", ("zh-Hant", "水泵"))])
    assert set(crowd(snapshot).values()) == {0.0}


def test_a_large_collection_keeps_what_was_measured_and_counts_the_new_as_average(spread_out, monkeypatch):
    snapshot = Snapshot.build(spread_out)
    monkeypatch.setattr(crowding, "AT_ONCE", 0)
    changed = snapshot.with_changes([placed("s99", "solution", np.ones(DIM))], ["s00"])
    assert np.array_equal(changed.segments["solution"][0].crowding, snapshot.segments["solution"][0].crowding)
    assert np.isnan(changed.segments["solution"][1].crowding).all()
    face = changed.face("solution")
    assert face.crowding[-1, 0] == pytest.approx(face.crowding[:-1, 0].mean())


def test_a_sample_asks_for_a_large_collection_and_does_not_depend_on_the_order(spread_out, monkeypatch):
    monkeypatch.setattr(crowding, "SAMPLE", 10)
    forwards = crowd(Snapshot.build(spread_out))
    assert crowd(Snapshot.build(spread_out[::-1])) == pytest.approx(forwards, abs=1e-4)
    monkeypatch.setattr(crowding, "SAMPLE", 40)
    assert crowd(Snapshot.build(spread_out)) != pytest.approx(forwards, abs=1e-4)


def test_crowding_is_kept_on_disk(tmp_path, spread_out):
    snapshot = Snapshot.build(spread_out)
    snapshot.save(tmp_path)
    assert crowd(Snapshot.load(tmp_path)) == crowd(snapshot)


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.sampled_from(["pump", "leak", "lift", "rope"]), max_size=4), min_size=1, max_size=5)
)
def test_rows_as_queries_weigh_as_the_same_words_asked(bodies):
    """What the segments hold as numbers asks as the texts would."""
    from matching.engine import lexical
    from matching.engine.lexical import Postings

    asked, offered = Postings.build(bodies), Postings.build([["pump", "lift", "lift"], ["valve"]])
    bags = crowding.Bags.of([(asked, np.arange(len(bodies)))])
    found = bags.over(offered, slice(0, len(bodies))).toarray()
    for row, body in zip(found, bodies, strict=True):
        one = lexical.Asked.of(offered, [body])
        expected = np.zeros(len(offered.terms))
        expected[one.terms] = one.weights
        assert np.allclose(row, expected)


@pytest.mark.parametrize(("lang", "is_lifted"), [("zh-Hant", True), ("en", False)])
def test_a_text_is_heard_with_its_like_in_another_language(monkeypatch, lang, is_lifted):
    drawn = np.random.default_rng(8).standard_normal((60, DIM))
    others = [
        placed(f"o{i:02}", "solution", row, "zh-Hant" if i % 2 else "en") for i, row in enumerate(drawn)
    ]
    meant = drawn[0] + 2 * drawn[1]
    answer = placed("s-1", "solution", meant, "en", ["chiller", "noise"])
    like = placed("s-2", "solution", meant + 0.3 * drawn[2], lang)
    asked = PreparedPassage("en", ("chiller", "noise"), (), {MODEL: np.float32(drawn[5] / 9)})

    def score(company):
        monkeypatch.setattr(fusion, "MIXTURE", fusion.Mixture(crowding=NONE, company=company))
        hits = Snapshot.build([*others, answer, like]).search(Prepared("w", "wish", (asked,)), "solution", 99)
        return {hit.key: hit.fused for hit in hits}["s-2"]

    assert (score(0.7) > score(0) + 0.5) == is_lifted
