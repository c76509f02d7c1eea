"""Which texts of one role are the same thing said twice."""

import numpy as np
import pytest

from matching.engine import Item, Nearness, Neighbours, Passage, Snapshot, is_repeat, prepare
from matching.engine.duplicates import SLOPE
from tests.matching.engine.makers import thing

WISH = "升降機門時常失靈，乘客被困。"


def neighbours(things, floor=0.0):
    return Neighbours(Snapshot.build(things), things[0].role, floor)


def placed(key, vector, lang="en", words=""):
    """A thing whose one vector is given."""
    made = thing(key, (lang, words or f"words of {key}"))
    made.passages[0].vectors["m"] = np.array(vector, np.float32) / np.linalg.norm(vector)
    return made


def scattered(dim, count, wide, seed=0):
    """Texts that lie in all directions; along the first one `wide` times as far."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((count, dim))
    rows[:, 0] *= wide
    return [placed(f"other{n}", row) for n, row in enumerate(rows)]


def test_translations_are_found_and_nothing_else(corpus, prepared):
    true, found = set(), set()
    for role, items in (("wish", corpus.wishes), ("solution", corpus.solutions)):
        things = [one for one in prepared if one.role == role]
        subject = {item.key: item.key.split(".")[0] for item in items}
        true |= {(a, b) for a in subject for b in subject if a != b and subject[a] == subject[b]}
        for one, near in zip(things, neighbours(things).of(things), strict=True):
            found |= {(one.key, key) for key in near}
    assert found - true == set()
    assert len(found) > len(true) / 2


def test_both_sides_find_a_pair_equally_near(prepared):
    things = [one for one in prepared if one.role == "solution"]
    near = dict(zip((one.key for one in things), neighbours(things, floor=-9).of(things), strict=True))
    pairs = [(a, b) for a in near for b in near[a]]
    assert pairs
    assert all(near[b][a].deviations == pytest.approx(near[a][b].deviations, abs=0.05) for a, b in pairs)
    assert not any(a == b for a, b in pairs)


@pytest.mark.parametrize(("wide", "is_near"), [(1, True), (12, False)])
def test_a_cosine_counts_by_how_far_the_collection_scatters_that_way(wide, is_near):
    one = placed("one", [1, *[0] * 63])
    other = placed("other", [0.8, 0.6, *[0] * 62])
    found = neighbours([one, other, *scattered(64, 2000, wide)]).of([one])[0]
    assert ("other" in found) is is_near


def test_what_is_near_in_another_script_need_not_be_as_near():
    one, english, chinese = (
        placed("one", [1, *[0] * 63]),
        placed("english", [0.55, 0.835, *[0] * 62]),
        placed("chinese", [0.55, -0.835, *[0] * 62], "zh-Hant"),
    )
    found = neighbours([one, english, chinese, *scattered(64, 2000, 1)], floor=-9).of([one])[0]
    assert found["english"].same_script and not found["chinese"].same_script
    assert found["chinese"].deviations > found["english"].deviations


def test_of_several_language_versions_the_nearest_pair_counts():
    both = thing("both", ("en", "lift doors"), ("zh-Hant", "升降機"))
    english = thing("english", ("en", "lift doors"))
    english.passages[0].vectors["m"] = both.passages[0].vectors["m"]
    found = neighbours([both, english], floor=-99).of([both, english])
    assert found[0]["english"].same_script
    assert found[0].keys() == {"english"} and found[1].keys() == {"both"}


def test_a_repeated_text_is_looked_at_however_alike_all_texts_are():
    """Among texts that all say nearly the same, a repeat stands out by its words alone."""
    rng = np.random.default_rng(1)
    centre = np.array([1.0, *[0] * 7])
    crowd = [placed(f"other{n}", centre * (n % 2 * 2 - 1) + rng.normal(0, 0.01, 8)) for n in range(3000)]
    one, other = placed("one", centre, words="the same"), placed("other", centre, words="the same")
    near = neighbours([one, other, *crowd]).of([one])[0]["other"]
    assert not near.is_near
    assert is_repeat(one, other)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("en", "Lift doors jam."), ("en", "lift doors jam"), True),
        (("en", "Lift doors jam."), ("en", "Doors jam lift."), False),
        (("zh-Hant", WISH), ("zh-Hans", "升降机门时常失灵，乘客被困。"), True),
        (("zh-Hant", WISH), ("zh-Hant", WISH[:-3]), False),
        (("en", "CO2"), ("zh-Hant", "CO2"), False),
        (("en", "of the"), ("en", "of the"), False),
    ],
)
def test_what_counts_as_the_same_text(first, second, expected):
    one, other = (
        prepare([Item(key, "wish", (Passage(lang, "", body),))], [])[0]
        for key, (lang, body) in (("a", first), ("b", second))
    )
    assert is_repeat(one, other) is expected


def test_where_nothing_was_read_by_a_model_only_the_same_words_are_found():
    things = [
        thing(key, ("en", words), models=())
        for key, words in (("a", "lift doors"), ("b", "lift doors"), ("c", "lift doors doors"), ("d", "lift"))
    ]
    found = neighbours(things).of(things)
    assert [set(near) for near in found] == [{"b"}, {"a"}, set(), set()]
    assert not found[0]["b"].is_near
    assert Neighbours(Snapshot.build([]), "wish").of(things) == [{}, {}, {}, {}]
    assert neighbours(things).of([]) == []


def test_the_same_words_in_two_scripts_are_no_repeat():
    things = [thing(key, (lang, "co2"), models=()) for key, lang in (("a", "en"), ("b", "zh-Hant"))]
    assert neighbours(things).of(things) == [{}, {}]


def test_a_repeat_is_found_in_what_was_added_to_a_snapshot():
    old, new = (
        thing("old", ("en", "lift doors jam"), models=()),
        thing("new", ("en", "lift doors jam"), models=()),
    )
    other = thing("other", ("en", "grass"), models=())
    snapshot = Snapshot.build([other, old]).with_changes([new])
    assert [set(near) for near in Neighbours(snapshot, "solution").of([old, new])] == [{"new"}, {"old"}]


def test_a_thing_without_a_text_is_near_to_nothing():
    one, empty = thing("one", ("en", "lift")), thing("empty")
    assert neighbours([one, empty]).of([empty, one]) == [{}, {}]


def test_the_probability_is_a_half_at_the_limit_and_grows():
    at_limit, above = Nearness(0.0, True), Nearness(1.0, True)
    assert at_limit.probability == 0.5
    assert at_limit.is_near and not Nearness(-0.01, True).is_near
    assert above.probability == pytest.approx(1 / (1 + np.exp(-SLOPE)))
