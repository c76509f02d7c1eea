"""Questions asked in public, and what the department answers. Who asks is shown only if they wish."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import FOLLOW, PARTY, bilingual, followers, notify, party
from wishes.models import FormerAnswer, Question, Wish


def is_closed(wish: Wish) -> bool:
    return wish.questions_until is not None and wish.questions_until < timezone.localdate()


@transaction.atomic
def ask(
    wish: Wish, *, by: User, text: str, organisation: Organisation | None = None, is_name_hidden: bool = True
) -> Question:
    """Put a question in public; the department is told.

    :raises IllegalTransition: the wish takes no proposals, or no questions, now.
    :raises PermissionDenied: they do not belong to the organisation in whose name they ask.
    """
    # Held until it is asked: a merge that comes between would leave the question behind.
    held = Wish.objects.select_for_update(of=("self",), no_key=True).get(pk=wish.pk)
    if not held.is_open_to_offers:
        raise IllegalTransition(_("Questions can be asked while a wish is open."))
    if is_closed(held):
        raise IllegalTransition(_("The last day for questions has passed."))
    if organisation is not None and not by.is_member_of(organisation.pk):
        raise PermissionDenied(_("Ask in the name of an organisation that you belong to."))
    is_name_hidden = is_name_hidden or organisation is None
    question = Question.objects.create(
        wish=wish, asked_by=by, text=text, organisation=organisation, is_name_hidden=is_name_hidden
    )
    entry = record(wish, "ask", by=by, details={"question": question.pk})
    asker = {} if is_name_hidden or organisation is None else bilingual(organisation, "name")
    notify(
        party(wish.organisation_id), entry, "wishes/mail/ask",
        thing=wish, why=PARTY, question=text, asker=asker,
    )  # fmt: skip
    return question


@transaction.atomic
def answer(question: Question, *, by: User, text: str) -> Entry:
    """Answer in public, once; who asked and who follows the wish is told.

    :raises IllegalTransition: it has been answered, or went along with a merge to another wish.
    """
    _hold(question)
    now = timezone.now()
    unanswered = Question.objects.filter(pk=question.pk, answered_at=None)
    if not unanswered.update(answer=text, answered_by=by, answered_at=now):
        raise IllegalTransition(_("This question has been answered."))
    question.answer, question.answered_by, question.answered_at = text, by, now
    return _tell(question, "answer", by)


@transaction.atomic
def correct(question: Question, *, by: User, text: str, seen: datetime | None = None) -> Entry:
    """Answer it better; the text of before stays readable, and the same people are told.

    `seen` is when the answer was given that the person had before them.

    :raises IllegalTransition: there is no answer yet, or another one by now.
    :raises ValidationError: it says the same.
    """
    _hold(question)
    held = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if held.answered_at is None or (seen is not None and held.answered_at != seen):
        raise IllegalTransition(_("Someone else was quicker: the answer has changed. Look at it again."))
    if held.answer.strip() == text.strip():
        raise ValidationError({"text": _("This is what the answer says already.")})
    now = timezone.now()
    FormerAnswer.objects.create(
        question=held,
        text=held.answer,
        answered_by=held.answered_by,
        answered_at=held.answered_at,
        replaced_at=now,
    )
    Question.objects.filter(pk=held.pk).update(answer=text, answered_by=by, answered_at=now)
    question.answer, question.answered_by, question.answered_at = text, by, now
    return _tell(question, "correct", by)


def _hold(question: Question) -> None:
    """Until it is said: a merge that comes between would tell those who followed the old wish, and no one."""
    held = Wish.objects.select_for_update(of=("self",), no_key=True).get(pk=question.wish_id)
    if not held.is_public or not held.questions.filter(pk=question.pk).exists():
        raise IllegalTransition(_("This cannot be done in its present state."))


def _tell(question: Question, verb: str, by: User) -> Entry:
    wish = question.wish
    entry = record(wish, verb, by=by, details={"question": question.pk})
    said = {"thing": wish, "question": question.text, "answer": question.answer}
    notify([question.asked_by], entry, f"wishes/mail/{verb}", why=PARTY, **said)
    notify(followers(wish), entry, f"wishes/mail/{verb}", why=FOLLOW, **said)
    return entry
