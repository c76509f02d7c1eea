import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Prepared, PreparedPassage, Snapshot
from matching.engine import snapshot as snapshot_module
from matching.engine.scores import TIE, Among, leading
from matching.engine.statistics import Statistics

from .makers import thing

WORDS = st.lists(st.sampled_from(["pump", "leak", "lift", "rope", "valve"]), min_size=1, max_size=4).map(
    " ".join
)
LANGS = st.sampled_from(["en", "zh-Hant", "zh-Hans"])
THINGS = st.dictionaries(st.sampled_from([f"S-{i}" for i in range(9)]), st.tuples(LANGS, WORDS), min_size=1)
WISH = thing("W-1", ("en", "pump leak"), role="wish")


def things(rows):
    return [thing(key, version) for key, version in rows.items()]


def told(snapshot, query=WISH, role="solution", k=50):
    return [(hit.key, pytest.approx(hit.fused, abs=1e-4)) for hit in snapshot.search(query, role, k)]


@settings(max_examples=40)
@given(THINGS, THINGS, st.sets(st.sampled_from([f"S-{i}" for i in range(9)])))
def test_a_changed_snapshot_answers_as_one_built_anew(before, changed, removed):
    after = {key: row for key, row in before.items() if key not in removed} | changed
    changed_snapshot = Snapshot.build([WISH, *things(before)]).with_changes(things(changed), removed)
    built = Snapshot.build([WISH, *things(after)])
    assert told(changed_snapshot) == told(built)
    for name, centre in built.statistics.centres.items():
        assert np.array_equal(changed_snapshot.statistics.centres[name], centre)


def test_a_changed_large_snapshot_counts_anew_and_keeps_only_how_far_vectors_scatter(monkeypatch):
    bodies = ["pump leak", "lift rope", "valve pump", "leak"]
    before = {f"S-{i:02}": (("en", "zh-Hant")[i % 2], f"{bodies[i % 4]} n{i}") for i in range(60)}
    wishes = [thing(f"W-{i}", ("en", f"{bodies[i % 4]} w{i}"), role="wish") for i in range(20)]
    edits = {"S-07": ("en", "rope crane"), "S-60": ("zh-Hans", "pump gate"), "S-61": ("en", "leak n1")}
    after = {key: row for key, row in before.items() if key != "S-08"} | edits
    origin, built = (Snapshot.build([*wishes, *things(rows)]) for rows in (before, after))
    monkeypatch.setattr(snapshot_module, "AT_ONCE", 0)
    changed = origin.with_changes(things(edits), ["S-08"])
    for name, centre in built.statistics.centres.items():
        assert np.array_equal(changed.statistics.centres[name], centre)
        assert np.array_equal(changed.statistics.spreads[name], origin.statistics.spreads[name])
        assert not np.array_equal(built.statistics.spreads[name], origin.statistics.spreads[name])
    for role in ("wish", "solution"):
        kept, anew = changed.statistics.words[role], built.statistics.words[role]
        known = np.isin(kept.terms, anew.terms)
        assert np.array_equal(kept.frequencies[known], anew.frequencies)
        assert not kept.frequencies[~known].any()
        assert (kept.sizes.tolist(), kept.totals.tolist()) == (anew.sizes.tolist(), anew.totals.tolist())
        assert kept_norms(changed, role) == kept_norms(built, role)
    assert told(changed, wishes[0]) == [
        (key, pytest.approx(score.expected, abs=0.05)) for key, score in told(built, wishes[0])
    ]


def kept_norms(snapshot, role):
    """Length of each living vector once centred, by key and language."""
    return {
        (ready.segment.keys[row], int(ready.segment.langs[row])): float(ready.norms["m"][row])
        for ready in snapshot.ready[role]
        for row in np.flatnonzero(ready.segment.alive)
    }


@pytest.mark.parametrize("change", ["much", "model"])
def test_what_a_change_moves_is_measured_anew(monkeypatch, change):
    origin = Snapshot.build([WISH, *things({f"S-{i:02}": ("en", f"pump n{i}") for i in range(40)})])
    monkeypatch.setattr(snapshot_module, "AT_ONCE", 0)
    count, models = (9, ("m",)) if change == "much" else (1, ("m", "n"))
    new = [thing(f"S-{40 + i}", ("en", f"lift n{i}"), models=models) for i in range(count)]
    spreads = origin.with_changes(new).statistics.spreads
    assert not np.array_equal(spreads["m", "solution"], origin.statistics.spreads["m", "solution"])


