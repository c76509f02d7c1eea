from datetime import date, timedelta
from itertools import pairwise

from innoportal.demonstration.clock import Story
from journal.clock import is_working_day


def test_a_later_day_is_never_told_before_an_earlier_one_whatever_day_it_is_today():
    for shift in range(120):
        story = Story(date(2026, 1, 1) + timedelta(days=shift))
        moments = [story.moment(days) for days in range(-400, 1)]
        assert all(one < other for one, other in pairwise(moments))
        assert all(is_working_day(moment.date()) for moment in moments)
