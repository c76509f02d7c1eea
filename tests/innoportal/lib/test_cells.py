from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError

from innoportal.lib import cells


def said(cleaner, cell):
    remarks = []
    return cleaner(cell, remarks.append), remarks


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("21/11/2026", date(2026, 11, 21)),
        ("21.11.2026", date(2026, 11, 21)),
        ("21 Nov 2026", date(2026, 11, 21)),
        ("21 November 2026", date(2026, 11, 21)),
        ("2026-11-21 00:00:00", date(2026, 11, 21)),
        (datetime(2026, 11, 21, 9, 0), date(2026, 11, 21)),  # noqa: DTZ001
        (date(2026, 11, 21), date(2026, 11, 21)),
        ("", None),
        (None, None),
    ],
)
def test_days_are_read_in_the_ways_people_write_them(cell, expected):
    assert said(cells.day, cell) == (expected, [])


def test_a_day_that_could_be_a_month_says_how_it_was_read():
    assert said(cells.day, "03/04/2026") == (
        date(2026, 4, 3),
        ["03/04/2026 was read with the day first: 3 April 2026"],
    )


@pytest.mark.parametrize("cell", ["soon", "31/02/2026", "11/21/2026", "2026-13-01", "21/11/26", 46347])
def test_what_is_no_day_is_refused(cell):
    with pytest.raises(ValidationError, match="is not a date"):
        cells.day(cell, str)


@pytest.mark.parametrize("cell", ["a\0b", "\ud83d", ["a"], {"a": 1}])
def test_what_no_text_column_can_hold_is_refused(cell):
    with pytest.raises(ValidationError):
        cells.plain(cell)


@pytest.mark.parametrize(("cell", "expected"), [(7.0, "7"), (7.5, "7.5"), (" a\r\nb ", "a\nb"), (None, "")])
def test_cells_of_any_kind_become_text(cell, expected):
    assert cells.plain(cell) == expected


def test_text_that_is_too_long_says_by_how_much():
    assert cells.text(3)("字字字", str) == "字字字"
    with pytest.raises(ValidationError, match="4 characters and at most 3"):
        cells.text(3)("字字字字", str)


def test_markup_is_kept_and_mentioned_and_comparisons_are_no_markup():
    assert said(cells.text(99), "<b>bold</b>")[1]
    assert said(cells.text(99), "a < b and c > d") == ("a < b and c > d", [])


@pytest.mark.parametrize("cell", ["0", "10", "-1", "1.5", "x", "１", "9" * 12])
def test_numbers_outside_their_range_are_refused(cell):
    with pytest.raises(ValidationError):
        cells.number(1, 9)(cell, str)


def test_choices_are_taken_by_code_or_by_word():
    clean = cells.choice([("to_5m", "HK$1.4 to 5 million")])
    assert [clean(cell, str) for cell in ("to_5m", "TO_5M", "hk$1.4 to 5 million", "")] == ["to_5m"] * 3 + [
        ""
    ]
    with pytest.raises(ValidationError, match="is not one of to_5m"):
        clean("much", str)


def test_lists_are_parted_by_commas_and_semicolons_of_both_scripts():
    clean = cells.words(10)
    assert clean("a; b，c、d,,a", str) == clean(["a", "b", "c", "d"], str) == ["a", "b", "c", "d"]


def test_an_unknown_name_brings_the_likely_one():
    with pytest.raises(ValidationError, match="did you mean sensing"):
        cells.known({"sensing": 1})("sensng")


@pytest.mark.parametrize(
    ("cell", "expected"), [("Yes", True), (True, True), ("否", False), (0, False), ("", None)]
)
def test_yes_and_no_in_both_languages(cell, expected):
    assert cells.truth(cell, str) is expected
