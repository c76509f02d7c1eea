import itertools
import json
import shutil

import pytest
from django.core.management import CommandError, call_command

from matching.engine import Snapshot, dense, evaluate, linked

from .conftest import CORPUS
from .makers import thing


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(CORPUS, tmp_path / "set")


@pytest.fixture(scope="module")
def found(corpus, embedders, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return evaluate.evaluate(corpus, [dense.Cached(e, cache) for e in embedders], baselines=True)


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("wishes.jsonl", None, "wishes.jsonl: no such file"),
        ("wishes.jsonl", "", "wishes.jsonl: holds no line"),
        ("wishes.jsonl", '{"id": "a", "lang": "en"}\n{"id": ', "wishes.jsonl:2: not JSON"),
        ("wishes.jsonl", "[1]", "wishes.jsonl:1: not a JSON object"),
        (
            "wishes.jsonl",
            '{"id": "a b", "lang": "en"}',
            "wishes.jsonl:1: id must be text without spaces, not 'a b'",
        ),
        ("wishes.jsonl", '{"lang": "en"}', "wishes.jsonl:1: id must be text without spaces, not None"),
        ("wishes.jsonl", '{"id": "a", "lang": "fr"}', "wishes.jsonl:1: lang must be one of en, zh-Hant"),
        (
            "wishes.jsonl",
            '{"id": "a", "lang": "en", "text": 3}',
            "wishes.jsonl:1: title and text must be text",
        ),
        ("wishes.jsonl", '{"id": "a", "lang": "en"}\n' * 2, "wishes.jsonl:2: id 'a' was there before"),
        ("wishes.jsonl", '{"id": "lift.solution.en", "lang": "en"}', "is the id of a wish and of a solution"),
        ("solutions.jsonl", b"\xff\xfe", "solutions.jsonl: not UTF-8 at byte 0"),
        ("qrels.tsv", None, "qrels.tsv: no such file"),
        ("qrels.tsv", "", "qrels.tsv: links nothing"),
        ("qrels.tsv", "lift.wish.en lift.solution.en 1", "qrels.tsv:1: needs wish, solution and grade"),
        ("qrels.tsv", "nobody\tlift.solution.en\t1", "qrels.tsv:1: no wish has the id 'nobody'"),
        ("qrels.tsv", "lift.wish.en\tnobody\t1", "qrels.tsv:1: no solution has the id 'nobody'"),
        ("qrels.tsv", "lift.wish.en\tlift.solution.en\tgood", "qrels.tsv:1: the grade 'good' is no number"),
    ],
)
def test_a_broken_set_is_refused_in_one_line(folder, name, body, message):
    if body is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(body if isinstance(body, bytes) else body.encode())
    with pytest.raises(CommandError) as refused:
        call_command("evaluate_matching", folder)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_or_model_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="no such folder"):
        call_command("evaluate_matching", tmp_path / "none")
    with pytest.raises(CommandError, match="no embedder is called 'bert'"):
        call_command("evaluate_matching", CORPUS, embedders="bert")


def test_a_cache_that_cannot_be_written_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"file.*vectors cannot be kept here .*--cache") as refused:
        call_command("evaluate_matching", CORPUS, cache=tmp_path / "file")
    assert "\n" not in str(refused.value)


def test_the_command_reports_and_writes_both_files(tmp_path, capsys):
    files = {"json": tmp_path / "figures.json", "run": tmp_path / "set.run"}
    call_command(
        "evaluate_matching", CORPUS, baselines=True, embedders="use", cache=tmp_path / "cache", **files
    )
    shown = capsys.readouterr().out
    assert "wish > solution" in shown
    assert "BM25 alone" in shown
    figures = json.loads(files["json"].read_text())
    assert (figures["wishes"], figures["solutions"], figures["links"]) == (28, 33, 66)
    table = figures["directions"]["wish > solution"]
    assert set(table) >= {"en > en", "en > zh-Hant", "zh-Hant > zh-Hans", "en > all", "all > all"}
    assert set(table["all > all"]) == {"queries", "ndcg@10", "recall@10", "recall@100", "mrr"}
    assert set(figures["bm25"]["solution > wish"]) == set(figures["directions"]["solution > wish"])
    assert {"p50", "p95", "embed use"} == set(figures["milliseconds"])
    rows = [row.split() for row in files["run"].read_text().splitlines()]
    assert {len(row) for row in rows} == {6}
    assert len({row[0] for row in rows}) == 28 + 33
    for query in ("lift.wish.en", "lift.solution.zh"):
        ranked = [(int(row[3]), float(row[4])) for row in rows if row[0] == query]
        assert [rank for rank, _ in ranked] == list(range(1, len(ranked) + 1))
        assert all(a > b for (_, a), (_, b) in itertools.pairwise(ranked))


def test_the_run_is_what_the_portal_would_find(found, prepared, snapshot):
    for query in prepared[::7]:
        other = "solution" if query.role == "wish" else "wish"
        ranked = [key for key, _ in found.rankings[f"{query.role} > {other}"][query.key]]
        assert ranked == [hit.key for hit in snapshot.search(query, other, 1000)]


def test_figures_can_be_counted_from_the_run_alone(corpus, found):
    """Recall of the whole pool, counted once more from the rankings and the links as a reader would."""
    ranked = found.rankings["wish > solution"]
    right = [
        sum(key in corpus.links[wish] for key, _ in ranked[wish][:10]) / len(corpus.links[wish])
        for wish in ranked
    ]
    assert found.tables["wish > solution"]["all > all"].recall_10 == pytest.approx(sum(right) / len(right))


def test_the_engine_is_no_worse_than_its_words_alone(found):
    for direction, table in found.tables.items():
        for pair, figures in table.items():
            assert figures.ndcg_10 >= found.baselines[direction][pair].ndcg_10, (direction, pair)


def test_words_alone_are_ranked_by_plain_bm25():
    pool = [thing("S-1", ("en", "lift"), models=()), thing("S-2", ("en", "pump leak"), models=())]
    wish = thing("W", ("en", "pump"), role="wish", models=())
    ranked = evaluate.words_alone([*pool, wish], "wish", "solution")
    assert [key for key, _ in ranked["W"]] == ["S-2", "S-1"]
    assert [hit.key for hit in Snapshot.build(pool).search(wish, "solution", 2)] == ["S-2", "S-1"]


def test_links_without_a_positive_grade_do_not_count(folder):
    (folder / "qrels.tsv").write_text("lift.wish.en\tlift.solution.en\t2\nlift.wish.en\trat.solution.en\t0\n")
    assert linked.read(folder).links == {"lift.wish.en": {"lift.solution.en": 2.0}}
