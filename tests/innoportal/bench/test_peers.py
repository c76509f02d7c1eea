"""Peers rank as their papers and programs say, and what is told of them follows from what they found."""

import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from innoportal import embedded
from innoportal.bench.peers import chance, comparing, judging, markdown, postgres, systems
from innoportal.servers import Postgres
from matching.engine import dense, evaluate, linked
from matching.engine.items import Item, Passage, prepare

CORPUS = Path(__file__).parents[2] / "matching" / "engine" / "corpus"
INF = math.inf


def text(key, words, lang="en"):
    return systems.Text(key, lang, tuple(words.split()), {})


@pytest.fixture
def ts_rank():
    with postgres.ts_rank(embedded.database_url()) as peer:
        yield peer


@pytest.fixture(scope="module")
def embedders(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return [dense.Cached(model, cache) for model in dense.load_embedders()]


@pytest.fixture(scope="module")
def judged(embedders):
    with postgres.ts_rank(embedded.database_url()) as peer:
        return judging.judge(linked.read(CORPUS), embedders, peer)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("The pumps are leaking", ["pump", "leak"]),
        ("Wi-Fi", ["wi", "fi"]),
        ("升降機故障", ["升降", "降機", "機故", "故障"]),
        ("升降机", ["升降", "降机"]),
        ("水泵pump水", ["水泵", "pump", "水"]),
        ("x" * 3000, ["x" * 100]),
    ],
)
def test_peers_read_stems_and_bigrams_and_fold_no_script(body, expected):
    assert list(systems.tokens(body)) == expected


@pytest.mark.parametrize("peer", [systems.bm25, systems.by_tantivy])
def test_a_rare_word_weighs_more_and_a_text_without_any_is_not_found(peer):
    pool = [text("a", "pump valve"), text("b", "pump lift"), text("c", "pump fan"), text("d", "cable tray")]
    scores = peer([text("q", "pump lift"), text("nobody", "chiller"), text("empty", "")], pool)
    assert list(np.argsort(-scores[0], kind="stable")[:2]) == [1, 0]
    assert scores[0, 3] == -INF
    assert (scores[1:] == -INF).all()


def test_bm25_and_tantivy_are_two_programs_of_one_formula():
    """Tantivy rounds lengths, and weighs with k1 = 1.2 where bm25s has 1.5: the same order, other numbers."""
    pool = [text(str(i), " ".join(["pump"] * i + ["lift"] * (8 - i) + ["fan"] * 4)) for i in range(1, 8)]
    one, other = (peer([text("q", "pump")], pool)[0] for peer in (systems.bm25, systems.by_tantivy))
    assert list(np.argsort(-one)) == list(np.argsort(-other)) == [6, 5, 4, 3, 2, 1, 0]


def test_postgresql_takes_the_tokens_as_they_are_and_counts_them(ts_rank):
    pool = [
        text("once", "升降 故障 fan"),
        text("twice", "升降 升降 故障"),
        text("quotes", "o'brien back\\slash"),
        text("none", "pump"),
    ]
    scores = ts_rank([text("q", "升降 o'brien"), text("r", "back\\slash"), text("empty", "")], pool)
    assert scores[0, 1] > scores[0, 0] > 0
    assert scores[0, 2] > 0
    assert scores[0, 3] == -INF
    assert list(scores[1] > 0) == [False, False, True, False]
    assert (scores[2] == -INF).all()


def test_postgresql_prefers_the_shorter_of_two_texts_with_the_word_once(ts_rank):
    scores = ts_rank(
        [text("q", "pump")], [text("long", "pump " + "fan lift " * 50), text("short", "pump fan")]
    )
    assert scores[0, 1] > scores[0, 0]


def test_postgresql_keeps_nothing_and_takes_very_long_texts(ts_rank):
    long = text("long", " ".join(["pump"] * 300 + [f"word{i}" for i in range(20_000)]))
    assert ts_rank([long], [long])[0, 0] > 0
    with postgres.ts_rank(embedded.database_url()) as other:
        other.cursor.execute("SELECT to_regclass('pool')")
        assert other.cursor.fetchone() == (None,)


