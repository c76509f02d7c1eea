from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from journal.clock import (
    Pause,
    State,
    _due,
    add_working_days,
    clock,
    clock_of,
    clocks_of,
    current,
    is_working_day,
    working_days_between,
)
from journal.models import Entry, Pledge
from tests.factories import EntryFactory, SolutionFactory

HONG_KONG = ZoneInfo("Asia/Hong_Kong")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),  # a Friday
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 7, 1), False),  # Establishment Day
        (date(2026, 2, 16), True),  # the eve of Lunar New Year
        (date(2026, 2, 17), False),
        (date(2026, 2, 19), False),  # its third day
        (date(2026, 2, 20), True),
        (date(2027, 2, 9), False),  # its second day is a Sunday: the fourth is given
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 4, 7), False),  # Ching Ming fell on the Sunday, its substitute on Easter Monday
        (date(2026, 4, 8), True),
        (date(2026, 10, 19), False),  # Chung Yeung fell on a Sunday
        (date(2026, 12, 25), False),
        (date(2027, 12, 27), False),  # Boxing Day fell on a Sunday
        (date(2027, 1, 1), False),
    ],
)
def test_working_days_are_those_of_hong_kong(day, works):
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 2, date(2026, 11, 24)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 30), 2, date(2027, 1, 4)),
        (date(2026, 2, 13), 2, date(2026, 2, 20)),
        (date(2026, 4, 1), 2, date(2026, 4, 8)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_a_pledge_counts_working_days_only(start, days, due):
    assert add_working_days(start, days) == due
    assert working_days_between(start, due) == days


def at(text: str) -> datetime:
    """A day, or a day and a time of day, in Hong Kong."""
    day, _space, time = text.partition(" ")
    return datetime.fromisoformat(f"{day}T{time or '10:00'}").replace(tzinfo=HONG_KONG)


def told(story: str, pledge: Pledge | None = None, on: str = "2026-06-30"):
    """The clocks of `verb day, verb day time, …` as they stand on a day."""
    entries = []
    for part in story.split(", "):
        verb, _space, when = part.partition(" ")
        entries.append(Entry(verb=verb, at=at(when)))
    return clock(entries, [pledge or SCREENED], date.fromisoformat(on))


SCREENED = Pledge(
    step="acknowledge",
    answers=["list", "refuse"],
    paused_by=["return"],
    resumed_by=["submit"],
    ends=["withdraw"],
    awaited="vendor",
    working_days=5,
    debtor="office",
)
R, P, K, B, E = State.RUNNING, State.PAUSED, State.KEPT, State.BROKEN, State.ENDED


@pytest.mark.parametrize(
    ("story", "on", "due", "state", "left", "over"),
    [
        # In the first week of June 2026 no day is a holiday; the 1st is a Monday, the 19th Tuen Ng.
        ("acknowledge 2026-06-01", "2026-06-01", "2026-06-08", R, 5, 0),
        ("acknowledge 2026-06-01", "2026-06-06", "2026-06-08", R, 1, 0),
        ("acknowledge 2026-06-01", "2026-06-08", "2026-06-08", R, 0, 0),
        ("acknowledge 2026-06-01", "2026-06-09", "2026-06-08", B, 0, 1),
        ("acknowledge 2026-06-01", "2026-06-11", "2026-06-08", B, 0, 3),
        ("acknowledge 2026-06-01, list 2026-06-08 23:59", "2026-06-30", "2026-06-08", K, 0, 0),
        ("acknowledge 2026-06-01, list 2026-06-09 00:00", "2026-06-30", "2026-06-08", B, 0, 1),
        ("acknowledge 2026-06-01, refuse 2026-06-12", "2026-06-30", "2026-06-08", B, 0, 4),
        ("acknowledge 2026-06-01, withdraw 2026-06-03", "2026-06-30", "2026-06-08", E, 0, 0),
        ("acknowledge 2026-06-01, withdraw 2026-06-10", "2026-06-30", "2026-06-08", B, 0, 2),
        # The step taken at a week's end begins with the week; a day begins at midnight in Hong Kong.
        ("acknowledge 2026-06-05 23:59", "2026-06-06", "2026-06-12", R, 5, 0),
        ("acknowledge 2026-06-06 00:00", "2026-06-06", "2026-06-12", R, 5, 0),
        ("acknowledge 2026-06-07 23:59", "2026-06-08", "2026-06-12", R, 4, 0),
        ("acknowledge 2026-06-08 00:00", "2026-06-08", "2026-06-15", R, 5, 0),
        # Paused: the day on which the question went out, and that of its answer, count for nobody.
        ("acknowledge 2026-06-01, return 2026-06-03", "2026-06-03", "2026-06-09", P, 4, 0),
        ("acknowledge 2026-06-01, return 2026-06-03", "2026-06-12", "2026-06-18", P, 4, 0),
        ("acknowledge 2026-06-01, return 2026-06-03, submit 2026-06-10", "2026-06-10", "2026-06-16", R, 4, 0),
        (
            "acknowledge 2026-06-01, return 2026-06-03, submit 2026-06-10, acknowledge 2026-06-11",
            "2026-06-11", "2026-06-16", R, 3, 0,
        ),
        # Asked and answered within a day: the day counts.
        (
            "acknowledge 2026-06-01, return 2026-06-03 09:00, submit 2026-06-03 18:00",
            "2026-06-03", "2026-06-08", R, 3, 0,
        ),
        # Asked on the last day: one day is left when the answer comes.
        ("acknowledge 2026-06-01, return 2026-06-08", "2026-06-16", "2026-06-17", P, 1, 0),
        ("acknowledge 2026-06-01, return 2026-06-08, submit 2026-06-16", "2026-06-17", "2026-06-17", R, 0, 0),
        # Asked too late: what was broken stays so, and the wait is not counted as overdue.
        ("acknowledge 2026-06-01, return 2026-06-09", "2026-06-30", "2026-06-08", B, 0, 1),
        (
            "acknowledge 2026-06-01, return 2026-06-10, submit 2026-06-15, list 2026-06-16",
            "2026-06-30", "2026-06-08", B, 0, 2,
        ),
        # Several pauses, one over Tuen Ng (Friday the 19th), one that begins and ends at a week's end.
        (
            "acknowledge 2026-06-01, return 2026-06-03, submit 2026-06-05, "
            "return 2026-06-09, submit 2026-06-22",
            "2026-06-22", "2026-06-25", R, 3, 0,
        ),
        (
            "acknowledge 2026-06-01, return 2026-06-06, submit 2026-06-07",
            "2026-06-07", "2026-06-08", R, 1, 0,
        ),
        (
            "acknowledge 2026-06-17, return 2026-06-18 23:59, submit 2026-06-22 00:00",
            "2026-06-22", "2026-06-29", R, 5, 0,
        ),
        # Withdrawn while it is paused.
        (
            "acknowledge 2026-06-01, return 2026-06-03, withdraw 2026-06-25",
            "2026-06-30", "2026-06-25", E, 0, 0,
        ),
    ],
)  # fmt: skip
def test_a_clock_stands_still_while_the_other_side_owes_an_answer(story, on, due, state, left, over):
    (one,) = told(story, on=on)
    assert (one.state, one.left, one.over) == (state, left, over)
    if state != E:
        assert one.due_on == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("story", "due"),
    [
        ("acknowledge 2026-02-13", "2026-02-25"),  # over Lunar New Year, Tuesday to Thursday
        ("acknowledge 2026-02-13, return 2026-02-16, submit 2026-02-20", "2026-02-27"),
        ("acknowledge 2026-12-23", "2026-12-31"),  # over Christmas
        ("acknowledge 2026-12-29", "2027-01-06"),  # over the year's end
        ("acknowledge 2026-04-01", "2026-04-13"),  # Easter and Ching Ming with its substitute
    ],
)
def test_holidays_and_pauses_over_them_are_known(story, due):
    (one,) = told(story, on=story[-10:])
    assert one.due_on == date.fromisoformat(due)


