"""A few rows fetched from somewhere score as they do in a snapshot of everything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import Snapshot
from matching.engine.dense import ROLES
from matching.engine.lexical import Collection
from matching.engine.rows import TERM, only, postings, rows_of, segment_of
from matching.engine.sampled import Counts, Known, Sample, Terms
from matching.engine.scores import Scores
from matching.engine.segments import Segment

from .makers import thing

WISH = thing("W-1", ("en", "pump leak"), ("zh-Hant", "水泵"), role="wish")


def segments(prepared):
    return {role: Segment.build([p for p in prepared if p.role == role]) for role in ROLES}


def counts(segment, terms):
    """As a database would count them: of the terms of the query alone."""

    def some(postings, groups, known, n):
        found = Collection.count([(only(postings, known), groups, segment.alive)], n)
        frequencies = np.zeros((len(known), n), np.int64)
        frequencies[np.searchsorted(known, found.terms)] = found.frequencies
        whole = Collection.count([(postings, groups, segment.alive)], n)
        return Collection(known, frequencies, whole.sizes, whole.totals)

    return Counts(
        some(segment.words, segment.scripts, terms.words, 2),
        some(segment.concepts, 0 * segment.scripts, terms.concepts, 1),
        dict(enumerate(np.bincount(segment.langs).tolist())),
    )


def answer(sample, parts, query, role, k, *, rows=None, crowded=True):
    return sample.search(
        query,
        role,
        k,
        None,
        crowded=crowded,
        counts=counts(parts[role], Terms.of([query])),
        rows=rows if rows is not None else rows_of(parts[role]),
    )


@pytest.mark.parametrize("crowded", [True, False])
def test_with_all_rows_as_candidates_the_answer_is_that_of_a_snapshot(prepared, crowded):
    snapshot, parts = Snapshot.build(prepared), segments(prepared)
    sample = Sample.of(parts)
    for query in prepared[:12]:
        role = "solution" if query.role == "wish" else "wish"
        wanted = snapshot.search(query, role, 30, crowded=crowded)
        found = answer(sample, parts, query, role, 30, crowded=crowded)
        assert [hit.key for hit in found] == [hit.key for hit in wanted]
        for one, other in zip(found, wanted, strict=True):
            assert one.signals == pytest.approx(other.signals, abs=1e-4)


def test_a_part_of_the_rows_scores_as_it_does_among_all():
    things = [WISH, *(thing(f"S-{i}", ("en", f"pump {'leak ' * (i % 3)}w{i}")) for i in range(60))]
    parts = segments(things)
    sample = Sample.of(parts)
    whole = {hit.key: hit for hit in Snapshot.build(things).search(WISH, "solution", 60)}
    some = answer(sample, parts, WISH, "solution", 60, rows=rows_of(parts["solution"])[10:15])
    assert {hit.key for hit in some} == {row.key for row in rows_of(parts["solution"])[10:15]}
    for hit in some:
        assert hit.signals == pytest.approx(whole[hit.key].signals, abs=1e-4)


def test_rows_are_what_their_segment_was(prepared):
    for segment in segments(prepared).values():
        rows = rows_of(segment)
        again = segment_of(rows, {name: v.dim for name, v in segment.vectors.items()})
        assert again.keys == segment.keys
        for name, array in segment.arrays().items():
            np.testing.assert_array_equal(again.arrays()[name], array)


def test_no_rows_are_an_empty_segment():
    nothing = Segment.build([])
    assert rows_of(nothing) == []
    assert segment_of([], {"m": 8}).keys == ()


def test_only_some_terms_are_kept_with_all_their_rows(prepared):
    postings = segments(prepared)["solution"].words
    terms = postings.terms[[3, 20]]
    some = only(postings, np.sort(np.append(terms, [np.uint64(7)])))
    np.testing.assert_array_equal(some.terms, terms)
    for name, place in zip((0, 1), (3, 20), strict=True):
        wanted = postings.rows[postings.indptr[place] : postings.indptr[place + 1]]
        np.testing.assert_array_equal(some.rows[some.indptr[name] : some.indptr[name + 1]], wanted)
    np.testing.assert_array_equal(some.lengths, postings.lengths)


def test_crowding_that_nobody_measured_is_the_average_of_the_language(prepared):
    snapshot = Snapshot.build(prepared)
    parts, statistics = {role: snapshot.segments[role][0] for role in ROLES}, snapshot.statistics
    sample = Sample.of(parts, Known(statistics.centres, statistics.spreads, {}))
    rows = rows_of(parts["solution"])
    bare = Segment.build([p for p in prepared if p.role == "solution"])
    known = sample.crowding("solution", segment_of(rows, sample.models))
    np.testing.assert_array_equal(known, parts["solution"].crowding)
    averaged = sample.crowding("solution", bare)
    for code in np.unique(bare.langs):
        mean = parts["solution"].crowding[bare.langs == code].mean(axis=0)
        np.testing.assert_allclose(
            averaged[bare.langs == code], np.broadcast_to(mean, (sum(bare.langs == code), 2)), atol=1e-5
        )


def test_a_sample_on_disk_answers_as_it_did(prepared, tmp_path):
    parts = segments(prepared)
    statistics = Snapshot.build(prepared).statistics
    sample = Sample.of(parts, Known(statistics.centres, statistics.spreads, {"wish": 7, "solution": 9}))
    sample.save(tmp_path / "sample")
    again = Sample.load(tmp_path / "sample")
    assert not again.is_whole
    assert again.sizes == {"wish": 7, "solution": 9}
    assert again.models == sample.models
    query = next(p for p in prepared if p.role == "wish")
    rows = rows_of(parts["solution"])[5:40]
    one, other = (answer(of, parts, query, "solution", 20, rows=rows) for of in (sample, again))
    assert one == other
    with pytest.raises(ValueError, match="no sample"):
        Sample.of(parts).save(tmp_path / "whole")


def test_a_row_that_knows_its_widths_scores_as_one_that_is_measured(prepared):
    parts = segments(prepared)
    snapshot = Snapshot.build(prepared)
    statistics, (ready,) = snapshot.statistics, snapshot.ready["solution"]
    sample = Sample.of(parts, Known(statistics.centres, statistics.spreads, {}))
    widths = np.stack([ready.widths[model] for model in sorted(ready.widths)], axis=1)
    query = next(p for p in prepared if p.role == "wish")
    known = answer(sample, parts, query, "solution", 20, rows=rows_of(parts["solution"], widths))
    measured = answer(sample, parts, query, "solution", 20)
    assert [hit.key for hit in known] == [hit.key for hit in measured]
    for one, other in zip(known, measured, strict=True):
        assert one.signals == pytest.approx(other.signals, abs=1e-5)
    others = widths * np.linspace(1, 3, len(widths))[:, None].astype(np.float32)
    moved = answer(sample, parts, query, "solution", 20, rows=rows_of(parts["solution"], others))
    assert moved[0].fused != pytest.approx(measured[0].fused, rel=1e-3)


def test_candidates_that_are_in_the_sample_are_counted_once(prepared):
    parts = segments(prepared)
    statistics = Snapshot.build(prepared).statistics
    sample = Sample.of(parts, Known(statistics.centres, statistics.spreads, {}))
    query = next(p for p in prepared if p.role == "wish")
    terms = Terms.of([query])
    rows = rows_of(parts["solution"])[3:9]
    some = sample.beside(
        "solution", [sample.segment("solution", rows, terms)], counts(parts["solution"], terms)
    )
    beside = sample.unlike(Scores(some, "solution", [query]))
    assert sorted({*range(len(parts["solution"].keys))} - set(beside.tolist())) == [3, 4, 5, 6, 7, 8]


@given(
    st.lists(st.integers(0, 2**64 - 1), max_size=40),
    st.sets(st.integers(0, 2**64 - 1), max_size=6),
    st.data(),
)
def test_terms_are_told_apart_whatever_their_last_bytes(others, known, data):
    alike = [(term & 0xFFFF) | (other << 16) % 2**64 for term, other in zip(known, others, strict=False)]
    said = data.draw(st.permutations(sorted({*others, *alike, *known})))
    bag = np.zeros(len(said), TERM)
    bag["term"], bag["count"] = said, 1
    wanted = np.array(sorted(known), np.uint64)
    found = postings([bag.tobytes()], [len(said)], wanted)
    assert found.terms.tolist() == sorted(known & set(said))
