"""How a pair of sentences is judged to carry the link, on small texts and a model of a few words."""

import json
from importlib.resources import files

import numpy as np
import pytest

from innoportal.bench.sentences import __main__ as command
from innoportal.bench.sentences import cases
from innoportal.bench.sentences.choosing import WAYS, chosen_elsewhere, is_right, pair
from matching.engine import Item, Passage, Span
from matching.engine.linked import LinkedSet

ENGLISH = [
    "The chiller on the roof loses refrigerant gas every single summer.",
    "A sensor in the plant room warns the staff of leaks by radio.",
    "Passengers wait for the lift when it stops between two floors.",
]
CHINESE = [
    "天台的製冷機組每年夏天都會流失雪種氣體而無人知曉。",
    "機房內的感應器以無線電向員工發出洩漏警報並作記錄。",
    "升降機停在兩層之間時乘客須等候維修人員到場處理。",
]


class Topics:
    """An embedder that reads three topics in either language, and nothing else."""

    name, dim, cap = "use", 512, 1000
    signs = (("chiller", "制冷机"), ("sensor", "感应器"), ("lift", "升降机"))

    def encode(self, texts, role):
        rows = np.full((len(texts), self.dim), 0.001)
        for row, text in zip(rows, texts, strict=True):
            row[:3] = [4.0 * any(sign in text for sign in signs) for signs in self.signs]
        return rows


class Nothing(Topics):
    name, dim = "e5", 384

    def encode(self, texts, role):
        return np.ones((len(texts), self.dim))


def item(key, role, lang, said):
    return Item(key, role, (Passage(lang, "", " ".join(said) if lang == "en" else "".join(said)),))


def articles(count=3):
    """Articles in two languages of one sentence each, neighbours on other topics."""
    found = []
    for number in range(count):
        found.append(item(f"a{number}__s_en", "solution", "en", [ENGLISH[number % 3]]))
        found.append(item(f"a{number}__s_zh-Hant", "solution", "zh-Hant", [CHINESE[number % 3]]))
    return LinkedSet("ntrex", (), tuple(found), {})


def test_a_planted_sentence_stands_where_it_says_on_both_sides():
    found = cases.cases(articles())
    assert {case.languages for case in found} == {"en → zh-Hant", "zh-Hant → en"}
    assert len(found) == 6
    for case in found:
        ((start, end),), ((first, last),) = case.wish_at, case.solution_at
        carried = case.wish.passages[0].body[start:end]
        translated = case.solution.passages[0].body[first:last]
        pairs = dict(zip(ENGLISH, CHINESE, strict=True))
        assert pairs.get(carried) == translated or pairs.get(translated) == carried
        assert case.wish.key.split("__")[0] != case.solution.key.split("__")[0]
        assert case.solution.passages[0].body.count(translated) == 1


def test_texts_that_were_cut_differently_are_not_used():
    whole = articles()
    longer = item("a0__s_en", "solution", "en", ENGLISH)
    data = LinkedSet("ntrex", (), (longer, *whole.solutions[1:]), {})
    assert {case.group for case in cases.cases(data)} == {"a1", "a2"}
    assert cases.aligned(["a" * 90, "b" * 90], ["a" * 90, "b" * 10]) == []
    assert cases.aligned([], []) == []


def test_a_set_of_which_no_sentence_is_known_has_no_case():
    assert cases.cases(LinkedSet("sbir", (), articles().solutions, {})) == []


def test_an_answer_is_right_where_the_middle_of_the_sentence_lies():
    case = cases.Case(
        "answer",
        "x",
        "q",
        item("q", "wish", "en", ["What warns the staff of leaks?"]),
        item("p", "solution", "en", ENGLISH),
        (),
        ((67, 128),),
    )
    question = Span(0, "body", 0, 30)
    assert case.is_right(question, Span(0, "body", 67, 127))
    assert case.is_right(question, Span(0, "body", 60, 120))
    assert not case.is_right(question, Span(0, "body", 0, 66))
    assert not case.is_right(question, Span(0, "title", 67, 127))
    assert case.chance() == pytest.approx(1 / 3)


def test_each_way_chooses_as_it_says():
    one = pair(cases.cases(articles())[0], [Topics(), Nothing()])
    assert set(one.cosines) == {"use", "e5"}
    right = {name: is_right(one, way) for name, way in WAYS.items()}
    assert right["USE"] == right["engine"] == 1.0
    assert not one.shares.any()  # two scripts share no words


def test_words_of_one_script_decide_where_meaning_does_not():
    said = ["The tender closes in May.", "Radio sensors warn of leaks."]
    case = cases.Case(
        "answer",
        "x",
        "q",
        item("q", "wish", "en", ["Which sensors warn of leaks?"]),
        item("p", "solution", "en", said),
        (),
        ((26, 54),),
    )
    one = pair(case, [Nothing(), type("Flat", (Nothing,), {"name": "use", "dim": 512})()])
    assert is_right(one, WAYS["USE"]) == 0.0
    assert is_right(one, WAYS["engine"]) == is_right(one, WAYS["words"]) == 1.0
    chosen = chosen_elsewhere({"x": [one], "y": [one]})
    assert chosen["x"] == (0.1, [1.0])  # the least weight that does


def test_the_command_tells_what_is_not_known(tmp_path, capsys, monkeypatch):
    (tmp_path / "sbir").mkdir()
    rows = {"wishes": "w", "solutions": "s"}
    for name, key in rows.items():
        line = json.dumps({"id": key, "lang": "en", "title": "Lifts stop", "text": ""})
        (tmp_path / "sbir" / f"{name}.jsonl").write_text(line + "\n")
    (tmp_path / "sbir" / "qrels.tsv").write_text("w\ts\t1\n")
    argv = ["sentences", str(tmp_path / "sbir"), "--cache", str(tmp_path / "cache")]
    monkeypatch.setattr("sys.argv", argv)
    assert command.main() == 2
    assert "of none of these sets is it known" in capsys.readouterr().err


def test_the_figures_and_their_tables():
    found = command.measure(
        [articles(6), LinkedSet("sbir", (), articles().solutions, {})], [Topics(), Nothing()]
    )
    assert found["without known sentences"] == ["sbir"]
    (row,) = found["rows"].values()
    assert (row["pairs"], row["texts"]) == (12, 6)
    assert row["ways"]["USE"]["share"] == 1.0
    assert row["ways"]["first"]["share"] < 1.0
    told = command.markdown(found)
    assert "| ntrex, planted, across scripts | 12 / 6 |" in told
    assert "No sentence is known of: sbir." in told


def test_every_marked_answer_is_a_stretch_of_a_known_set():
    body = files("innoportal.bench.sentences").joinpath("answers.tsv").read_text()
    rows = [line.split("\t") for line in body.splitlines()]
    assert {row[0] for row in rows} == {"xquad", "drcd_dev"}
    assert all(0 <= int(start) < int(end) for *_, start, end in rows)
    assert len({(row[1], row[2]) for row in rows}) == 96 * 2 + 80
