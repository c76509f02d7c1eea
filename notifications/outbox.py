"""Who is to be told of an entry: rows of the entry's own transaction, and a wake-up for the worker."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Delegation, Membership, User
from journal.grounds import told_reason
from journal.models import Entry
from journal.together import action
from notifications.following import ask, labelled, leave, reasons
from notifications.models import Fanout, Follow, Notification, Visitor
from notifications.reasons import because
from notifications.waking import wake
from notifications.when import held_together, plans, visitor_due
from topics.models import Topic

DUTY = "duty"  # the reader must act: always by e-mail too
PARTY = "party"  # it is their organisation's
FOLLOW = "follow"  # they asked for it
SEARCH = "search"  # what they wait for in words of their own
ANNOUNCEMENT = "announcement"  # the portal office tells it to many
Channel = Notification.Channel
AT_ONCE = 500  # people whose rows are written in one go


def bilingual(thing: models.Model, name: str) -> dict[str, str]:
    """A text of two columns, to be read in each recipient's language when the notice is rendered."""
    return {"en": getattr(thing, f"{name}_en"), "zh": getattr(thing, f"{name}_zh")}


def party(*organisation_ids: int, approvers_only: bool = False) -> models.QuerySet[User]:
    """The people of organisations who can sign in; who takes an approver's place today is one of these."""
    memberships = Membership.objects.filter(organisation_id__in=organisation_ids)
    if approvers_only:
        deputies = Delegation.objects.in_force().filter(organisation_id__in=organisation_ids).values("deputy")
        memberships = memberships.filter(Q(role=Membership.Role.APPROVER) | Q(user__in=deputies))
    return User.objects.filter(is_active=True, memberships__in=memberships).distinct()


class Followers(models.QuerySet[User]):
    """People who follow some things, and what these are: `notify` tells the visitors who do, too.

    `is_all`: nobody was left out of them since, so that a worker can ask for the same people later.
    """

    things: tuple[models.Model, ...] = ()
    is_all = False

    def _clone(self) -> "Followers":
        found: Followers = super()._clone()  # type: ignore[misc]
        found.things = self.things
        return found


def followers(*things: models.Model | Topic) -> Followers:
    """Who follows any of these things or topics, each once."""
    follows = Follow.objects.of(*things).filter(visitor=None)
    found = Followers(User).filter(pk__in=follows.values("user_id"))
    found.things, found.is_all = things, True
    return found


def _about(thing: Any, entry: Entry) -> dict[str, Any]:
    """What every template may say."""
    title = {"thing_title": bilingual(thing, "title")} if hasattr(thing, "title_en") else {}
    return {**title, "reference": getattr(thing, "reference", None) or "", "reason": told_reason(entry)}


def notify(
    recipients: Iterable[User], entry: Entry, template: str, *, thing: Any, why: str, **context: Any
) -> int | None:
    """Tell each recipient once of this entry, in the inbox and by e-mail; returns how many are told.

    Of many followers this is None: only a worker asks who they are.

    `template` names `templates/<template>.txt`, whose first line is the subject. The person who acted is not
    told. A second call for the same entry adds only people who were not told yet. What is `urgent=True`, as a
    deadline is, and a duty come at once whatever rhythm its reader chose; of what is done to many things in
    one go, all of it in one mail.
    """
    is_urgent = context.pop("urgent", False) or why == DUTY
    said = _said(entry, template, thing, why, context)
    wake()
    if isinstance(recipients, Followers):
        _tell_visitors(recipients.things, said)
        if recipients.is_all and _are_many(recipients.things, of_visitors=False):
            leave(recipients.things, said, is_urgent=is_urgent)
            return None
    if isinstance(recipients, models.QuerySet):
        recipients = recipients.exclude(pk=entry.actor_id)
        if recipients.order_by()[AT_ONCE : AT_ONCE + 1].exists():
            return _leave_to_worker(recipients, said, is_urgent=is_urgent)
    people = {user.pk for user in recipients} - {entry.actor_id}
    things = recipients.things if isinstance(recipients, Followers) else ()
    own = reasons(people, labelled(things), of_visitors=False) if people else {}
    write(people, said, is_urgent=is_urgent, own=own)
    return len(people)


def _are_many(things: Sequence[models.Model], *, of_visitors: bool) -> bool:
    return Follow.objects.counted_up_to(AT_ONCE + 1, *things, of_visitors=of_visitors) > AT_ONCE


def _tell_visitors(things: Sequence[models.Model], said: dict[str, Any]) -> None:
    if _are_many(things, of_visitors=True):
        leave(things, said, to_visitors=True)
        return
    follows = Follow.objects.about(*things).filter(visitor__isnull=False)
    own = because(follows, "visitor_id", labelled(things))
    write_to_visitors(sorted(own), said, own)