def test_reciprocal_ranks_as_by_hand():
    words = np.array([[3.0, 2.0, -INF, -INF]])
    vectors = np.array([[0.1, 0.9, 0.8, 0.7]])
    expected = [1 / 61 + 1 / 64, 1 / 62 + 1 / 61, 1 / 62, 1 / 63]
    assert systems.reciprocal_ranks(words, vectors)[0] == pytest.approx(expected)


def test_half_and_half_as_by_hand():
    words = np.array([[4.0, 2.0, -INF], [-INF, -INF, -INF]])
    vectors = np.array([[0.8, 0.9, 0.8], [0.5, 0.7, 0.6]])
    found = systems.half_and_half(words, vectors)
    assert found[0] == pytest.approx([0.5, 0.75, 0])
    assert found[1] == pytest.approx([0, 0.5, 0.25])


def test_centred_vectors_no_longer_tell_the_language():
    """Each English text lies 10 to one side, each Chinese 10 to the other."""
    apart = {"en": np.array([10.0, 0, 0]), "zh-Hant": np.array([-10.0, 0, 0])}
    ways = {"x": np.array([0, 1.0, 0]), "y": np.array([0, -1.0, 0])}
    texts = [
        systems.Text(f"{way} {lang}", lang, (), {"m": apart[lang] + ways[way]})
        for lang in apart
        for way in ways
    ]
    assert systems.cosines("m", texts, texts)[0, 3] < 0
    found = systems.cosines("m", *[systems.centred(texts)] * 2)
    assert found == pytest.approx(np.array([[1, -1, 1, -1], [-1, 1, -1, 1]] * 2))


def test_chance_agrees_with_every_way_to_choose_signs():
    differences = np.array([0.5, -0.2, 0.4, 0.1, 0.3, 0.2])
    ways = [abs(np.dot(way, differences)) for way in itertools.product((-1, 1), repeat=6)]
    exact = np.mean(np.array(ways) >= differences.sum() - 1e-9)
    found = chance.probabilities(differences[:, None], np.arange(6))
    assert found == pytest.approx([exact], abs=0.01)


def test_an_interval_agrees_with_the_normal_one_for_many_questions():
    values = np.random.default_rng(1).random((400, 1))
    low, high = chance.intervals(values, np.arange(400))
    half = 1.96 * values.std() / 20
    assert (low[0], high[0]) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.003)


def test_one_question_in_four_languages_is_no_more_certain_than_in_one():
    values = np.random.default_rng(2).random((40, 1)) - 0.4
    alone, four = (values, np.arange(40)), (np.repeat(values, 4, axis=0), np.repeat(np.arange(40), 4))
    assert chance.intervals(*four) == pytest.approx(chance.intervals(*alone))
    assert chance.probabilities(*four) == pytest.approx(chance.probabilities(*alone))
    apart = chance.intervals(four[0], np.arange(160))
    assert np.ptp(apart) < 0.6 * np.ptp(chance.intervals(*four))


def test_the_engine_is_judged_as_by_evaluate(judged, embedders):
    told = evaluate.evaluate(linked.read(CORPUS), embedders)
    for one in judged:
        figures = told.tables[one.direction][one.pair].as_dict()
        means = one.values[judging.ENGINE].mean(axis=0)
        assert means == pytest.approx(list(figures.values())[1:], abs=1e-4), (one.direction, one.pair)
        assert len(one.groups) == figures["queries"]
    assert len(judged) == sum(map(len, told.tables.values()))


def test_every_peer_answers_every_row_and_only_a_pool_of_one_language_is_asked_alone(judged):
    peers = {"BM25", "tantivy", "PostgreSQL", "E5", "USE", "RRF", "min-max", "centred"}
    for one in judged:
        alone = {judging.ALONE} if "all" not in one.pair else set()
        assert set(one.values) == {judging.ENGINE} | peers | alone


@pytest.mark.parametrize("pair", ["en > en", "zh-Hant > en", "en > zh-Hans"])
def test_a_pair_alone_is_a_set_without_the_other_languages(embedders, pair):
    data = linked.read(CORPUS)
    small = without_others(data, "wish > solution", pair)
    prepared = prepare((*data.wishes, *data.solutions), embedders)
    found = judging.alone(prepared, "wish", "solution", pair)
    told = evaluate.evaluate(small, embedders).rankings["wish > solution"]
    assert found == {query: [key for key, _ in hits] for query, hits in told.items()}
    assert set(found) == {item.key for item in small.wishes}


