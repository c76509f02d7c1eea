import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import Item, Passage, explain, text
from matching.engine.explain import shares, vectors
from matching.engine.glossary import shipped
from matching.engine.reading import read, sentences, written
from matching.engine.remembering import Remembering


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
        ("他說：「電梯壞了。」然後離開大廈。", ["他說：「電梯壞了。」", "然後離開大廈。"]),
        ("擔任《雷電！》的旁白已有多年。", ["擔任《雷電！》的旁白已有多年。"]),
        ('He said "lifts stop." Then he left us.', ['He said "lifts stop."', "Then he left us."]),
        (
            "Mr. J. Chan of the U.S. branch, e.g. the lab, agrees.",
            ["Mr. J. Chan of the U.S. branch, e.g. the lab, agrees."],
        ),
        ("See 3.2 (page 4). Then go on to 5.", ["See 3.2 (page 4).", "Then go on to 5."]),
    ],
)
def test_a_text_is_cut_into_these_sentences(body, expected):
    one = item("wish", ("en", "", body))
    assert marked(one, sentences(one)) == expected


class Drowsy:
    """A model to which all sentences mean much the same, those with a sensor a little more."""

    name, dim, cap = "drowsy", 2, 100

    def encode(self, texts, role):
        return np.array([[1.0, 0.1 * ("sensor" in one)] for one in texts])


def test_words_of_one_script_help_to_find_the_sentences():
    """Meaning alone takes the sentence on sensors in general; the codes tell which is meant."""
    wish = item("wish", ("en", "", "Which wireless sensor speaks LoRa-AS923 and MQTT?"))
    said = "A modern sensor for every building. It sends by LoRa-AS923 to an MQTT broker."
    solution = item("solution", ("en", "", said))
    pair = explain(wish, solution, Drowsy()).sentences
    assert pair.solution_text == "It sends by LoRa-AS923 to an MQTT broker."
    asked, offered = read(wish, shipped()), read(solution, shipped())
    (general, meant) = shares(asked, offered)[0]
    assert 0 < general < meant < 1
    assert (vectors(asked, Drowsy()) @ vectors(offered, Drowsy()).T).argmax() == 0


def test_two_scripts_share_no_words():
    wish = item("wish", ("en", "", "A sensor that speaks LoRa-AS923"))
    solution = item("solution", ("zh-Hant", "", "感應器支援LoRa-AS923標準"))
    assert not shares(read(wish, shipped()), read(solution, shipped())).any()


LETTERS = "升降機監測雪種 abcABé ﬁ㎡.。-\n「」"


@given(st.text(LETTERS, max_size=80), st.text(LETTERS, max_size=80))
def test_a_sentence_is_read_as_it_would_be_alone(title, body):
    """Its words and what the models read are cut out of the field, not read again."""
    one = read(item("wish", ("en", title, body)), shipped())
    for sentence in one.sentences:
        alone = text.fold(written(one.item, sentence.span)).text
        assert sentence.folded == alone
        assert sentence.words == {token.text for token in text.folded_tokens(alone)}


def test_an_explanation_does_not_depend_on_what_was_read_before(embedders):
    remembering = Remembering(embedders[1])
    first = explain(WISH, SOLUTION, remembering)
    assert explain(WISH, SOLUTION, remembering) == first == explain(WISH, SOLUTION, embedders[1])
    assert len(remembering.seen) == len(read(WISH, shipped()).sentences) + len(
        read(SOLUTION, shipped()).sentences
    )


class Shared(dict):
    """As a cache that several processes ask."""

    def get_many(self, keys):
        return {key: self[key] for key in keys if key in self}

    set_many = dict.update


class Idle:
    """The model of a process that need not read anything."""

    name, dim, cap = "use", 512, 1500

    def encode(self, texts, role):
        raise AssertionError(texts)


def test_what_one_process_has_read_another_need_not_read(embedders):
    kept = Shared()
    first = Remembering(embedders[1], kept)
    found = first.encode(["A sensor warns.", "感應器"], "wish")
    other = Remembering(Idle(), kept)
    assert np.array_equal(other.encode(["感應器", "A sensor warns."], "wish"), found[::-1])
    with pytest.raises(AssertionError):
        other.encode(["感應器"], "solution")  # the same words in another role are another question
    exact = embedders[1].encode(["A sensor warns.", "感應器"], "wish")
    assert np.abs(found - exact).max() < 0.0002


def test_what_was_kept_broken_is_read_again(embedders):
    kept = Shared()
    whole = Remembering(embedders[1], kept).encode(["A sensor warns."], "wish")
    kept.update({key: value[:-1] for key, value in kept.items()})
    assert np.array_equal(Remembering(embedders[1], kept).encode(["A sensor warns."], "wish"), whole)
    assert {len(value) for value in kept.values()} == {1024}


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
