"""Collections that the engine's speed is measured on, and the figures of one."""

import struct

import numpy as np
import pytest

from innoportal.bench.scale import growing, indexed, markdown, sized, sources, systems
from innoportal.bench.scale.growing import Heaps
from innoportal.bench.scale.sources import Sources
from matching.engine import Snapshot
from matching.engine.lexical import Postings
from matching.engine.segments import CODES
from tests.matching.engine.makers import thing

MODELS = ("m", "n")  # of eight numbers, drawn from a seed


def texts(role, count=60):
    """Words as they come in texts: few of them often, and each text brings some of its own."""
    chance = np.random.default_rng(7)
    drawn = np.minimum(chance.zipf(1.3, (count, 40)), 5000)
    return [
        thing(
            f"{role}{i}",
            (("en", "zh-Hant", "en")[i % 3], " ".join(f"w{n}" for n in row)),
            role=role,
            models=MODELS,
        )
        for i, row in enumerate(drawn)
    ]


@pytest.fixture(scope="module")
def real():
    return {role: texts(role) for role in ("wish", "solution")}


@pytest.fixture(scope="module")
def grown(real):
    return growing.grow(Sources.of(real["solution"]), 900, "solution", 1)


def test_a_collection_has_the_size_and_the_languages_of_its_sources(grown):
    assert len(grown.keys) == len(grown.langs) == len(grown.words.lengths) == 900
    assert np.bincount(grown.langs).tolist() == [600, 300]
    assert np.array_equal(grown.langs, np.sort(grown.langs))
    for code in (0, 1):
        keys = [grown.keys[row] for row in np.flatnonzero(grown.langs == code)]
        assert keys == sorted(set(keys))
    assert len(set(grown.keys)) == 900 - 150  # half of those in Chinese are there in English, too


def test_texts_are_as_long_as_their_sources_and_postings_add_up(grown):
    postings = grown.words
    assert set(postings.lengths.tolist()) == {40.0}
    assert np.array_equal(np.bincount(postings.rows, postings.counts), postings.lengths)
    for start, end in zip(postings.indptr, postings.indptr[1:], strict=False):
        assert (np.diff(postings.rows[start:end]) > 0).all()


def test_a_vector_lies_near_one_of_the_sources_and_is_none_of_them(grown, real):
    model = "m"
    found = grown.vectors[model].floats()
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=0.02)
    cosines = found @ np.array([one.passages[0].vectors[model] for one in real["solution"]]).T
    assert 0.5 < cosines.max(axis=1).mean() < 0.99


def test_the_same_seed_gives_the_same_and_another_one_another(real, grown):
    again, other = (growing.grow(Sources.of(real["solution"]), 900, "solution", seed) for seed in (1, 2))
    assert again.keys == grown.keys
    assert np.array_equal(again.words.terms, grown.words.terms)
    assert np.array_equal(again.vectors["n"].whole, grown.vectors["n"].whole)
    assert not np.array_equal(other.vectors["n"].whole, grown.vectors["n"].whole)


def test_the_vocabulary_grows_with_the_collection_and_more_slowly(real):
    small, large = (growing.grow(Sources.of(real["solution"]), n, "solution", 1) for n in (1000, 8000))
    assert 1.5 < len(large.words.terms) / len(small.words.terms) < 6
    assert (np.diff(large.words.indptr) == 1).mean() > 0.2  # many words are in one text alone


def test_heaps_law_is_read_from_words_that_follow_it():
    law = Heaps(12, 0.6)
    known = np.floor(law.at(np.arange(1, 200_001))).astype(int)
    words = np.where(np.diff(known, prepend=0) > 0, known, 1)
    found = Heaps.of(words)
    assert found.power == pytest.approx(0.6, abs=0.01)
    assert found.at(np.array([200_000])) == pytest.approx(len(np.unique(words)))


def test_ids_of_new_words_differ():
    assert len(np.unique(growing.scattered(np.arange(100_000, dtype=np.uint64)))) == 100_000


