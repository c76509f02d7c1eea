"""Marks on the page of a match: each lies on exactly the characters that the other side has, too.

Texts are typed as people type: both Chinese scripts, characters outside the first plane, full-width letters,
marks that combine, characters that fold into several, and signs that HTML escapes.
"""

import json
from html import unescape
from html.parser import HTMLParser

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from innoportal.languages import simplified
from matching.engine import explain, text
from matching.engine.glossary import mentions
from matching.engine.reading import written
from matching.explained import finder
from matching.texts import item_of, sections
from matching.views.marking import converted, marked
from solutions.models import Solution
from wishes.models import Wish

PIECES = [
    *("升降機", "升降机", "電梯", "雪種", "製冷劑", "乾淨", "頭髮", "皇后", "發現", "乾坤", "裏", "裡"),
    *("𠮷", "𨋢", "𡃁", "𠝹", "𨋢門"),  # four bytes; 𨋢 is a lift in Hong Kong
    *("ＬｏＲａ", "ｌｉｆｔ", "１２３"),  # full width
    *("㎡", "㍿", "ﬁre", "№", "½"),  # one character that folds into several
    *("cafe\u0301", "re\u0301frige\u0301rant", "e\u0323\u0301", "か\u3099", "각", "ᄀ\u1161\u11a8"),
    *("lift", "Lifts", "LoRa", "IoT-AS923", "Wi-Fi", "refrigerant leak", "C++", "camelCase2"),
    *("<b>", "&amp;", '"', "'", "。", "，", ".", " ", " ", "\n", "👩\u200d🔧", "\u200b", "\ufeff"),
]
TYPED = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
WISHES = st.builds(
    Wish, title_en=TYPED, title_zh=TYPED, need_en=TYPED, need_zh=TYPED, outcome_zh=TYPED, site_en=TYPED
)
SOLUTIONS = st.builds(
    Solution, title_en=TYPED, title_zh=TYPED, summary_en=TYPED, summary_zh=TYPED, method_zh=TYPED
)


class Reader(HTMLParser):
    """The characters that a reader sees, and for each whether it is marked."""

    def __init__(self, html):
        super().__init__(convert_charrefs=False)
        self.text, self.flags, self.inside = "", [], False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert tag == "mark"
        self.inside = True

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        self.text += data
        self.flags += [self.inside] * len(data)

    def handle_entityref(self, name):
        self.handle_data(unescape(f"&{name};"))

    def handle_charref(self, name):
        self.handle_data(unescape(f"&#{name};"))


def explained(wish, solution):
    """As it is kept: through JSON."""
    return json.loads(json.dumps(explain(item_of(wish), item_of(solution)).as_dict()))


def typed(thing):
    """What stands in the fields, by heading-less order of the page: (language, text of each section)."""
    found = []
    for suffix in ("en", "zh"):
        title = getattr(thing, f"title_{suffix}").strip()
        rows = [title, *(section.text for section in sections(thing, suffix))]
        found += [row for row in rows if row]
    return found


@given(WISHES, SOLUTIONS)
def test_what_is_shown_is_what_was_typed_and_the_marks_lie_on_the_words(wish, solution):
    explanation = explained(wish, solution)
    for thing, side in ((wish, "wish"), (solution, "solution")):
        with override("en"):
            rows = [row for version in marked(thing, explanation, side) for row in version]
        shown = [Reader(str(row.html)) for row in rows]
        assert [one.text for one in shown] == typed(thing)
        expected = sum(
            len({place for span in spans for place in range(span[0], span[1])})
            for spans in by_field(explanation, side).values()
        )
        assert sum(sum(one.flags) for one in shown) == expected


def by_field(explanation, side):
    found = {}
    for row in (*explanation["terms"], *explanation["concepts"]):
        for span in row[side]:
            found.setdefault((span["passage"], span["field"]), []).append((span["start"], span["end"]))
    return found


@given(WISHES, SOLUTIONS)
def test_every_place_of_a_word_holds_that_word_in_both_texts(wish, solution):
    asked, offered = item_of(wish), item_of(solution)
    for term in explain(asked, offered).terms:
        places = [*(written(asked, s) for s in term.wish), *(written(offered, s) for s in term.solution)]
        assert term.text == places[0]
        assert len({key_of(place) for place in places}) == 1


def key_of(said):
    folded = text.fold(said).text.lower()
    return text.stem(folded) if folded.isascii() else folded


@given(WISHES, SOLUTIONS)
def test_every_place_of_a_concept_names_that_concept(wish, solution):
    asked, offered = item_of(wish), item_of(solution)
    for concept in explain(asked, offered).concepts:
        for item, spans in ((asked, concept.wish), (offered, concept.solution)):
            for span in spans:
                assert concept.concept in {mention.concept for mention in mentions(written(item, span))}


@given(WISHES, SOLUTIONS)
def test_places_in_a_field_hold_what_was_typed_there(wish, solution):
    explanation = explained(wish, solution)
    for thing, side in ((wish, "wish"), (solution, "solution")):
        find = finder(thing)
        for row in (*explanation["terms"], *explanation["concepts"]):
            for span in row[side]:
                place = find(span)
                suffix = "en" if place["lang"] == "en" else "zh"
                field = getattr(thing, f"{place['field']}_{suffix}").strip()
                assert (
                    field[place["start"] : place["end"]] == place["text"] == written(item_of(thing), Of(span))
                )


class Of:
    """A span as it is kept."""

    def __init__(self, span):
        self.passage, self.field, self.start, self.end = (
            span[k] for k in ("passage", "field", "start", "end")
        )


@given(WISHES, SOLUTIONS)
def test_in_simplified_chinese_the_same_words_are_marked(wish, solution):
    explanation = explained(wish, solution)
    for thing, side in ((wish, "wish"), (solution, "solution")):
        with override("zh-hans"):
            there = [Reader(str(row.html)) for version in marked(thing, explanation, side) for row in version]
        with override("zh-hant"):
            here = [Reader(str(row.html)) for version in marked(thing, explanation, side) for row in version]
        for one, other in zip(here, there, strict=True):
            assert other.text in (one.text, simplified(one.text))
            assert other.flags == one.flags


def test_a_mark_that_cuts_a_phrase_does_not_change_its_reading():
    """乾 is 干 by itself, and 乾 in 乾坤."""
    said, spans = converted("轉乾坤球", [(2, 4)])
    assert (said, spans) == ("转乾坤球", [(2, 4)])


@pytest.mark.parametrize(
    ("wish", "solution", "found"),
    [
        ("要修理𨋢門的感應器", "𨋢門檢查", "𨋢門"),
        ("ＬｏＲａ感應器", "LoRa sensors", "ＬｏＲａ"),
        ("re\u0301frige\u0301rant", "r\u00e9frig\u00e9rant", "re\u0301frige\u0301rant"),
        ("ﬁre alarm", "FIRE doors", "ﬁre"),
        ("乾淨的電梯", "干净的电梯", "乾淨的電梯"),
        ("面積500㎡以上", "500m2", "500㎡"),
    ],
)
def test_words_meet_in_whatever_way_they_were_typed(wish, solution, found):
    explanation = explain(item_of(Wish(title_zh=wish)), item_of(Solution(title_zh=solution)))
    assert found in [term.text for term in explanation.terms]
