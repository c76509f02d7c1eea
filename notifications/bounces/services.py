"""Who is sent nothing any more, and how that ends."""

import hashlib
import smtplib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.workflow import ReasonRequired, record
from notifications.bounces import paths
from notifications.bounces.reports import Returned, enhanced, severity
from notifications.models import Bounce, Digest, Notification, Suppression
from notifications.waking import wake

SOFT_BOUNCES, SOFT_DAYS, SOFT_WITHIN = 5, 3, timedelta(days=14)  # so many, on so many days, within
SUPPRESSED = "the address is suppressed"  # what the outbox says of a mail that was not sent for it
MISSED_WITHIN = timedelta(days=14)  # duties that are sent after all when an address is free again
AGAIN_AFTER = timedelta(days=7)  # so often a person may say that their address works
Why = Suppression.Why


def suppress(address: str, why: str, said: str = "", *, by: User | None = None) -> Suppression:
    """Send nothing to this address from now on; one that is suppressed already stays as it is."""
    address = address.strip().lower()
    try:
        with transaction.atomic():
            row = Suppression.objects.create(address=address, why=why, said=said[:300])
            record(row, "suppress", by=by, details={"why": str(why)})  # a journal is no place for addresses
    except IntegrityError:
        return Suppression.objects.of(address).get()
    return row


@transaction.atomic
def lift(row: Suppression, *, by: User, reason: str) -> int:
    """Send to this address again, also the duties that it missed lately; returns how many.

    :raises ReasonRequired: none is given
    """
    if not (reason := " ".join(reason.split())):
        raise ReasonRequired(_("Say why mails will arrive now."))
    now = timezone.now()
    rows = Suppression.objects.in_force().filter(pk=row.pk)
    if not rows.update(lifted_at=now, lifted_by=by, lifted_for=reason[:300]):
        return 0
    Bounce.objects.filter(address=row.address).exclude(kind=Bounce.Kind.COMPLAINT).delete()
    record(row, "lift", by=by, reason=reason)
    missed = missed_duties(row.address).unread_in_portal().filter(created_at__gt=now - MISSED_WITHIN)
    count = missed.update(sent_at=None, last_error="", attempts=0, claimed_at=None, not_before=now)
    wake()
    return count


def missed_duties(address: str) -> Any:
    """What its reader was to act on, and was not mailed."""
    rows = Notification.objects.filter(channel="email", why="duty", last_error=SUPPRESSED)
    return rows.filter(recipient__email__iexact=address)


def may_lift_own(person: User, row: Suppression) -> bool:
    """Who can sign in may say that mails reach them again; a complaint was theirs, and the office asks."""
    if row.why != Why.BOUNCE or row.address != person.email.lower():
        return False
    lately = timezone.now() - AGAIN_AFTER
    return not Suppression.objects.filter(
        address=row.address, lifted_by=person, lifted_at__gt=lately
    ).exists()


def returned(found: Returned, raw: bytes) -> int:
    """Count what a returned mail reports; how many reports were new and about a mail of ours.

    Anyone can send such a report. One counts only if it knows a number that none but the recipient was sent.
    """
    count = 0
    number = next((one for path in found.sent_to if (one := paths.number_in(path))), found.about)
    known = address_of(number) if number else ""
    for report in found.reports:
        if known and (report.address in ("", known) or any(map(paths.number_in, found.sent_to))):
            address = known
        elif any(paths.is_of(path, report.address) for path in found.sent_to):
            address, number = report.address, None
        else:
            continue
        mark = hashlib.sha256(raw + address.encode()).hexdigest()
        count += heard(address, report.kind, report.status, report.said, number=number, mark=mark)
    return count


def address_of(number: UUID) -> str:
    """Whom a mail of this number went to."""
    for model in (Notification, Digest):
        rows = model._default_manager.filter(message_id=number)
        if found := rows.values_list("recipient__email", "visitor__email").first():
            return str(found[0] or found[1]).lower()
    return ""


@transaction.atomic
def heard(address: str, kind: str, status: str, said: str, *, number: UUID | None, mark: str) -> bool:
    """Write a report down and do what follows from it; False if it was heard before."""
    address = address.strip().lower()
    _row, is_new = Bounce.objects.get_or_create(
        fingerprint=mark,
        defaults={
            **{"address": address, "kind": kind, "status": status[:12], "said": said[:300]},
            "message_id": number,
        },
    )
    if not is_new:
        return False
    if kind == Bounce.Kind.COMPLAINT:
        suppress(address, Why.COMPLAINT, said)
    elif kind == Bounce.Kind.HARD or _is_lasting(address):
        suppress(address, Why.BOUNCE, said or status)
    return True


def _is_lasting(address: str) -> bool:
    """Too many that pass, over days: a mailbox that is always full is no mailbox."""
    since = timezone.now() - SOFT_WITHIN
    rows = Bounce.objects.filter(address=address, kind=Bounce.Kind.SOFT, at__gt=since)
    counted = rows.aggregate(all=Count("pk"), days=Count(TruncDate("at"), distinct=True))
    return counted["all"] >= SOFT_BOUNCES and counted["days"] >= SOFT_DAYS


def refused(error: smtplib.SMTPRecipientsRefused, number: UUID | None) -> bool:
    """A mail server said no to a recipient; whether one of them was refused for good."""
    hard = False
    for address, (code, answer) in error.recipients.items():
        if not 500 <= code < 600:
            continue
        said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
        status = enhanced(said)
        kind = severity(code, status)
        mark = hashlib.sha256(f"{address} {number} {timezone.now().isoformat()}".encode()).hexdigest()
        heard(address, kind, status, f"{code} {said}", number=number, mark=mark)
        hard = hard or kind == Bounce.Kind.HARD
    return hard


def free(addresses: Iterable[str], *, asked: bool = False) -> list[str]:
    """Those of these addresses that may be sent to.

    What its reader `asked` for a moment ago, as a new password is, goes also to who has complained of
    notices: else nobody who clicked once in a mail program could ever sign in again.
    """
    wanted = list(addresses)
    rows = Suppression.objects.in_force().filter(address__in=[one.strip().lower() for one in wanted])
    if asked:
        rows = rows.filter(why=Why.BOUNCE)
    closed = set(rows.values_list("address", flat=True))
    return [one for one in wanted if one.strip().lower() not in closed]
