"""When a wish or a solution changes, who fits it is asked again, and what it may repeat."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.models import User
from documents.models import Document
from journal.models import Entry
from journal.workflow import happened
from matching import services, tasks
from matching.models import Duplicate, Kind, Ranker, Term
from matching.services.arriving import Said
from matching.texts import side_of
from notifications.models import Visitor
from notifications.visiting import confirmed
from solutions.models import Solution
from topics.models import Topic
from wishes.models import Call, Wish

# These say nothing new about the thing itself; anything else may.
INDIFFERENT = frozenset(
    {"advise", "hide_version"}
    | {"match", "unmatch", "start_trial", "end_trial", "ask", "answer", "correct", "sponsor", "leave"}
    | {"join_call", "leave_call", "write_annex", "accept_annex", "confirm_use", "end_use"}
)
# By these something becomes public that was not.
OPENED = frozenset({"publish", "announce", "list"})
# After these there may be a text with the portal office that was not compared yet.
WRITES = frozenset({"submit", "endorse", "edit", "reconsider"})
# After these an answer to a rapid call says something that the engine has not read.
ANSWERS = WRITES | {"complete", "answer_wish"}
REPLIES = frozenset({"complete", "submit"})
ASKS = frozenset({"ask_full"})


@receiver(happened, sender=Wish, dispatch_uid="matching.wish")
def wish_changed(instance: Wish, entry: Entry, **kwargs) -> None:
    _changed(instance, entry, tasks.rematch_wish)
    _compare(instance, entry, Duplicate.WISHES_COMPARED)
    if _is_news(entry, Wish.Status.EXPIRED):
        announce(Kind.WISH, instance, entry, topics=instance.topics.all())


@receiver(happened, sender=Solution, dispatch_uid="matching.solution")
def solution_changed(instance: Solution, entry: Entry, **kwargs) -> None:
    _changed(instance, entry, tasks.rematch_solution)
    _compare(instance, entry, Duplicate.SOLUTIONS_COMPARED)
    if _is_news(entry, Solution.Status.EXPIRED):
        announce(Kind.SOLUTION, instance, entry, topics=instance.topics.all())
    _answer(instance, entry)
    if entry.verb in services.GIVEN_BACK:
        transaction.on_commit(lambda: tasks.advise.delay(instance.pk, entry.pk), robust=True)


@receiver(happened, sender=Call, dispatch_uid="matching.call")
def call_changed(instance: Call, entry: Entry, **kwargs) -> None:
    if _is_news(entry):
        said = [
            ("en", instance.title_en, f"{instance.text_en}\n{instance.criteria_en}".strip()),
            ("zh-Hant", instance.title_zh, f"{instance.text_zh}\n{instance.criteria_zh}".strip()),
        ]
        announce(Kind.CALL, instance, entry, topics=instance.topics.all(), said=said)


@receiver(happened, sender=Document, dispatch_uid="matching.document")
def document_made(instance: Document, entry: Entry, **kwargs) -> None:
    """What a public file says is read with its wish or solution, which is no longer as it was matched."""
    if entry.verb != "prepare" or instance.is_confidential:
        return
    for model, task in ((Wish, tasks.rematch_wish), (Solution, tasks.rematch_solution)):
        if instance.noun == model._meta.label_lower:
            _read_again(model, instance.object_id, entry, task)


@receiver(happened, sender=Ranker, dispatch_uid="matching.ranker")
def weights_changed(instance: Ranker, entry: Entry, **kwargs) -> None:
    """What is stored is scored anew by the workers; the sweep finds what they have missed."""
    if entry.verb == "activate":
        transaction.on_commit(tasks.rematch_everything.delay, robust=True)


@receiver(happened, sender=Term, dispatch_uid="matching.term")
def term_changed(instance: Term, entry: Entry, **kwargs) -> None:
    """What is due is read anew and matched by a sweep; of the terms of a file, the last asks for it."""
    if not entry.details.get("left"):
        transaction.on_commit(tasks.sweep.delay, robust=True)


@receiver(confirmed, dispatch_uid="matching.visitor")
def visitor_confirmed(visitor: Visitor, wanted: dict[str, Any], **kwargs) -> None:
    if "kinds" in wanted:
        topics = list(Topic.objects.filter(pk__in=wanted["topics"]))
        services.save_for_visitor(
            visitor, services.Wanted(wanted["words"], wanted["kinds"], topics), name=wanted["name"]
        )


def announce(kind: str, thing: Any, entry: Entry, *, topics: Iterable[Topic], said: Said = ()) -> None:
    """Have the saved searches look at what has become public; the sweep finds it if the message is lost."""
    services.arrive(kind, thing, entry, topics=topics, said=said)
    transaction.on_commit(tasks.notice.delay, robust=True)


def _is_news(entry: Entry, lapsed: str = "") -> bool:
    """Whether something became public, or again after it had lapsed; an import, by no person, is none."""
    again = entry.verb == "renew" and entry.from_status == lapsed
    return entry.actor_id is not None and (entry.verb in OPENED or again)


def _changed(thing: Wish | Solution, entry: Entry, task) -> None:
    """What is taken back is hidden by the same commit; the rest is a message; a sweep finds a lost one."""
    if not thing.is_public:
        services.hide(thing)
        if not entry.from_status or entry.from_status not in type(thing).PUBLIC:
            return
    if entry.verb not in INDIFFERENT:
        # robust: a queue that is down is logged, and does not undo what the person has done
        transaction.on_commit(lambda: task.delay(thing.pk, entry.at.isoformat()), robust=True)


def _read_again(model: type[Wish | Solution], pk: int, entry: Entry, task) -> None:
    """What is not public is read when it is. By the new date a sweep finds it, should the message be lost."""
    if model.objects.public().filter(pk=pk).update(updated_at=entry.at):
        transaction.on_commit(lambda: task.delay(pk, entry.at.isoformat()), robust=True)


def _answer(solution: Solution, entry: Entry) -> None:
    """What answers a rapid call is measured, listed or not; and what was asked for has come, if it has."""
    if entry.verb in ANSWERS and (wishes := services.answered_wishes(solution)):
        transaction.on_commit(lambda: tasks.estimate.delay(wishes), robust=True)
    if entry.verb in REPLIES | ASKS:
        by = User.objects.filter(pk=entry.actor_id or 0).first()
        if entry.verb in ASKS:
            services.asked(solution, by=by, reason=entry.reason)
        else:
            services.replied(solution, by=by)


def _compare(thing: Wish | Solution, entry: Entry, compared: tuple[str, ...]) -> None:
    """A draft wakes nobody; the sweep of the night finds a lost message."""
    if entry.verb in WRITES and thing.status in compared:
        side = side_of(thing)
        transaction.on_commit(lambda: tasks.find_duplicates.delay(side, thing.pk), robust=True)