def test_postings_in_slices_are_those_of_all_at_once(grown):
    terms = np.repeat(grown.words.terms, np.diff(grown.words.indptr))
    args = (grown.words.rows, grown.words.counts, grown.words.lengths)
    whole = Postings.arrange(terms, *args)
    halves = [np.array_split(array, 2) for array in (terms, *args[:2])]
    sliced = growing.arranged(*halves, grown.words.lengths)
    for name in ("terms", "indptr", "rows", "counts"):
        assert np.array_equal(getattr(sliced, name), getattr(whole, name))


def test_bags_keep_every_word_and_where_each_text_ends():
    bags = sources.Bags.of([["pump", "leak", "pump"], [], ["rope"]])
    assert bags.ends.tolist() == [3, 3, 4]
    assert bags.terms[0] == bags.terms[2] != bags.terms[1]
    assert growing.gathered(bags, np.array([2, 0, 1])).terms.tolist() == bags.terms[[3, 0, 1, 2]].tolist()


@pytest.mark.parametrize("peer", systems.PEERS, ids=lambda peer: peer.name)
def test_each_peer_finds_a_text_by_itself(peer, real):
    snapshot = Snapshot.build([*real["wish"], *real["solution"]])
    (segment,) = snapshot.segments["solution"]
    search = peer.build(segment)
    for one in real["solution"][:3]:
        assert segment.keys[search(one)[0]] == one.key


def test_every_figure_of_a_size_is_measured_and_told(real, tmp_path, monkeypatch):
    monkeypatch.setattr(sized, "WORKERS", (1,))
    monkeypatch.setattr(sized, "AGAINST", 400)
    monkeypatch.setattr(sized, "REMATCHED", 20)
    found = sized.measure(real, 400, 12, tmp_path / "snapshot", systems.PEERS)
    assert found["least"] == 1
    assert len(Snapshot.load(tmp_path / "snapshot").keys("solution")) == found["grown"]["things"]
    assert found["memory"]["1"]["PSS"] > 10
    assert found["rematch"]["cpu s"] > 0
    told = markdown.write({"sizes": [found], "embedding": {"all": found["limit"]}})
    assert "| | 400 texts |" in told
    assert told.count("tantivy") == 3  # its search, its ratio, its building
    assert "100%" in told


def test_an_index_is_told_beside():
    taken = {"p50": 1.0, "p95": 2.0, "cpu p50": 0.5, "cpu p95": 0.9, "recall": 0.9912}
    one = {
        "texts": 900,
        "load": 1.5,
        "build": {"s": 3.0, "cpu s": 2.0},
        "MB": 12.0,
        "least": 1.0,
        "all": taken,
    }
    told = markdown.indexed([one, {**one, "all": {**taken, "recall": 1.0}}])
    assert ["ms, all", *["1.0 / 2.0 (0.5 / 0.9)"] * 2] in told
    assert ["recall@100, all", "0.991", "1.000"] in told


@pytest.mark.parametrize("numbers", [[], [1], [3, -(2**63), 2**63 - 1]])
def test_an_array_in_postgresqls_binary_format_has_a_head_and_its_numbers(numbers):
    body = indexed.array(np.array(numbers, np.int64))
    dimensions, nulls, kind = struct.unpack_from(">iii", body)
    assert (dimensions, nulls, kind) == (min(1, len(numbers)), 0, 20)
    if numbers:
        assert struct.unpack_from(">ii", body, 12) == (len(numbers), 1)
        assert list(struct.iter_unpack(">iq", body[20:])) == [(8, number) for number in numbers]


def test_what_was_not_measured_at_a_size_is_a_dash():
    sizes = [{"peers": {"a": {"build": {"s": 1.0, "cpu s": 0.5}}}}, {"peers": {}}]
    assert markdown.row("a", sizes, markdown.seconds, "peers", "a", "build") == ["a", "1.00 (0.50)", "–"]


def test_languages_come_in_the_order_of_their_codes():
    codes = growing.languages(np.array([CODES["zh-Hans"], CODES["en"], CODES["en"], CODES["en"]]), 8)
    assert codes.tolist() == [0] * 6 + [CODES["zh-Hans"]] * 2