def test_changes_add_up_and_a_removed_thing_may_come_back():
    first = thing("S-1", ("en", "pump"))
    snapshot = (
        Snapshot.build([WISH, first]).with_changes([thing("S-2", ("en", "lift"))]).with_changes([], ["S-1"])
    )
    assert snapshot.keys("solution") == ["S-2"]
    assert snapshot.with_changes([first]).keys("solution") == ["S-1", "S-2"]


def test_a_saved_snapshot_answers_as_before(tmp_path, snapshot, prepared):
    snapshot.save(tmp_path)
    loaded = Snapshot.load(tmp_path)
    for query in prepared[:6]:
        other = "solution" if query.role == "wish" else "wish"
        assert loaded.search(query, other, 40) == snapshot.search(query, other, 40)


def test_a_saved_snapshot_with_changes_answers_as_before_and_can_change_again(tmp_path):
    rows = [thing(f"S-{i}", ("en", words)) for i, words in enumerate(["pump", "leak", "lift pump"])]
    changed = Snapshot.build([WISH, *rows]).with_changes([thing("S-9", ("zh-Hant", "pump"))], ["S-0"])
    changed.save(tmp_path)
    loaded = Snapshot.load(tmp_path)
    assert told(loaded) == told(changed)
    assert told(loaded.with_changes([], ["S-9"])) == told(Snapshot.build([WISH, *rows[1:]]))


def test_loaded_arrays_are_mapped_and_not_copied(tmp_path, snapshot):
    snapshot.save(tmp_path)
    segment = Snapshot.load(tmp_path).segments["solution"][0]
    assert isinstance(segment.vectors["e5"].whole.base, np.memmap)
    assert isinstance(segment.words.rows.base, np.memmap)


def test_another_format_is_refused(tmp_path, snapshot):
    snapshot.save(tmp_path)
    (tmp_path / "snapshot.json").write_text('{"format": 0}')
    with pytest.raises(ValueError, match="build it again"):
        Snapshot.load(tmp_path)


def test_many_at_once_are_answered_as_one_by_one(snapshot, prepared):
    wishes = [p for p in prepared if p.role == "wish"]
    together = snapshot.search_many(wishes, "solution", 5)
    for wish, hits in zip(wishes, together, strict=True):
        assert [hit.key for hit in snapshot.search(wish, "solution", 5)] == [hit.key for hit in hits]


def test_building_from_another_order_changes_nothing(prepared):
    query = prepared[0]
    forwards, backwards = Snapshot.build(prepared), Snapshot.build(prepared[::-1])
    assert told(forwards, query) == told(backwards, query)


def test_among_narrows_the_answer_but_not_the_scale(snapshot, prepared):
    wish = next(p for p in prepared if p.role == "wish")
    every = {hit.key: hit.fused for hit in snapshot.search(wish, "solution", 99)}
    some = set(list(every)[::3])
    narrowed = snapshot.search(wish, "solution", 99, among=some)
    assert {hit.key: hit.fused for hit in narrowed} == {key: every[key] for key in some}


@settings(max_examples=60)
@given(st.integers(0, 999), st.integers(1, 12), st.floats(0.05, 1), st.sampled_from([0, 1, TIE / 3]))
def test_the_best_of_some_things_are_the_same_whether_these_or_the_best_are_looked_up(
    seed, enough, share, step
):
    chance = np.random.default_rng(seed)
    face = Snapshot.build([thing(f"S-{i:03}", ("en", "pump"), models=()) for i in range(90)]).face("solution")
    values = chance.normal(size=90) if not step else step * chance.integers(0, 20, 90)
    among = Among(face, {key for key in face.keys if chance.random() < share} | {"S-999"}, 1)
    expected = among.rows[leading(values[among.rows], enough)]
    assert sorted(among.leading(values, enough)) == sorted(expected)
    for asked in (enough, 30, 90):
        walked = among.walked(values, enough, asked)
        assert walked is None or sorted(walked) == sorted(expected)


def test_a_wish_is_not_similar_to_itself_but_to_its_other_language(snapshot, prepared):
    wish = next(p for p in prepared if p.key == "lift.wish.en")
    hits = snapshot.search(wish, "wish", 3)
    assert "lift.wish.en" not in [hit.key for hit in hits]
    assert hits[0].key == "lift.wish.zh"


