from collections import Counter

import pytest

from matching.engine import glossary, text


def test_it_holds_at_least_fifteen_hundred_concepts_each_in_both_languages():
    assert len(glossary.concepts()) >= 1500
    assert all(c.english[0] and c.chinese[0] for c in glossary.concepts().values())


def test_no_row_and_no_name_is_there_twice():
    lines = [row for row in read_rows() if not row.startswith("#")]
    assert [n for n, times in Counter(row.split("\t")[0] for row in lines).items() if times > 1] == []
    english = Counter(n.lstrip("=").lower() for c in glossary.concepts().values() for n in c.english)
    chinese = Counter(text.fold(n).text for c in glossary.concepts().values() for n in c.chinese)
    assert [name for name, times in (english + chinese).items() if times > 1] == []


def read_rows():
    path = glossary.files("matching.engine").joinpath("glossary.tsv")
    return path.read_text("utf-8").splitlines()


def test_no_chinese_name_is_a_single_character():
    assert [n for c in glossary.concepts().values() for n in c.chinese if len(n) < 2] == []


def test_every_name_is_found_as_a_concept():
    for concept in glossary.concepts().values():
        for name in (*concept.english, *concept.chinese):
            assert concept.id in [m.concept for m in glossary.mentions(name.lstrip("="))], name


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("雪種洩漏", ["refrigerant_leak", "refrigerant"]),
        ("制冷剂", ["refrigerant", "refrigeration"]),
        ("Refrigerants", ["refrigerant"]),
        ("機械人", ["robot"]),
        ("机器人", ["robot"]),
        ("清潔機械人", ["cleaning_robot", "robot"]),
        ("洩漏電纜", ["leaky_feeder", "cable"]),  # no 漏電 (earth leakage)
        ("a refrigerant leak detector", ["refrigerant_leak", "refrigerant"]),
        ("two cooling towers", ["cooling_tower"]),
        ("LED lamps, led by him", ["led", "lighting"]),
        ("WiFi or Wi-Fi", ["wifi", "wifi"]),
        ("an elevator and 升降機", ["lift", "lift"]),
        ("nothing of ours", []),
    ],
)
def test_a_text_names_these_concepts(written, expected):
    assert [m.concept for m in glossary.mentions(written)] == expected


def test_a_mention_points_to_what_was_written():
    written = "Ｗｅ lost 雪種 again"
    (mention,) = glossary.mentions(written)
    assert written[mention.start : mention.end] == "雪種"


def test_a_label_is_given_in_each_language():
    concept = glossary.concepts()["refrigerant"]
    assert [concept.label(lang) for lang in ("en", "zh-Hant", "zh-Hans")] == ["refrigerant", "雪種", "雪种"]