def write_to_visitors(
    keys: Collection[int], shared: Mapping[str, Any], own: Mapping[int, Mapping[str, Any]] | None = None
) -> None:
    """A row for the next digest of each, who has no inbox; `own` is what one is told besides."""
    if not keys:
        return
    found = Visitor.objects.filter(pk__in=keys).order_by("pk")
    now, rhythms = timezone.now(), dict(found.values_list("pk", "rhythm"))
    due = {rhythm: visitor_due(rhythm, now) for rhythm in set(rhythms.values())}
    rows = [
        Notification(
            visitor_id=pk,
            channel=Channel.EMAIL,
            is_gathered=True,
            not_before=due[rhythm],
            **{**shared, "context": {**shared["context"], **(own or {}).get(pk, {})}},
        )
        for pk, rhythm in rhythms.items()
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def tell_each(
    own: Mapping[int, Mapping[str, Any]],
    entry: Entry,
    template: str,
    *,
    thing: Any,
    why: str,
    visitors: Mapping[int, Mapping[str, Any]] | None = None,
    **context: Any,
) -> int:
    """As `notify`, by a worker, where each reader (by key) is told something of their own besides."""
    said = _said(entry, template, thing, why, context)
    write_to_visitors(list(visitors or ()), said, visitors)
    people = [pk for pk in own if pk != entry.actor_id]
    for start in range(0, len(people), AT_ONCE):
        write(people[start : start + AT_ONCE], said, is_urgent=False, own=own)
    wake()
    return len(people)


def _said(entry: Entry, template: str, thing: Any, why: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """What each person's row says."""
    return {
        "entry_id": entry.pk,
        "template": template,
        "context": _about(thing, entry) | dict(context),
        "url": thing.get_absolute_url(),
        "why": why,
    }


def _leave_to_worker(people: models.QuerySet[User], said: dict[str, Any], *, is_urgent: bool) -> int:
    """Their keys never leave the database: to fetch a hundred thousand took longer than people wait."""
    keys = ArraySubquery(people.order_by("pk").values("pk"))
    fanout = Fanout.objects.create(entry_id=said["entry_id"], said=said, is_urgent=is_urgent, people=keys)
    return Fanout.objects.filter(pk=fanout.pk).values_list("people__len", flat=True)[0] or 0


def expand(pk: int) -> int:
    """Write the rows of a notice to many, part by part; returns how many people were told now.

    Each part is a transaction of its own, and the place is kept with it: a worker that is killed has its work
    taken up after the lease where it stopped.
    """
    if not Fanout.objects.claim(pk):
        return 0
    fanout = Fanout.objects.get(pk=pk)
    if fanout.people is None:
        ask(fanout)
    begun, people = fanout.written, fanout.people or []
    while part := people[fanout.written : fanout.written + AT_ONCE]:
        with transaction.atomic():
            if not Fanout.objects.select_for_update().filter(pk=pk, done_at=None).exists():
                return fanout.written - begun  # taken back meanwhile
            own = reasons(part, fanout.followed, of_visitors=fanout.to_visitors)
            if fanout.to_visitors:
                write_to_visitors(part, fanout.said, own)
            else:
                write(part, fanout.said, is_urgent=fanout.is_urgent, own=own)
            fanout.written += len(part)
            fanout.claimed_at = timezone.now()
            fanout.save(update_fields=["written", "claimed_at"])
    fanout.done_at = timezone.now()
    fanout.save(update_fields=["done_at"])
    return fanout.written - begun


def write(
    people: Collection[int],
    shared: Mapping[str, Any],
    *,
    is_urgent: bool,
    own: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """A row for the inbox of each, and one for the mail of who wants it, due when they want it.

    In the order of keys: two who tell the same people of one entry wait for each other in one order.
    """
    people = sorted(people)
    planned = plans(people, shared["why"], urgent=is_urgent, now=timezone.now())
    if action():
        planned = held_together(planned, timezone.now())
    of = {pk: {**shared, "context": {**shared["context"], **(own or {}).get(pk, {})}} for pk in people}
    inbox = [Notification(recipient_id=pk, channel=Channel.INBOX, **of[pk]) for pk in people]
    mails = [
        Notification(
            recipient_id=pk,
            channel=Channel.EMAIL,
            is_urgent=is_urgent,
            is_gathered=plan.gathered,
            not_before=plan.not_before,
            **of[pk],
        )
        for pk, plan in sorted(planned.items(), key=itemgetter(0))
    ]
    Notification.objects.bulk_create([*inbox, *mails], ignore_conflicts=True, batch_size=1000)
