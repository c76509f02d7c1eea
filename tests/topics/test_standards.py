import pytest

from topics.standards import Like, _pairs, asked, held, likes, normal


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("GB/T 19001-2016", "GB/T 19001"),
        ("gb/t19001", "GB/T 19001"),
        ("ISO9001:2015", "ISO 9001"),
        ("EN ISO 9001 : 2015", "EN ISO 9001"),
        ("ISO/IEC27001:2022", "ISO/IEC 27001"),
        ("IEC 62368-1:2018+A11", "IEC 62368-1"),
        ("EN 81-20", "EN 81-20"),  # a part, not an edition
        ("IEC 60034-30-1", "IEC 60034-30-1"),
        ("ＩＰ６８", "IP68"),
        ("ce ", "CE"),
    ],
)
def test_one_standard_has_one_writing(typed, number):
    assert normal(typed) == number


def test_likes_are_found_through_the_standard_that_both_adopt():
    assert likes("GB/T 19001-2016") == (Like("EN ISO 9001", True), Like("ISO 9001", True))


def test_what_was_modified_on_the_way_is_no_longer_identical():
    assert likes("EN 81-20") == (Like("GB/T 7588.1", False), Like("ISO 8100-1", False))
    assert likes("GB/T 5226.1") == (Like("IEC 60204-1", True), Like("EN 60204-1", False))


def test_what_nobody_has_listed_has_no_likes():
    assert likes("IP68") == ()
    assert held(["ip68", " "]) == {"IP68"}


@pytest.mark.parametrize(
    ("holds", "asks", "is_enough"),
    [
        ("GB/T 24001-2016", "ISO 14001", True),
        ("EN 60529", "GB/T 4208", True),
        ("GB 4943.1-2022", "IEC 62368-1", False),  # modified
        ("ISO 9001", "ISO 14001", False),
    ],
)
def test_a_certificate_counts_for_what_is_identical_alone(holds, asks, is_enough):
    assert (asked([asks]) <= held([holds])) is is_enough


def test_the_table_says_each_pair_once_and_writes_numbers_as_they_are_looked_up():
    pairs = [frozenset((one, other)) for one, other, _identical in _pairs()]
    assert len(pairs) == len(set(pairs))
    assert all(len(pair) == 2 for pair in pairs)
    assert {normal(number) for pair in pairs for number in pair} == {n for pair in pairs for n in pair}
