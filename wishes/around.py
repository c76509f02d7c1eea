"""What the page of a wish shows beside its text: its endorsement, its screening, its answers, its merges."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from innoportal.lib.writing.writer import Row
from journal.models import Entry
from wishes.models import FormerAnswer, Question, ScreeningQuestion, Wish, WishReturn
from wishes.screening import changes
from wishes.stand import Stand, Step, seat, stand_of
from wishes.steps import STEPS
from wishes.writing import WRITER


@dataclass(frozen=True)
class Shown:
    """One step of the round, as wishes/endorsement.html reads it."""

    step: Step
    given: list[Any]
    missing: int
    state: str


def endorsement_context(user: Any, wish: Wish, inside: bool) -> dict[str, Any]:
    """The steps of the round that is going on; for those inside, and only while it waits."""
    if not inside or wish.status != Wish.Status.ENDORSEMENT:
        return {}
    stand = stand_of(wish)
    return {"stand": stand, "seat": seat(user, stand), "steps": shown_steps(stand)}


def shown_steps(stand: Stand) -> list[Shown]:
    current = stand.step
    return [
        Shown(step, stand.given_in(step), stand.missing(step), _state(step, current, stand))
        for step in stand.steps
    ]


def _state(step: Step, current: Step | None, stand: Stand) -> str:
    if not stand.missing(step):
        return "done"
    return "now" if step is current else "todo"


def screening_context(wish: Wish, entries: Iterable[Entry], inside: bool) -> dict[str, Any]:
    """Questions by the part that they are about, and what has changed since; nothing for the public."""
    if not inside or not any(entry.verb == "return" for entry in entries):
        return {}
    returns = list(WishReturn.objects.filter(wish=wish).order_by("pk"))
    if not returns:
        return {}
    asked: dict[str, list[ScreeningQuestion]] = defaultdict(list)
    for question in ScreeningQuestion.objects.filter(given_back__wish=wish).order_by("pk"):
        asked[question.about].append(question)
    is_in_hand = wish.status in (Wish.Status.RETURNED, Wish.Status.ENDORSEMENT, Wish.Status.SCREENING)
    rows = changes(wish, returns[-1]) if is_in_hand else []
    return {
        "asked": dict(asked),
        "asked_of_facts": [
            (step, asked[step.slug]) for step in STEPS if step.slug in asked and step.slug not in BESIDE
        ],
        "returned_at": returns[-1].returned_at,
        "is_in_hand": is_in_hand,
        "changes": [(one, *_in_two(one.field, one.before, one.after)) for one in rows],
    }


BESIDE = ("title", "need", "outcome", "constraints", "kpis")  # parts with a place of their own on the page


def _in_two(field: str, before: Any, after: Any) -> tuple[Row, Row]:
    empty = [] if field in ("kpis", "topics", "site_gives") else ""
    was, now = ({field: one or empty} for one in (before, after))
    return WRITER.in_words(field, was), WRITER.in_words(field, now)


def questions_of(wish: Wish, bound: Any = None) -> list[Question]:
    """Each with `corrections`: what the department had answered before, the newest first.

    `bound` is the form of one answer that was wrong, with what was typed.
    """
    questions = list(wish.questions.all())
    former: dict[int, list[FormerAnswer]] = defaultdict(list)
    if any(question.answered_at for question in questions):
        for one in FormerAnswer.objects.filter(question__in=questions).order_by("-pk"):
            former[one.question_id].append(one)
    for question in questions:
        question.corrections = former[question.pk]  # type: ignore[attr-defined]
        question.bound = bound if bound and bound.question == question.pk else None  # type: ignore[attr-defined]
    return questions


def merged_into_it(wish: Wish, entries: Iterable[Entry]) -> list[Wish]:
    """Wishes that were public once and go on as part of this one."""
    if not any(entry.verb == "absorb" for entry in entries):
        return []
    return list(wish.merged.filter(reference__isnull=False).select_related("organisation").order_by("pk"))
