import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import Item, Passage, explain
from matching.engine.explain import sentences, written


def item(role, *versions):
    return Item(role, role, tuple(Passage(*version) for version in versions))


WISH = item(
    "wish",
    (
        "en",
        "Detect refrigerant leaks",
        "Chillers lose gas. A sensor with LoRa should warn the staff of a leak.",
    ),
    ("zh-Hant", "偵測雪種洩漏", "製冷機組的雪種流失。"),
)
SOLUTION = item(
    "solution",
    ("zh-Hant", "製冷劑監測", "公司成立於二零一零年。以LoRa感應器監察雪種洩漏，並向員工發出警報。"),
)


def marked(of, spans):
    return [written(of, span) for span in spans]


def test_shared_words_are_marked_where_they_stand_in_both():
    found = {
        t.text: (marked(WISH, t.wish), marked(SOLUTION, t.solution)) for t in explain(WISH, SOLUTION).terms
    }
    assert found["雪種洩漏"] == (["雪種洩漏"], ["雪種洩漏"])
    assert found["LoRa"] == (["LoRa"], ["LoRa"])


def test_concepts_are_shared_across_scripts_with_a_label_in_each_language():
    found = {c.concept: c for c in explain(WISH, SOLUTION).concepts}
    assert marked(WISH, found["refrigerant"].wish) == ["refrigerant", "雪種", "雪種"]
    assert marked(SOLUTION, found["refrigerant"].solution) == ["製冷劑", "雪種"]
    assert found["sensor"].labels == {"en": "sensor", "zh-Hant": "感應器", "zh-Hans": "感应器"}


def test_the_best_sentences_are_found_across_languages(embedders):
    english = item(
        "wish", *[("en", "", "Lifts are old. We want an alarm when refrigerant gas leaks from a chiller.")]
    )
    untitled = item("solution", ("zh-Hant", "", SOLUTION.passages[0].body))
    pair = explain(english, untitled, embedders[1]).sentences
    assert pair.wish_text == "We want an alarm when refrigerant gas leaks from a chiller."
    assert pair.solution_text == "以LoRa感應器監察雪種洩漏，並向員工發出警報。"
    assert (pair.wish_lang, pair.solution_lang) == ("en", "zh-Hant")
    assert written(untitled, pair.solution) == pair.solution_text


def test_texts_that_share_nothing_are_told_so(embedders):
    nothing = explain(item("wish", ("en", "Tree", "")), item("solution", ("en", "", "")), embedders[1])
    assert (nothing.terms, nothing.concepts, nothing.sentences) == ((), (), None)


def test_an_explanation_can_be_stored(embedders):
    assert json.dumps(explain(WISH, SOLUTION, embedders[1]).as_dict(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "It saves 1.5 kW of power. It is version 2.0 now!",
            ["It saves 1.5 kW of power.", "It is version 2.0 now!"],
        ),
        ("監察升降機的震動。預測故障！", ["監察升降機的震動。", "預測故障！"]),
        ("First line of two\nsecond line of two", ["First line of two", "second line of two"]),
        ("Short.", []),
    ],
)
def test_a_text_is_cut_into_these_sentences(body, expected):
    one = item("wish", ("en", "", body))
    assert marked(one, sentences(one)) == expected


@given(
    st.text("升降機監測雪種 abcABé ﬁ㎡.。-\n", max_size=60),
    st.text("升降機監測雪种 abcABé ﬁ㎡.。-\n", max_size=60),
)
def test_every_mark_lies_inside_its_text(first, second):
    wish, solution = item("wish", ("en", first, second)), item("solution", ("zh-Hant", second, first))
    found = explain(wish, solution)
    for one in (*found.terms, *found.concepts):
        for of, spans in ((wish, one.wish), (solution, one.solution)):
            assert spans
            assert all(0 <= s.start < s.end and written(of, s) for s in spans)