def without_others(data, direction, pair):
    """What of a set is in the languages of a pair, a language for each role."""
    langs = dict(zip(direction.split(" > "), pair.split(" > "), strict=True))
    kept = {
        role: tuple(item for item in data.items(role) if item.passages[0].lang == lang)
        for role, lang in langs.items()
    }
    keys = {item.key for items in kept.values() for item in items}
    links = {
        wish: inside
        for wish, grades in data.links.items()
        if wish in keys and (inside := {key: grade for key, grade in grades.items() if key in keys})
    }
    return linked.LinkedSet("small", kept["wish"], kept["solution"], links)


def test_what_links_join_is_one_group():
    things = {
        key: Item(key, role, (Passage("en", key, ""),))
        for key, role in zip("abcxyz", ["wish"] * 3 + ["solution"] * 3, strict=True)
    }
    data = linked.LinkedSet(
        "s",
        tuple(things[k] for k in "abc"),
        tuple(things[k] for k in "xyz"),
        {"a": {"x": 1, "y": 1}, "b": {"y": 1}, "c": {"z": 1}},
    )
    groups = judging.grouped(data)
    assert groups["a"] == groups["b"] == groups["x"] == groups["y"]
    assert groups["c"] == groups["z"] != groups["a"]


def row(pair, name="s", direction="wish > solution", **means):
    """Thirty questions apart, all alike: (ndcg, recall, recall, mrr) by system."""
    values = {name_: np.full((30, 4), mean) for name_, mean in means.items()}
    return judging.Judged(name, direction, pair, np.arange(30), values)


@pytest.fixture
def found():
    return comparing.Comparison(
        {},
        [
            row("en > en", engine=0.8, BM25=0.5, E5=0.4, centred=0.9),
            row("zh-Hant > zh-Hant", engine=0.4, BM25=0.1, E5=0.5, centred=0.9),
            row("en > zh-Hant", engine=0.9, BM25=0.1, E5=0.6, centred=0.9),
            row("en > all", engine=0.9, BM25=0.1, E5=0.6, centred=0.9),
            row("all > all", engine=0.5, BM25=0.4, E5=0.5, centred=0.9),
            row("en > en", "t", engine=0.5, BM25=1.0, E5=0.2, centred=0.9),
        ],
    )


def test_the_best_peer_is_that_of_a_set_and_ratios_are_means_over_sets(found):
    within = found.kinds["s", "wish > solution", "within a language"]
    assert (within.queries, within.best()) == (60, "E5")
    assert within.mean("engine") == pytest.approx(0.6)
    assert found.ratios() == pytest.approx(
        {"within a language": (0.6 / 0.45 + 0.5) / 2, "across languages": 1.5, "one pool": 1}
    )
    assert found.ratios("solution > wish") == {}
    assert found.means()["within a language"] == pytest.approx(
        {"engine": 0.55, "BM25": 0.65, "E5": 0.325, "centred": 0.9}
    )


def test_how_far_one_could_get_is_told_for_the_best_of_each_set_and_for_the_best_single_peer(found):
    """BM25 is perfect on t, so a perfect ranking gains nothing there."""
    each, single = found.reaches()["within a language"]
    assert (each.peer, single.peer) == (None, "BM25")
    assert (each.perfect, single.perfect) == pytest.approx(((1 / 0.45 + 1) / 2, 1 / 0.65))
    assert each.ours == pytest.approx({"engine": (0.6 / 0.45 + 0.5) / 2})
    assert single.ours == pytest.approx({"engine": 0.55 / 0.65})
    assert single.share("engine") == pytest.approx((0.55 - 0.65) / (1 - 0.65))
    for across in found.reaches()["across languages"]:  # one set, so one and the same
        assert across.perfect == pytest.approx(1 / 0.6)
        assert across.ours == pytest.approx({"engine": 0.9 / 0.6})
        assert across.share("engine") == pytest.approx(0.3 / 0.4)


