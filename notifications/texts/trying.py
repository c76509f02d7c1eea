"""A mail with sample words to one's own address, and to no other."""

import uuid

from accounts.models import User
from notifications import samples
from notifications.bounces.services import free
from notifications.mails import mail
from notifications.texts.drawing import with_drafts


def send_to_oneself(name: str, language: str, *, by: User) -> bool:
    """As it would be with the drafts in force; says whether it went: a suppressed address gets none.

    :raises TemplateDoesNotExist: there is no mail of this name.
    :raises OSError, smtplib.SMTPException: the mail server did not take it.
    """
    reader = User(pk=by.pk, name=by.name, email=by.email, language=language)
    notice = samples.sample(name, language, reader)
    notice.message_id = uuid.uuid4()
    if not free([by.email]):
        return False
    message = mail(notice, with_drafts([notice.template], language))
    message.subject = f"[Test] {message.subject}"
    return bool(message.send())
