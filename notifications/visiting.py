"""Visitors without an account: what they follow by e-mail, after whoever reads the mail has confirmed it.

An address is kept for the mails that it asked for. It goes with the last of them, and after a week when
nobody confirmed it (docs/adr/0046).
"""

from collections.abc import Mapping
from typing import Any

from django.core.signing import BadSignature, Signer, TimestampSigner
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from journal.workflow import record
from notifications.following import follows_of, reasons
from notifications.models import Fanout, Follow, Notification, Visitor
from notifications.models.visitors import KEPT
from notifications.outbox import write_to_visitors
from notifications.waking import wake
from notifications.when import visitor_due

CONFIRM = "follow-by-mail"
confirmed = Signal()
"""Sent within the transaction: sender = Visitor, `visitor`, `wanted` (what was asked for)."""


class Refused(Exception):
    """A link that is not ours, too old, or of an address that is gone."""


@transaction.atomic
def ask(
    email: str, wanted: Mapping[str, Any], *, language: str, rhythm: str, label: Mapping[str, str]
) -> None:
    """Send the address a link that confirms; until it is pressed nothing is followed.

    `wanted` is what the room of the thing makes a follow of; `label` names it in two languages.
    """
    visitor = _visitor(email.strip().lower(), language, rhythm)
    entry = record(visitor, "ask_follow", by=None)
    mail = Notification(
        entry_id=entry.pk,
        visitor=visitor,
        channel=Notification.Channel.EMAIL,
        template="notifications/mail/confirm_follow",
        why="duty",
        is_urgent=True,
        context={"wanted": {**wanted, "rhythm": rhythm}, "label": dict(label)},
    )
    token = TimestampSigner(salt=CONFIRM).sign(str(mail.message_id))
    mail.url = reverse("notices:confirm", args=[token])
    mail.save()
    wake()


def _visitor(email: str, language: str, rhythm: str) -> Visitor:
    """The row of an address; what somebody asks for in its name changes nothing before it is confirmed."""
    try:
        with transaction.atomic():
            made: Visitor = Visitor.objects.create(email=email, language=language, rhythm=rhythm)
            return made
    except IntegrityError:
        held = Visitor.objects.select_for_update().get(email__iexact=email)
        if held.confirmed_at is None:
            held.asked_at = timezone.now()
            held.save(update_fields=["asked_at"])
        return held


def asked(token: str) -> Notification:
    """The mail whose link this is; looking at it changes nothing.

    :raises Refused: it is older than a week, not ours, or the address is gone.
    """
    try:
        message = TimestampSigner(salt=CONFIRM).unsign(token, max_age=KEPT)
    except BadSignature as error:
        raise Refused from error
    mail = (
        Notification.objects.filter(message_id=message, visitor__isnull=False)
        .select_related("visitor")
        .first()
    )
    if mail is None:
        raise Refused
    return mail


@transaction.atomic
def confirm(token: str) -> Visitor:
    """Begin what was asked for; pressing twice is pressing once.

    :raises Refused: as `asked`.
    """
    mail = asked(token)
    visitor, wanted = mail.visitor, mail.context["wanted"]
    if visitor is None:
        raise Refused
    if visitor.confirmed_at is None:
        visitor.confirmed_at = timezone.now()
    visitor.rhythm = wanted["rhythm"]
    visitor.save(update_fields=["confirmed_at", "rhythm"])
    if "topic" in wanted:
        Follow.objects.get_or_create(visitor=visitor, topic_id=wanted["topic"])
    elif "noun" in wanted:
        Follow.objects.get_or_create(visitor=visitor, noun=wanted["noun"], object_id=wanted["object_id"])
    confirmed.send(sender=Visitor, visitor=visitor, wanted=wanted)
    return visitor


def of_token(token: str) -> Visitor | None:
    """The visitor whose mails hold this token; None when nothing is left of it.

    :raises Refused: the token is not ours.
    """
    try:
        pk, asked_at = Signer(salt="visitor").unsign_object(token)
    except (BadSignature, ValueError) as error:
        raise Refused from error
    found = Visitor.objects.filter(pk=pk, confirmed_at__isnull=False).first()
    return found if found and found.asked_at.isoformat() == asked_at else None


def leave(visitor: Visitor) -> None:
    """No more mails: the address goes, with all that it followed and what was to be sent to it."""
    visitor.delete()


def tidy(visitor: Visitor) -> bool:
    """After a follow has ended: the address goes with the last; says whether it did."""
    gone, _rows = Visitor.objects.unused().filter(pk=visitor.pk).delete()
    return bool(gone)


def choose(visitor: Visitor, rhythm: str) -> None:
    """How often mails come; what waits comes accordingly."""
    visitor.rhythm = rhythm
    visitor.save(update_fields=["rhythm"])
    waiting = Notification.objects.waiting().filter(visitor=visitor)
    waiting.update(not_before=visitor_due(visitor.rhythm, timezone.now()))


@transaction.atomic
def move(visitor: Visitor, user: User) -> int:
    """The account of the same address follows what was followed by e-mail; returns how many things."""
    _write_news(visitor)
    follows = Follow.objects.filter(visitor=visitor)
    own = user.follows  # type: ignore[attr-defined]
    known = set(own.values_list("noun", "object_id", "topic"))
    rows = list(follows.values_list("pk", "noun", "object_id", "topic"))
    new = [pk for pk, *what in rows if tuple(what) not in known]
    follows.filter(pk__in=new).update(user=user, visitor=None)
    searches: Any = visitor.saved_searches  # type: ignore[attr-defined]  # of a room above
    count = len(rows) + searches.update(user=user, visitor=None)
    _hand_over_news(visitor, user)
    visitor.delete()
    return count


def _write_news(visitor: Visitor) -> None:
    """What a worker has not come to yet of notices to many, before the visitor is gone."""
    rows = Fanout.objects.filter(to_visitors=True, done_at=None).order_by("pk")
    for fanout in rows.filter(Q(people=None) | Q(people__contains=[visitor.pk])):
        if fanout.people or follows_of(fanout).filter(visitor=visitor).exists():
            own = reasons([visitor.pk], fanout.followed, of_visitors=True)
            write_to_visitors([visitor.pk], fanout.said, own)


def _hand_over_news(visitor: Visitor, user: User) -> None:
    """What waits for the visitor's next digest comes to the account, but for what it is told of anyway."""
    rows = Notification.objects.filter(
        visitor=visitor, why__in=("follow", "search"), sent_at=None, claimed_at=None
    )
    told = Notification.objects.filter(recipient=user, channel=Notification.Channel.EMAIL)
    rows = rows.exclude(entry_id__in=told.values("entry_id"))
    rows.filter(Q(digest=None) | Q(digest__claimed_at=None)).update(visitor=None, recipient=user, digest=None)


def of_account(user: User) -> Visitor | None:
    """What somebody follows by e-mail under a verified address of this account."""
    addresses = user.emailaddress_set.filter(verified=True).values("email")  # type: ignore[attr-defined]
    rows = Visitor.objects.filter(confirmed_at__isnull=False)
    return rows.filter(email__in=[one["email"].lower() for one in addresses]).first()


def sweep() -> int:
    """Delete the addresses that nothing is sent to; how many."""
    return Visitor.objects.unused().delete()[1].get("notifications.Visitor", 0)