def test_a_thing_in_two_languages_is_found_by_either_and_listed_once():
    both = thing("S-1", ("zh-Hant", "水泵 漏水"), ("en", "pump leak"), models=())
    others = [thing(f"S-{i}", ("en", "lift rope"), models=()) for i in range(2, 6)]
    snapshot = Snapshot.build([both, *others])
    for words, lang in (("pump leak", "en"), ("水泵 漏水", "zh-Hant")):
        hits = snapshot.search(thing("W", (lang, words), role="wish", models=()), "solution", 9)
        assert [hit.key for hit in hits].count("S-1") == 1
        assert hits[0].key == "S-1"
        assert hits[0].signals["words_share"] == pytest.approx(1, abs=0.05)


def test_equals_are_listed_by_key():
    rows = [thing(key, ("en", "pump"), models=()) for key in ("S-3", "S-1", "S-2")]
    query = thing("W", ("en", "pump"), role="wish", models=())
    assert [hit.key for hit in Snapshot.build(rows).search(query, "solution", 9)] == ["S-1", "S-2", "S-3"]


@pytest.mark.parametrize("query", [Prepared("W", "wish", ()), WISH])
def test_an_empty_portal_finds_nothing(query):
    assert Snapshot.build([]).search(query, "solution", 5) == []


def test_a_query_without_words_or_vectors_is_answered_without_failing():
    silent = Prepared("W", "wish", (PreparedPassage("en", (), (), {}),))
    hits = Snapshot.build([thing("S-1", ("en", "pump"))]).search(silent, "solution", 5)
    assert [(hit.key, hit.fused) for hit in hits] == [("S-1", 0.0)]


def test_an_empty_snapshot_can_be_saved_and_loaded(tmp_path):
    Snapshot.build([]).save(tmp_path)
    assert told(Snapshot.load(tmp_path).with_changes([thing("S-1", ("en", "pump"))])) == [("S-1", 0.0)]


def test_vectors_are_centred_by_language_and_role():
    rows = [thing(f"S-{i}", (lang, "pump")) for i in range(60) for lang in (["en", "zh-Hant"][i % 2],)]
    snapshot = Snapshot.build(rows)
    segment = snapshot.segments["solution"][0]
    centres = Statistics.of(snapshot.segments).centres["m", "solution"]
    of_english = segment.vectors["m"].floats(segment.langs == 0).mean(axis=0)
    assert np.linalg.norm(centres[0] - of_english) < np.linalg.norm(of_english)


@pytest.mark.parametrize("changed", [False, True])
def test_many_queries_at_once_are_answered_to_the_last_bit_as_one_after_the_other(changed):
    """Whichever way is quicker for so many: products of matrices for words, all texts compared with all."""
    bodies = ["pump leak", "lift rope lift", "valve pump", "leak", "rope crane valve"]
    both = [
        thing(
            f"{role[0]}-{i:02}",
            ("en", f"{bodies[i % 5]} n{i}"),
            ("zh-Hant", f"水泵 {bodies[i % 3]}"),
            role=role,
        )
        for role in ("wish", "solution")
        for i in range(40)
    ]
    snapshot = Snapshot.build(both)
    if changed:
        snapshot = snapshot.with_changes([thing("s-07", ("zh-Hant", "水泵 leak"), ("en", "crane"))], ["s-08"])
    asked = [one for one in both if one.role == "wish"]
    among = {f"s-{i:02}" for i in range(5, 30)}
    many = snapshot.search_many(asked, "solution", 9, among)
    assert many == [snapshot.search(one, "solution", 9, among) for one in asked]
    assert all(len(hits) == 9 for hits in many)


@pytest.mark.parametrize("changed", [False, True])
def test_things_that_are_asked_for_are_told_of_as_the_search_does(changed):
    bodies = ["pump leak", "lift rope lift", "valve pump", "leak", "rope crane valve"]
    both = [
        thing(
            f"{role[0]}-{i:02}",
            ("en", f"{bodies[i % 5]} n{i}"),
            ("zh-Hant", f"水泵 {bodies[i % 3]}"),
            role=role,
        )
        for role in ("wish", "solution")
        for i in range(120)
    ]
    snapshot = Snapshot.build(both)
    if changed:
        snapshot = snapshot.with_changes([thing("s-07", ("zh-Hant", "水泵 leak"), ("en", "crane"))], ["s-08"])
    asked = [one for one in both if one.role == "wish"][:9]
    among = [{f"s-{j:02}" for j in range(i, 120, 7)} for i in range(len(asked))]
    snapshot.search_many(asked[:4], "solution", 3)
    found = snapshot.measured(asked, "solution", among)
    assert found == [
        snapshot.search(one, "solution", 99, keys) for one, keys in zip(asked, among, strict=True)
    ]
    assert [len(hits) for hits in found] == [len(keys - ({"s-08"} if changed else set())) for keys in among]
