from datetime import date

import pytest
from django.template import Context, Template
from django.utils.translation import override

from innoportal.lib.promises import LOOKS, PROMISES, WORDS, promise, promises
from journal.clock import State, clock
from journal.models import Entry, Pledge
from matching.workflow import WORKFLOW as MATCH
from solutions.workflow import WORKFLOW as SOLUTION
from tests.journal.test_clock import at
from trials.workflow import INCIDENT, REPORT, TRIAL
from wishes.workflow import WORKFLOW as WISH

WORKFLOWS = {
    "wishes.wish": WISH,
    "solutions.solution": SOLUTION,
    "matching.match": MATCH,
    "trials.trial": TRIAL,
    "trials.report": REPORT,
    "trials.incident": INCIDENT,
}
SCREENED = Pledge(
    noun="solutions.solution",
    step="acknowledge",
    answers=["list"],
    paused_by=["return"],
    resumed_by=["submit"],
    ends=["withdraw"],
    awaited="vendor",
    working_days=5,
    debtor="office",
)


def said(*story, on="2026-06-02"):
    entries = [Entry(verb=verb, at=at(day)) for verb, day in story]
    (due,) = clock(entries, [SCREENED], date.fromisoformat(on))
    return promise(due)


BEGUN = ("acknowledge", "2026-06-01")


@pytest.mark.parametrize(
    ("story", "on", "text", "stand", "label"),
    [
        (
            [BEGUN], "2026-06-02",
            "The portal office decides by 8 Jun 2026 whether it is listed.",
            "4 working days are left.", "due 8 Jun 2026",
        ),
        (
            [BEGUN], "2026-06-05",
            "The portal office decides by 8 Jun 2026 whether it is listed.",
            "1 working day is left.", "due 8 Jun 2026",
        ),
        (
            [BEGUN], "2026-06-08",
            "The portal office decides by 8 Jun 2026 whether it is listed.",
            "That is today.", "due 8 Jun 2026",
        ),
        (
            [BEGUN, ("return", "2026-06-03")], "2026-06-12",
            "Paused since 3 Jun 2026: The vendor must answer first.",
            "Once the answer is there, 4 working days are left.", "paused: The vendor",
        ),
        (
            [BEGUN], "2026-06-10",
            "The portal office decides by 8 Jun 2026 whether it is listed.",
            "The portal office is 2 working days late. The portal office has been told.",
            "overdue since 8 Jun 2026",
        ),
        (
            [BEGUN, ("list", "2026-06-09")], "2026-06-30",
            "The portal office decides by 8 Jun 2026 whether it is listed.",
            "Done on 9 Jun 2026, 1 working day late.", "Not kept",
        ),
        (
            [BEGUN, ("list", "2026-06-08")], "2026-06-30",
            "The portal office decides by 8 Jun 2026 whether it is listed.",
            "Done on 8 Jun 2026, in time.", "Kept",
        ),
        (
            [BEGUN, ("withdraw", "2026-06-04")], "2026-06-30",
            "The portal office decides by 8 Jun 2026 whether it is listed.",
            "Withdrawn on 4 Jun 2026, before it was due.", "Not needed",
        ),
    ],
)  # fmt: skip
def test_a_clock_is_told_in_words(story, on, text, stand, label):
    one = said(*story, on=on)
    assert (one.text, one.stand, one.label) == (text, stand, label)


def test_what_comes_next_is_told_while_something_is_owed():
    assert said(BEGUN).then.startswith("Then it is public")
    assert said(BEGUN, on="2026-06-10").then.startswith("Then it is public")
    assert said(BEGUN, ("list", "2026-06-09")).then == ""


def test_what_is_owed_now_stands_first_then_the_newest():
    entries = [
        Entry(verb=verb, at=at("2026-06-01")) for verb in ("submit", "list", "submit", "list", "submit")
    ]
    pledge = Pledge(noun="x", step="submit", answers=["list"], working_days=2, debtor="office")
    rows = promises(clock(entries, [pledge], date(2026, 6, 2)))
    assert [row.due.is_open for row in rows] == [True, False, False]
    assert rows[0].text == "An answer is due by 3 Jun 2026."


def test_chinese_reads_whole():
    with override("zh-hant"):
        one = said(BEGUN, ("return", "2026-06-03"), on="2026-06-12")
    assert one.text == "自 2026年6月3日 起暫停計時：等候供應商回覆。"
    assert one.stand == "收到回覆後尚有 4 個工作天。"


def test_every_state_has_a_word_and_a_look():
    assert LOOKS.keys() == WORDS.keys() == set(State)


@pytest.mark.django_db
def test_each_pledge_of_the_portal_has_words_and_speaks_of_verbs_that_there_are():
    rows = list(Pledge.objects.all())
    assert {(row.noun, row.step) for row in rows} == PROMISES.keys()
    for row in rows:
        verbs = {row.step, *row.answers, *row.paused_by, *row.resumed_by, *row.ends}
        assert verbs <= WORKFLOWS[row.noun].keys(), row
        assert bool(row.paused_by) == bool(row.resumed_by) == bool(row.awaited), row


def test_a_thing_without_pledges_shows_no_panel():
    assert Template("{% include 'components/clocks.html' %}").render(Context({"dues": []})).strip() == ""
