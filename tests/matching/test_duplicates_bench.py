"""What the measurement of duplicates counts."""

import json
import random
import sys

import pytest

from innoportal.bench import duplicates as bench
from innoportal.bench.duplicates import Measured, Pair
from matching.engine import Item, Passage
from tests.matching.engine.makers import thing

LONG = Item("a__en", "wish", (Passage("en", "Doors", "One is 12. Two is it. Three it was. Four is all."),))


def found(true, *pairs, name="set, wishes"):
    return Measured(name, 9, true, tuple(Pair("en + en", at, True, right) for at, right in pairs))


@pytest.mark.parametrize(
    ("key", "item"),
    [
        ("d000__w_en", "d000"),
        ("d000__w_yue~edit", "d000"),
        ("p00-0__zh-Hans", "p00-0"),
        ("DOE-1~cut", "DOE-1"),
    ],
)
def test_versions_and_paraphrases_are_of_one_item(key, item):
    assert bench.item_of(key) == item


def test_a_paraphrase_is_light_and_the_same_each_time():
    for number in range(30):
        item = Item(f"{number}__en", "wish", LONG.passages)
        made = bench.paraphrase(item)
        assert made == bench.paraphrase(item)
        assert bench.item_of(made.key) == str(number)
        body = made.passages[0].body
        kind = made.key.split("~")[1]
        assert (sorted(body.split()) == sorted(LONG.passages[0].body.split())) == (
            kind == "order"
        ) or kind == "edit"
        assert kind != "cut" or LONG.passages[0].body.startswith(body)


def test_numbers_are_never_left_out():
    body = "12 of 34 升降機 5 次 " * 50
    assert [word for word in bench.edited(body, random.Random(1)).split() if word.isdigit()] == [
        "12",
        "34",
        "5",
    ] * 50


def test_precision_and_recall_are_of_what_is_above_the_limit():
    pairs = found({}, (1.0, True), (0.5, False), (0.0, True), (-0.1, True)).pairs
    row = bench.figures(4, pairs)
    assert (row["found"], row["precision"], row["recall"]) == (3, 2 / 3, 2 / 4)
    assert bench.figures(4, pairs, 0.6)["precision"] == 1.0
    nothing = bench.figures(0, ())
    assert (nothing["precision"], nothing["recall"]) == (None, None)


def test_every_pair_of_versions_is_to_be_found():
    things = [
        thing(key, (lang, "x")) for key, lang in (("a__1", "en"), ("a__2", "zh-Hant"), ("a__1~cut", "en"))
    ]
    things.append(thing("b__1", ("en", "x")))
    assert bench.true_pairs(things) == {("en + en", True): 1, ("en + zh-Hant", False): 2}


def test_a_set_is_judged_by_limits_of_other_folders_only():
    """By itself a.wishes would choose a low limit; b, which it is judged by, wants a high one."""
    true = bench.Counter({("en + en", True): 1})
    low, high = ((-1.0, True),), ((-1.0, False), (1.0, True))
    sets = [
        found(true, *low, name="a, wishes"),
        found(true, *low, name="a, solutions"),
        found(true, *high, name="b, wishes"),
    ]
    chosen = bench.held_out(sets)
    limits = {name: row["one script"]["limit"] - bench.SAME_SCRIPT for name, row in chosen.items()}
    assert limits["a, wishes"] == limits["a, solutions"] > -1 >= limits["b, wishes"]


def test_the_command_writes_what_it_prints(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "data" / "small"
    folder.mkdir(parents=True)
    for noun, letter in (("wishes", "w"), ("solutions", "s")):
        rows = [
            {
                "id": f"{item}__{letter}_{version}",
                "lang": "en",
                "title": f"{item} title",
                "text": f"About {item} {words}.",
            }
            for item, words in (("lift", "doors jam"), ("grass", "grows fast"))
            for version in "12"
        ]
        (folder / f"{noun}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "qrels.tsv").write_text("lift__w_1\tlift__s_1\t1\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(
        sys, "argv", ["x", str(tmp_path / "data"), "--json", str(tmp_path / "out"), "--embedders", "use"]
    )
    assert bench.main() == 0
    figures = json.loads((tmp_path / "out").read_text())
    assert figures["sets"]["small, wishes"]["to find"] == 12
    assert figures["sets"]["small, wishes"]["recall"] >= 2 / 12
    assert "small, solutions" in capsys.readouterr().out


def test_a_folder_without_sets_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["x", str(tmp_path)])
    assert bench.main() == 2
    assert capsys.readouterr().err.count("\n") == 1