def test_no_share_is_told_where_a_peer_leaves_nothing_to_gain():
    perfect = comparing.Comparison(
        {}, [row("en > en", engine=0.9, **{judging.ALONE: 0.95}, BM25=1.0, E5=0.2)]
    )
    nothing = ["1.000", "**0.900**", "–", "**0.950**", "–"]
    assert ["within a language", "the best of each set", *nothing] in lines(perfect)
    assert ["within a language", "BM25, the best single one", *nothing] in lines(perfect)
    told = perfect.as_dict()["reach"]["within a language"][1]
    assert told == {
        "peer": "BM25",
        "perfect": 1.0,
        "ours": {"engine": 0.9, judging.ALONE: 0.95},
        "share": {"engine": None, judging.ALONE: None},
    }


def test_the_share_of_the_possible_gain_is_in_the_table_below_the_ratios(found):
    told = lines(found)
    place = told.index(
        ["across languages", "E5, the best single one", "1.667", "**1.500**", "75 %", "–", "–"]
    )
    assert told[place + 1] == ["one pool", "the best of each set", "2.000", "**1.000**", "0 %", "–", "–"]
    heads = ["nDCG@10", "divided by that of", "a perfect ranking", "engine", "of the possible gain"]
    assert [line[:5] for line in told].index(heads) < [line[0] for line in told].index("set")


def test_every_place_below_the_best_peer_is_named_and_told_from_noise(found):
    named = {(*place, measure, ours) for place, measure, ours in found.below()}
    ways = {("s", "zh-Hant > zh-Hant"), ("t", "en > en"), ("t", "within a language")}
    names = ("ndcg@10", "recall@10", "recall@100", "mrr")
    assert named == {(n, "wish > solution", last, m, "engine") for n, last in ways for m in names}
    assert all(found.places[place].to_best(ours).certain for place, _, ours in found.below())
    assert not found.kinds["s", "wish > solution", "one pool"].to_best("engine").certain


def test_tables_mark_peers_that_the_engine_does_not_surely_beat(found):
    told = lines(found)
    pool = ["`s`", "wish → solution", "one pool", ".500 (.500–.500)"]
    assert [*pool, ".400 (.400–.400)", ".500 (.500–.500) °", ".900 (.900–.900) ▲"] in told
    within = ["`t`", "wish → solution", "within a language", ".500 (.500–.500)"]
    assert [*within, "1.000 (1.000–1.000) ▲", ".200 (.200–.200)", ".900 (.900–.900) ▲"] in told
    place = ["nDCG@10", "engine", "`t`", "wish → solution", "en → en"]
    assert [*place, ".500", "BM25 1.000", "-.500", "< .001", "**yes**"] in told


def lines(found):
    """The cells of each line of the tables."""
    return [line.strip("| ").split(" | ") for line in markdown.write(found).splitlines()]


def test_a_set_that_is_not_there_is_refused_in_one_line_before_anything_starts(tmp_path):
    done = command(tmp_path / "none", data=tmp_path / "data")
    assert done.returncode == 2
    assert done.stderr == f"innoportal.bench.peers: {tmp_path / 'none'}: no such folder\n"
    assert not (tmp_path / "data").exists()


def test_the_command_measures_a_set_on_servers_of_its_own(tmp_path):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        Path(place).chmod(0o755)  # for the account that root's servers run under
        files = tmp_path / "figures.json", tmp_path / "tables.md"
        options = ["--json", files[0], "--markdown", files[1], "--cache", tmp_path / "cache"]
        done = command(CORPUS, *options, data=place)
        running = Postgres(Path(place)).process()
        Postgres(Path(place)).remove()
    assert (done.returncode, done.stderr, running) == (0, "", None)
    told = json.loads(files[0].read_text())
    assert told["sets"] == {"corpus": {"wishes": 28, "solutions": 33, "links": 66}}
    row = told["pairs"]["corpus"]["wish > solution"]["en > zh-Hant"]
    assert row["best peer"] in row["systems"]
    assert row["ratio"]["engine"] == pytest.approx(
        row["systems"]["engine"]["ndcg@10"][0] / row["systems"][row["best peer"]]["ndcg@10"][0], abs=1e-3
    )
    assert "### Wish → solution" in files[1].read_text()


def command(folder, *options, data):
    line = [sys.executable, "-m", "innoportal.bench.peers", str(folder), *map(str, options)]
    return subprocess.run(
        line,
        env={**os.environ, "INNOPORTAL_DATA": str(data)},
        cwd=embedded.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
