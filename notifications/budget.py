"""How many mails a person may get in a day: what runs away stops here, and the portal office hears of it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from journal.workflow import record
from notifications.models import Digest, Letter, Notification, Reminder, Visitor
from notifications.outbox import DUTY, notify

DAY = timedelta(days=1)


def is_spent(person: User | Visitor) -> bool:
    """Whether as many mails went to this reader within a day as anyone is to get."""
    since = timezone.now() - DAY
    own = {"visitor" if isinstance(person, Visitor) else "recipient": person}
    notices = Notification.objects.filter(
        channel="email", sent_at__gt=since, last_error="", digest__isnull=True, **own
    )
    digests = Digest.objects.filter(sent_at__gt=since, last_error="", **own)
    return notices.count() + digests.count() >= settings.MAILS_A_DAY


def is_spent_by_letters(letter: Letter) -> bool:
    """The same of an address that is nobody's here: letters that went to it within a day."""
    sent = Letter.objects.mailed_to(letter.mark).filter(sent_at__gt=timezone.now() - DAY)
    return sent.count() >= settings.MAILS_A_DAY


class Outbox:
    """Where the office sees what is held."""

    def get_absolute_url(self) -> str:
        return reverse("notices:outbox") + "?state=held"


@transaction.atomic
def tell_office(person: User | Visitor) -> None:
    """Once a day for each person whose mails are held."""
    said = {"name": person.name, "address": person.email}
    _tell_office(person, person._meta.label_lower, person.pk, said)


@transaction.atomic
def tell_office_of(letter: Letter) -> None:
    """Once a day for each address; which it is stands nowhere here."""
    said = {"name": {"en": "an address without an account", "zh": "一個沒有帳戶的地址"}, "address": "…"}
    _tell_office(letter, letter._meta.label_lower, int(letter.mark[:15], 16), said)


def _tell_office(thing: Any, noun: str, number: int, said: dict[str, Any]) -> None:
    _row, is_new = Reminder.objects.get_or_create(
        noun=noun,
        object_id=number,
        kind="mail budget",
        due_on=timezone.localdate(),
        days_before=0,
    )
    if is_new:
        entry = record(thing, "hold_mails", by=None, details={"most": settings.MAILS_A_DAY})
        office = User.objects.with_role(Role.OFFICE)
        told: dict[str, Any] = {**said, "most": settings.MAILS_A_DAY}
        notify(office, entry, "notifications/mail/held", thing=Outbox(), why=DUTY, **told)
