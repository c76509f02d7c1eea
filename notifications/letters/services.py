"""Letters into the outbox: a row in the transaction of what they tell, and a word to the worker."""

import logging
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from notifications import sealing, sending
from notifications.bounces.paths import mark
from notifications.letters.drawing import TOO_LATE
from notifications.models import Letter

logger = logging.getLogger(__name__)
SWEEP = "notifications.tasks.sweep_letters"
SALT = "notifications.letter"


def post(
    kind: str,
    address: str,
    *,
    good_for: timedelta,
    about: int | None = None,
    sealed: str = "",
    **details: Any,
) -> Letter:
    """Write it down; what is `sealed` is encrypted here. `details` hold no secret and nothing of a person."""
    letter = Letter.objects.create(
        kind=kind,
        object_id=about,
        sealed=sealing.seal(sealed, SALT) if sealed else "",
        mark=mark(address),
        good_until=timezone.now() + good_for,
        details=details,
    )
    transaction.on_commit(lambda: _go(letter), robust=True)
    return letter


def _go(letter: Letter) -> None:
    """Somebody waits for a code: where the queue does not answer, it is sent from here."""
    try:
        current_app.send_task(SWEEP, retry=False)
    except OperationalError:
        logger.warning("The queue does not answer; a letter waits for the next sweep.")
        if letter.is_asked_for:
            sending.deliver("letter", letter.pk)


def opened(letter: Letter) -> str:
    """:raises cryptography.fernet.InvalidToken: the portal's key is another one now."""
    return sealing.opened(letter.sealed, SALT)


def forget() -> int:
    """Close those that came too late, so that no code and no address lies here longer than it is good for."""
    return Letter.objects.late().update(sent_at=timezone.now(), sealed="", last_error=TOO_LATE)