PLEDGE = Pledge(step="submit", answers=["list", "refuse"], working_days=2, debtor="office")


def test_a_step_taken_twice_has_two_clocks():
    first, second = told("submit 2026-11-02, refuse 2026-11-03, submit 2026-11-09", PLEDGE, "2026-11-10")
    assert (first.state, first.answered_on) == (State.KEPT, date(2026, 11, 3))
    assert (second.state, second.answered_on, second.left) == (State.RUNNING, None, 1)


def test_what_is_not_pledged_has_no_clock():
    assert told("edit 2026-11-02", PLEDGE) == []


def test_two_steps_that_ask_for_the_same_answer_are_one_clock():
    again = Pledge(step="reconsider", answers=["refuse", "list"], working_days=5, debtor="office")
    entries = [Entry(verb=verb, at=at("2026-06-01")) for verb in ("reconsider", "acknowledge")]
    (one,) = clock(entries, [SCREENED, again], date(2026, 6, 2))
    assert one.step == "reconsider"


def test_what_is_owed_now_is_the_soonest_due():
    quick = Pledge(step="submit", answers=["acknowledge"], working_days=2, debtor="office")
    entries = [Entry(verb=verb, at=at("2026-06-01")) for verb in ("acknowledge", "submit")]
    dues = clock(entries, [SCREENED, quick], date(2026, 6, 2))
    assert [due.step for due in dues] == ["acknowledge", "submit"]
    assert current(dues).step == "submit"
    assert current([]) is None


