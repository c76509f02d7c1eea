"""The best wishes of each solution, read from the wishes' own searches."""

import numpy as np
import pytest

from matching.engine import Snapshot
from matching.engine.columns import CROWDING
from tests.matching.engine.makers import thing

BODIES = ("pump leak", "lift rope lift", "valve pump", "leak", "rope crane valve")
ASKING, OFFERED = 90, 120


def both(*languages):
    """Wishes and solutions, each in the languages named for it by turns."""
    return [
        thing(
            f"{role[0]}-{i:03}",
            *((lang, f"{BODIES[i % 5]} n{i % 17}") for lang in languages[i % len(languages)]),
            role=role,
        )
        for role, count in (("wish", ASKING), ("solution", OFFERED))
        for i in range(count)
    ]


MIXED = (("en",), ("zh-Hant", "en"), ("zh-Hant",))
APART = (("en",), ("zh-Hant",))


def wishes_of(every):
    return [one for one in every if one.role == "wish"]


@pytest.mark.parametrize("changed", [False, True])
def test_pairs_are_told_of_as_they_are_measured_to_the_last_bit(changed):
    every = both(*MIXED)
    snapshot, asked = Snapshot.build(every), wishes_of(every)
    if changed:
        snapshot = snapshot.with_changes(
            [thing("s-007", ("zh-Hant", "rope leak"), ("en", "crane"))], ["s-008"]
        )
    keys = {f"s-{i:03}" for i in range(3, 60)} - ({"s-008"} if changed else set())
    pairs = [(one.key, key) for i, one in enumerate(asked) for key in sorted(keys)[i % 5 :: 7]]
    told = snapshot.columns(asked, "solution", keys).told([*pairs, ("w-000", "s-119"), ("w-x", "s-003")])
    among = [{key for wish, key in pairs if wish == one.key} for one in asked]
    measured = snapshot.measured(asked, "solution", among)
    assert told == {(q.key, hit.key): hit for q, own in zip(asked, measured, strict=True) for hit in own}
    assert told.keys() == set(pairs)


def test_the_best_are_the_same_whichever_things_are_asked_for_together_and_whoever_asks_first():
    every = both(*MIXED)
    snapshot, asked = Snapshot.build(every), wishes_of(every)
    keys = {f"s-{i:03}" for i in range(OFFERED)}
    whole = snapshot.columns(asked, "solution", keys).best(5)
    assert whole.keys() == keys
    assert {len(own) for own in whole.values()} == {5}
    again = Snapshot.build(every)  # that has searched for nobody yet
    alone = {}
    for key in sorted(keys)[::9]:
        alone |= again.columns(asked[::-1], "solution", {key}).best(5)
    assert alone == {key: whole[key] for key in alone}


def test_best_is_who_stands_out_among_the_wishes_of_a_language_less_what_comes_everywhere():
    """The same by one search after the other and in double precision."""
    every = both(*APART)
    snapshot, asked = Snapshot.build(every), wishes_of(every)
    keys = sorted(f"s-{i:03}" for i in range(OFFERED))
    scores = np.array(
        [
            [{hit.key: hit.fused for hit in snapshot.search(one, "solution", OFFERED)}[key] for key in keys]
            for one in asked
        ]
    )
    face = snapshot.face("wish")
    crowding = {face.keys[item]: own for item, own in zip(face.items, face.crowding, strict=True)}
    is_english = np.array([one.passages[0].lang == "en" for one in asked])
    for own in (is_english, ~is_english):
        scores[own] = (scores[own] - scores[own].mean(axis=0)) / scores[own].std(axis=0)
    for column, key in enumerate(keys):
        script = int(key[-1]) % 2  # English and Chinese by turns
        scores[:, column] -= CROWDING * np.array([crowding[one.key][script] for one in asked])
    best = snapshot.columns(asked, "solution", set(keys)).best(8)
    numbers = {one.key: number for number, one in enumerate(asked)}
    for column, key in enumerate(keys):
        ranked = scores[[numbers[wish] for wish in best[key]], column]
        assert ranked == pytest.approx(sorted(scores[:, column])[:-9:-1], abs=1e-4)


def test_of_equals_the_first_by_key_and_all_where_there_are_few():
    twins = [thing(f"w-{i}", ("en", "pump"), role="wish") for i in (2, 0, 1)]
    same = [type(one)(one.key, one.role, twins[0].passages) for one in twins]
    snapshot = Snapshot.build([*same, thing("s-0", ("en", "pump leak")), thing("s-1", ("en", "lift"))])
    columns = snapshot.columns(same, "solution", {"s-0"})
    assert columns.best(2) == {"s-0": ["w-0", "w-1"]}
    assert columns.best(9) == {"s-0": ["w-0", "w-1", "w-2"]}


def test_where_nobody_asks_or_nothing_is_there_no_one_is_best():
    silent = thing("w-0", role="wish")
    asking = thing("w-1", ("en", "pump"), role="wish")
    snapshot = Snapshot.build([silent, asking, thing("s-0", ("en", "pump"))])
    assert snapshot.columns([], "solution", {"s-0"}) is None
    assert snapshot.columns([silent], "solution", {"s-0"}) is None
    assert snapshot.columns([asking], "solution", {"s-9"}) is None
    assert snapshot.columns([silent, asking], "solution", {"s-0", "s-9"}).best(3) == {"s-0": ["w-1"]}
    assert Snapshot.build([asking]).columns([asking], "solution", {"s-0"}) is None
