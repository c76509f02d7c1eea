"""What the portal office asks before it publishes: each about one part of a wish, answered as it returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.lib.writing.answers import digest
from innoportal.lib.writing.steps import Step
from journal.models import Entry
from notifications.outbox import PARTY, notify, party
from wishes.answers import answers_of
from wishes.models import ScreeningQuestion, Wish, WishReturn
from wishes.steps import BY_SLUG, STEPS
from wishes.workflow import WORKFLOW


@transaction.atomic
def return_(
    wish: Wish, *, by: User, reason: str, ground: str = "", questions: Mapping[str, str] | None = None
) -> Entry:
    """Give it back with `questions`, by the part of the wish that each is about; what it said is kept.

    :raises ValidationError: a wish has no such part.
    """
    asked = {about: text.strip() for about, text in (questions or {}).items() if text.strip()}
    if unknown := asked.keys() - BY_SLUG.keys():
        raise ValidationError(_("A wish has no part “%(name)s”.") % {"name": min(unknown)})
    entry = WORKFLOW["return"].apply(
        wish, by=by, reason=reason, ground=ground, details={"questions": len(asked)}
    )
    given_back = WishReturn.objects.create(wish=wish, returned_by=by, said=answers_of(wish))
    ScreeningQuestion.objects.bulk_create(
        ScreeningQuestion(given_back=given_back, about=about, text=text) for about, text in asked.items()
    )
    told = [" ".join(text.split()) for text in asked.values()]
    notify(party(wish.organisation_id), entry, "wishes/mail/return", thing=wish, why=PARTY, questions=told)
    return entry


def unanswered(wish: Wish) -> list[ScreeningQuestion]:
    """In the order of the guided writer's pages."""
    rows = ScreeningQuestion.objects.filter(given_back__wish=wish, answered_at=None)
    return sorted(rows, key=lambda one: (_position(one.about), one.pk))


def _position(about: str) -> int:
    return STEPS.index(BY_SLUG[about]) if about in BY_SLUG else len(STEPS)


def answer_all(wish: Wish, *, by: User | None, answers: Mapping[int, str]) -> None:
    """With the wish, its department hands in an answer to each question that is open.

    :raises ValidationError: one of them has no answer; by the name of its field in the form.
    """
    missing, now = {}, timezone.now()
    for question in unanswered(wish):
        text = answers.get(question.pk, "").strip()
        if not text:
            missing[f"question_{question.pk}"] = _("Answer the question of the portal office: %(text)s") % {
                "text": question.text
            }
            continue
        question.answer, question.answered_by, question.answered_at = text, by, now
        question.save(update_fields=["answer", "answered_by", "answered_at"])
    if missing:
        raise ValidationError(missing)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Change:
    """A field that says something else than when the wish was given back."""

    step: Step
    field: str
    before: Any
    after: Any


def changes(wish: Wish, given_back: WishReturn) -> list[Change]:
    """In the order of the guided writer's pages."""
    now, then = answers_of(wish), given_back.said
    return [
        Change(step, name, then.get(name), now.get(name))
        for step in STEPS
        for name in step.fields
        if digest(now.get(name)) != digest(then.get(name))
    ]