@pytest.mark.django_db
def test_a_clock_is_the_same_after_an_outage_and_under_another_time_zone():
    solution = SolutionFactory()
    began = datetime(2026, 6, 5, 15, 59, tzinfo=UTC)  # 23:59 of Friday in Hong Kong
    EntryFactory(noun="solutions.solution", object_id=solution.pk, verb="acknowledge", at=began)
    Pledge.objects.filter(noun="solutions.solution", step="acknowledge").update(working_days=5)
    here = clock_of(solution)
    with timezone.override("Pacific/Kiritimati"):
        assert clock_of(solution) == here
    assert [one.due_on for one in here] == [date(2026, 6, 12)]
    assert here[0].state == State.BROKEN


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_the_clocks_of_many_take_two_queries(count, django_assert_num_queries):
    solutions = SolutionFactory.create_batch(count)
    for solution in solutions:
        EntryFactory(noun="solutions.solution", object_id=solution.pk, verb="submit")
    with django_assert_num_queries(2):
        found = clocks_of(solutions)
    assert {pk: [due.step for due in dues] for pk, dues in found.items()} == {
        solution.pk: ["submit"] for solution in solutions
    }


@pytest.mark.django_db
def test_no_things_have_no_clocks_and_ask_nothing():
    with CaptureQueriesContext(connection) as queries:
        assert clocks_of([]) == {}
    assert len(queries) == 0


days = st.integers(0, 400).map(lambda number: date(2026, 1, 1) + timedelta(days=number))


@st.composite
def pauses(draw):
    """Some pauses after each other, as a journal can have them."""
    marks = sorted(draw(st.lists(days, max_size=8)))
    return [Pause(first, last) for first, last in zip(marks[::2], marks[1::2], strict=False)]


@given(begun=days, number=st.integers(1, 30), known=pauses())
def test_a_pause_never_shortens_the_time(begun, number, known):
    known = [pause for pause in known if pause.first >= begun]
    before = add_working_days(begun, number)
    for count in range(len(known) + 1):
        due, _counted = _due(begun, number, known[:count])
        assert due >= before
        before = due


@given(begun=days, number=st.integers(1, 30), first=days, length=st.integers(0, 60))
def test_a_pause_gives_back_the_working_days_that_it_took_and_no_more(begun, number, first, length):
    if first < begun or first > add_working_days(begun, number):
        return
    last = first + timedelta(days=length)
    due, _counted = _due(begun, number, [Pause(first, last)])
    lost = working_days_between(max(begun, first - timedelta(days=1)), last) if length else 0
    assert working_days_between(begun, due) == number + lost
