"""Who owes an answer is warned before the time is over, and the portal office is told when it is.

What is due is read from the journal each time: after an outage the same is told, once, and what was settled
meanwhile is not.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import override

from accounts.models import Role, User
from innoportal.lib.promises import Promise, promise
from journal.clock import Due, State, clocks_of, is_working_day
from journal.models import Entry, Pledge
from notifications.outbox import DUTY, bilingual, notify, party
from notifications.reminding import Deadline

AFTER = (-1,)  # the office hears on the day after
AT_ONCE = 500  # things whose journal is read in one go


def owed(_ahead: int = 0) -> Iterator[Deadline]:
    """Every pledged answer that is owed now, with steps of its own; nobody is reminded during a pause.

    A due day that a pause has moved is warned of anew.
    """
    for noun, waiting in _waiting().items():
        for start in range(0, len(waiting), AT_ONCE):
            things = apps.get_model(noun)._base_manager.filter(pk__in=waiting[start : start + AT_ONCE])
            yield from _owed_of(list(things.order_by("pk")))


def _owed_of(things: list[Any]) -> Iterator[Deadline]:
    found = clocks_of(things)
    for thing in things:
        for due in found[thing.pk]:
            if due.is_open and due.state != State.PAUSED:
                since = due.begun_on - timedelta(days=1)
                steps = (near(due), *AFTER)
                yield Deadline(thing, due.due_on, since, part=due.step, steps=steps, told=due)


def tell(deadline: Deadline, entry: Entry, left: int) -> None:
    (tell_broken if left < 0 else tell_near)(deadline.thing, deadline.told, entry)


def _waiting() -> dict[str, list[int]]:
    """By noun, the things of which an answer is owed: a step was taken that nothing has answered since."""
    found: dict[str, set[int]] = {}
    for pledge in Pledge.objects.order_by("pk"):
        answered = Entry.objects.filter(
            noun=pledge.noun,
            object_id=OuterRef("object_id"),
            verb__in=[*pledge.answers, *pledge.ends],
            pk__gt=OuterRef("pk"),
        )
        open_ = Entry.objects.filter(~Exists(answered), noun=pledge.noun, verb=pledge.step)
        found.setdefault(pledge.noun, set()).update(open_.values_list("object_id", flat=True))
    return {noun: sorted(ids) for noun, ids in found.items()}


def near(due: Due) -> int:
    """How many days before the last one its debtor is warned: a fifth of the working days, at least one."""
    left, day = max(1, due.pledge.working_days // 5), due.due_on
    while left:
        left -= is_working_day(day)
        day -= timedelta(days=1)
    return (due.due_on - day).days


def tell_near(thing: Any, due: Due, entry: Entry) -> None:
    notify(
        debtors(thing, due),
        entry,
        "notifications/mail/pledge_near",
        thing=thing,
        why=DUTY,
        **_said(thing, due),
    )


def tell_broken(thing: Any, due: Due, entry: Entry) -> None:
    """The portal office answers for all pledges, so it hears of each that was not kept; the debtor, too."""
    office = User.objects.with_role(Role.OFFICE)
    people = list(office) + list(debtors(thing, due))
    notify(people, entry, "notifications/mail/pledge_broken", thing=thing, why=DUTY, **_said(thing, due))


def debtors(thing: Any, due: Due) -> QuerySet[User]:
    """Who can give the answer: people of a party, or of a role who stand apart from the parties."""
    if isinstance(named := getattr(thing, due.debtor, None), User):
        return User.objects.filter(pk=named.pk, is_active=True)
    parties = {name: pk for name, pk in thing.parties.items() if pk}
    if due.debtor in Role.values:
        return User.objects.with_role(due.debtor).exclude(memberships__organisation__in=parties.values())
    return party(parties.get(due.debtor, 0), approvers_only=due.debtor == "department")


def _said(thing: Any, due: Due) -> dict[str, Any]:
    """In each reader's language."""
    one = {code: _in(language, due) for code, language in (("en", "en"), ("zh", "zh-hant"))}
    told: dict[str, Any] = {
        "promise": {code: said.text for code, said in one.items()},
        "stand": {code: said.stand for code, said in one.items()},
    }
    named = next((it for it in _named(thing) if hasattr(it, "title_en")), None)
    told["may_ask"] = bool(due.pledge.paused_by)
    return {**told, "thing_title": bilingual(named, "title")} if named else told


def _named(thing: Any) -> Iterator[Any]:
    """The thing, or what it is about: a report of a trial of a match of a wish."""
    while thing is not None:
        yield thing
        thing = next((found for name in ABOUT if (found := getattr(thing, name, None)) is not None), None)


# The nearest to a wish first, so that what knows several leads there by the shortest way.
ABOUT = ("wish", "match", "trial")


def _in(language: str, due: Due) -> Promise:
    with override(language):
        return promise(due)
