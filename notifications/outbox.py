"""Who is to be told of an entry: rows of the entry's own transaction, and a wake-up for the worker."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import Delegation, Membership, User
from journal.grounds import told_reason
from journal.models import Entry
from journal.together import action
from notifications import digests
from notifications.models import Follow, Notification, Preference
from notifications.tasks import wake
from topics.models import Topic

DUTY = "duty"  # the reader must act: always by e-mail too
PARTY = "party"  # it is their organisation's
FOLLOW = "follow"  # they asked for it


def bilingual(thing: models.Model, name: str) -> dict[str, str]:
    """A text of two columns, to be read in each recipient's language when the notice is rendered."""
    return {"en": getattr(thing, f"{name}_en"), "zh": getattr(thing, f"{name}_zh")}


def party(organisation_id: int, *, approvers_only: bool = False) -> models.QuerySet[User]:
    """The people of an organisation who can sign in; who takes an approver's place today is one of these."""
    memberships = Membership.objects.filter(organisation_id=organisation_id)
    if approvers_only:
        deputies = Delegation.objects.in_force().filter(organisation_id=organisation_id).values("deputy")
        memberships = memberships.filter(Q(role=Membership.Role.APPROVER) | Q(user__in=deputies))
    return User.objects.filter(is_active=True, memberships__in=memberships).distinct()


def followers(*things: models.Model | Topic) -> models.QuerySet[User]:
    """Who follows any of these things or topics, each once."""
    return User.objects.filter(pk__in=Follow.objects.of(*things).values("user_id"))


def _silent(why: str, people: Iterable[int]) -> set[int]:
    """Who of these wants no e-mail of that kind."""
    if why == DUTY:
        return set()
    return set(Preference.objects.silent(why, people).values_list("user_id", flat=True))


def _about(thing: Any, entry: Entry) -> dict[str, Any]:
    """What every template may say."""
    title = {"thing_title": bilingual(thing, "title")} if hasattr(thing, "title_en") else {}
    return {**title, "reference": getattr(thing, "reference", None) or "", "reason": told_reason(entry)}


def notify(
    recipients: Iterable[User], entry: Entry, template: str, *, thing: Any, why: str, **context: Any
) -> int:
    """Tell each recipient once of this entry, in the inbox and by e-mail; returns how many are told.

    `template` names `templates/<template>.txt`, whose first line is the subject. The person who acted is not
    told. A second call for the same entry adds only people who were not told yet. Of what is done to many
    things in one go, each gets one mail about all of it.
    """
    people = {user.pk for user in recipients if user.pk != entry.actor_id}
    silent = _silent(why, people)
    context = _about(thing, entry) | context
    by_mail = people - silent
    if whole := action():
        item = {"template": template, "context": context, "url": thing.get_absolute_url()}
        by_mail -= digests.add(whole.entry, by_mail, item, why)
    rows = [
        Notification(
            entry_id=entry.pk,
            recipient_id=pk,
            channel=channel,
            template=template,
            context=context,
            url=thing.get_absolute_url(),
            why=why,
        )
        for pk in people
        for channel in Notification.Channel.values
        if channel == Notification.Channel.INBOX or pk in by_mail
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    wake()
    return len(people)
