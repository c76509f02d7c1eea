"""The one door by which every mail leaves: to nobody who is suppressed, and with a return path."""

import logging
import smtplib
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError

from notifications.bounces import paths, services
from notifications.bounces.reports import NUMBER

logger = logging.getLogger(__name__)


class Backend(BaseEmailBackend):
    """`EMAIL_BACKEND`; what really sends is `MAIL_TRANSPORT`."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently)
        self.transport = get_connection(settings.MAIL_TRANSPORT, fail_silently=fail_silently, **options)

    def open(self) -> bool | None:
        return self.transport.open()

    def close(self) -> None:
        self.transport.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were sent: one to nobody but suppressed addresses is not.

        :raises smtplib.SMTPRecipientsRefused: by the mail server; a refusal for good is remembered
        """
        return sum(self._send(message) for message in email_messages)

    def _send(self, message: EmailMessage) -> int:
        asked = bool(getattr(message, "asked_for", False))
        for name in ("to", "cc", "bcc"):
            addresses = {one: parseaddr(one)[1] for one in getattr(message, name)}
            free = set(services.free(addresses.values(), asked=asked))
            setattr(message, name, [one for one, address in addresses.items() if address in free])
        if not message.recipients():
            return 0
        number = number_of(message)
        if path := paths.return_path(parseaddr(message.recipients()[0])[1], number):
            message.extra_headers.setdefault("From", message.from_email)
            message.from_email = path
        try:
            return self.transport.send_messages([message]) or 0
        except smtplib.SMTPRecipientsRefused as error:
            _remember(error, number)
            raise


def number_of(message: EmailMessage) -> UUID | None:
    """Of the notice or digest, where the mail is one; a letter's number leads to no address."""
    if getattr(message, "is_letter", False):
        return None
    found = NUMBER.match(message.extra_headers.get("Message-ID", ""))
    return UUID(found[1]) if found else None


def _remember(error: smtplib.SMTPRecipientsRefused, number: UUID | None) -> None:
    try:
        services.refused(error, number)
    except DatabaseError:
        logger.exception("A refused address could not be written down.")
