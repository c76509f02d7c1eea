"""Concepts that join a glossary: what is refused, what they take from others, which texts they concern."""

import pytest

from matching.engine import Item, Passage, Snapshot, glossary, prepare
from matching.engine.glossary import Concept
from matching.engine.items import with_concepts
from matching.engine.naming import holding
from matching.engine.terms import Fault, Nested, faults, nested

SHIPPED = glossary.shipped()


def concept(*, english=("sky lantern",), chinese=("天燈",), simplified=(), key="sky_lantern"):
    return Concept(key, tuple(english), tuple(chinese), tuple(simplified))


def found(one: Concept) -> list[Fault]:
    return faults(one, SHIPPED.with_terms([one]))


def test_a_new_concept_is_found_under_all_its_names_and_the_rest_as_before():
    new = concept(english=["sky lantern", "=Kongming"], simplified=["孔明灯"])
    with_it = SHIPPED.with_terms([new])
    written = "Sky lanterns, Kongming or 天燈 (孔明灯), not kongming, near a lift"
    assert [m.concept for m in with_it.mentions(written)] == [
        "sky_lantern",
        "sky_lantern",
        "lift",
        "sky_lantern",
        "sky_lantern",
    ]
    assert [m.concept for m in SHIPPED.mentions(written)] == ["lift"]
    assert new.label("zh-Hans") == "孔明灯"
    assert concept().label("zh-Hans") == "天灯"


def test_a_concept_with_a_known_id_takes_its_place():
    changed = SHIPPED.with_terms([concept(key="lift", english=["vertical carriage"], chinese=["直梯箱"])])
    assert [m.concept for m in changed.mentions("a lift, a vertical carriage, 升降機")] == ["lift"]
    assert changed.without("lift").mentions("vertical carriage") == []


def test_a_changed_glossary_is_the_one_that_is_built_anew():
    changed = SHIPPED.with_terms([concept(), concept(key="lift", english=["carriage"], chinese=["直梯箱"])])
    anew = glossary.Glossary.of(changed.concepts.values())
    assert (changed.english, changed.chinese) == (anew.english, anew.chinese)
    less = changed.without("refrigerant").without("nothing")
    again = glossary.Glossary.of(less.concepts.values())
    assert (less.english, less.chinese) == (again.english, again.chinese)


def test_the_glossary_of_the_engine_has_no_fault():
    assert [fault for one in SHIPPED.concepts.values() for fault in faults(one, SHIPPED)] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"key": "Sky lantern"}, [Fault("key", "key", name="Sky lantern")]),
        ({"english": []}, [Fault("missing", "english")]),
        ({"chinese": []}, [Fault("missing", "chinese")]),
        ({"english": ["x" * 81]}, [Fault("long", "english", 1, "x" * 81)]),
        ({"english": ["a|b"]}, [Fault("sign", "english", 1, "a|b")]),
        ({"english": ["sky lantern", "天燈"]}, [Fault("script", "english", 2, "天燈")]),
        ({"chinese": ["lantern"]}, [Fault("script", "chinese", 1, "lantern")]),
        ({"simplified": ["灯"]}, [Fault("short", "simplified", 1, "灯")]),
        ({"english": ["..."]}, [Fault("words", "english", 1, "...")]),
        (
            {"english": ["Sky lantern", "sky lantern"]},
            [Fault("twice", "english", 2, "sky lantern", "sky_lantern")],
        ),
        (  # 天灯 is what 天燈 becomes
            {"simplified": ["天灯"]},
            [Fault("twice", "simplified", 1, "天灯", "sky_lantern")],
        ),
        ({"english": ["Lifts"]}, [Fault("taken", "english", 1, "Lifts", "lift")]),
        ({"chinese": ["天燈", "电梯"]}, [Fault("taken", "chinese", 2, "电梯", "lift")]),
        ({"english": ["=sky C++"]}, []),
    ],
)
def test_what_is_wrong_with_a_concept(given, expected):
    assert found(concept(**given)) == expected


