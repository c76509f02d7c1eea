from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from innoportal.lib.templatetags.languages import day, moment

LATE = datetime(2026, 11, 8, 17, 5, tzinfo=UTC)  # already the next day in Hong Kong


@pytest.mark.parametrize(
    ("language", "said"), [("en", "9 Nov 2026"), ("zh-hant", "2026年11月9日"), ("zh-hans", "2026年11月9日")]
)
@pytest.mark.parametrize("value", [date(2026, 11, 9), "2026-11-09", LATE, LATE.isoformat()])
def test_day_is_said_as_people_of_the_language_write_it(language, said, value):
    with translation.override(language):
        assert day(value) == said


def test_moment_has_the_time_of_hong_kong():
    assert moment(LATE) == "9 Nov 2026 01:05"


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_said_of_no_date(nothing):
    assert (day(nothing), moment(nothing)) == ("", "")
