import pytest

from solutions.trl import LEVELS, gaps, standings


@pytest.mark.parametrize(
    ("claimed", "shown", "missing"),
    [
        (None, {3}, []),
        (1, set(), [1]),
        (3, {3}, [2, 1]),
        (3, {1, 2}, [3]),
        (4, {7}, [4, 3, 2, 1]),  # what is above the claim shows nothing of it
        (9, set(range(1, 10)), []),
        (99, set(range(1, 10)), []),
    ],
)
def test_gaps_are_told_from_the_claimed_level_down(claimed, shown, missing):
    assert [level.number for level in gaps(claimed, shown)] == missing


def test_the_claimed_level_comes_first_and_alone_is_called_so():
    assert [(one.level.number, one.is_claimed) for one in standings(3, set())] == [
        (3, True),
        (2, False),
        (1, False),
    ]


def test_nine_levels_each_with_its_own_evidence():
    assert [level.number for level in LEVELS] == list(range(1, 10))
    assert len({str(level.asks) for level in LEVELS}) == 9