def test_a_name_that_would_never_be_found_is_refused():
    """A text is folded before it is read: no text has the ligature of this name."""
    assert found(concept(english=["\ufb01re lantern"])) == [Fault("hidden", "english", 1, "\ufb01re lantern")]


def test_names_within_each_other_are_told_with_what_becomes_of_them():
    one = concept(english=["smart lift"], chinese=["風冷冷水機組合"])
    told = nested(one, SHIPPED)
    assert Nested("smart lift", "sky_lantern", "lift", "lift", True) in told
    assert Nested("风冷冷水机组合", "sky_lantern", "冷水机", "chiller", False) in told
    assert Nested("风冷冷水机组合", "sky_lantern", "风冷冷水机组", "air_cooled_chiller", True) in told
    inner = nested(
        concept(chinese=["電梯機"]), SHIPPED.with_terms([concept(key="x", chinese=["新電梯機房"])])
    )
    assert Nested("新电梯机房", "x", "电梯机", "sky_lantern", False) in inner
    for outer in told:  # what is told is what is read
        read = {m.concept for m in SHIPPED.with_terms([one]).mentions(outer.outer)}
        assert (outer.inner_concept in read) or not outer.counts, outer


def test_only_concepts_change_when_a_text_is_read_with_another_glossary():
    item = Item(
        "W1", "wish", (Passage("en", "A sky lantern", "near the lift"), Passage("zh-Hant", "", "天燈"))
    )
    (known,) = prepare([item], ())
    again = with_concepts(known, item, SHIPPED.with_terms([concept()]))
    assert [p.concepts for p in known.passages] == [("lift",), ()]
    assert [p.concepts for p in again.passages] == [("sky_lantern", "lift"), ("sky_lantern",)]
    assert [p.tokens for p in again.passages] == [p.tokens for p in known.passages]
    (whole,) = prepare([item], (), SHIPPED.with_terms([concept()]))
    assert [p.concepts for p in whole.passages] == [p.concepts for p in again.passages]
    with pytest.raises(ValueError, match="shorter"):
        with_concepts(known, Item("W1", "wish", item.passages[:1]), SHIPPED)


def test_no_text_that_names_a_concept_is_missed_by_the_postings(corpus):
    every = [*corpus.wishes, *corpus.solutions]
    snapshot = Snapshot.build(prepare(every, ()))
    named: dict[str, set[str]] = {}
    for item in every:
        for passage in item.passages:
            for mention in SHIPPED.mentions(f"{passage.title}\n{passage.body}"):
                named.setdefault(mention.concept, set()).add(item.key)
    assert len(named) > 40
    for name, keys in named.items():
        one = [SHIPPED.concepts[name]]
        assert keys <= holding(snapshot, "wish", one) | holding(snapshot, "solution", one), name
    assert len(holding(snapshot, "wish", [SHIPPED.concepts["lift"]])) < len(corpus.wishes)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("battery", "Two batteries"),
        ("glass", "Glasses on the roof"),
        ("internet of things", "An Internet-of-Things hub"),
        ("air-conditioning", "AIR CONDITIONING"),
        ("box", "Boxes"),
        ("C", "written in C++ here"),
    ],
)
def test_every_form_of_an_english_name_is_looked_for(name, written):
    one = concept(english=[name])
    item = Item("S1", "solution", (Passage("en", "", written),))
    glossary_of_one = glossary.Glossary.of([one])
    snapshot = Snapshot.build(prepare([item], (), glossary_of_one))
    assert glossary_of_one.mentions(written)
    assert holding(snapshot, "solution", [one]) == {"S1"}
    other = Snapshot.build(prepare([Item("S1", "solution", (Passage("en", "", "Nothing of it"),))], ()))
    assert holding(other, "solution", [one]) == set()


@pytest.mark.parametrize("written", ["５Ｇ基站", "X5G基站建設"])
def test_a_name_of_two_scripts_is_looked_for_by_its_chinese_part(written):
    one = concept(chinese=["5G基站"])
    item = Item("S1", "solution", (Passage("zh-Hant", "", written),))
    snapshot = Snapshot.build(prepare([item], ()))
    assert holding(snapshot, "solution", [one]) == {"S1"}
