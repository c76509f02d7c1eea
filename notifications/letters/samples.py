"""Letters with sample words, drawn by the code that draws those that are sent."""

import uuid
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import TemplateDoesNotExist
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Invitation, Organisation, User
from innoportal.languages import phrase
from notifications import samples
from notifications.letters import invitations
from notifications.letters.account import PREFIX, OutboxAdapter
from notifications.letters.drawing import Draft, message
from notifications.mails import headers_of
from notifications.models import Letter

INVITATION = "accounts.invitation"
ACCOUNT = "account."  # and the name that allauth gives its mail
MESSAGE = "_message.txt"
FRAME = "base"  # around the words of all of them
ADDRESS = "reader@example.org"


@cache
def names() -> tuple[str, ...]:
    """The invitation, and what allauth mails in the portal's words: `account.email_confirmation`."""
    folders: Any = settings.TEMPLATES[0]["DIRS"]
    found = {
        file.name.removesuffix(MESSAGE)
        for folder in folders
        for file in (Path(folder) / PREFIX).glob(f"*{MESSAGE}")
    }
    return (*sorted(ACCOUNT + name for name in found - {FRAME}), INVITATION)


def sample(name: str, language: str) -> EmailMultiAlternatives:
    """A letter that was never sent; its links lead to pages that say so.

    :raises TemplateDoesNotExist: there is none of this name.
    """
    if name not in names():
        raise TemplateDoesNotExist(name)
    kind = Letter.Kind.INVITATION if name == INVITATION else Letter.Kind.ACCOUNT
    draft = _invitation(language) if name == INVITATION else _account(name, language)
    return message(Letter(kind=kind), draft, headers_of(uuid.UUID(int=0), language))


def _invitation(language: str) -> Draft:
    vendor, inviter = samples.TEXTS["vendor"], samples.TEXTS["giver"]
    organisation = Organisation(name_en=vendor[0], name_zh=vendor[1])
    person = User(name=phrase(*inviter, language))
    invitation = Invitation(organisation=organisation, invited_by=person, email=ADDRESS)
    return invitations.written(invitation, language)


def _account(name: str, language: str) -> Draft:
    adapter = OutboxAdapter()
    with override(language):
        reset = {"uidb36": "1", "key": "sample"}
        told = {
            "code": adapter.generate_email_verification_code(),
            "signup_url": settings.SITE_URL + reverse("account_signup"),
            "password_reset_url": settings.SITE_URL
            + reverse("account_reset_password_from_key", kwargs=reset),
        }
        parts = [adapter.written(PREFIX + name.removeprefix(ACCOUNT), ADDRESS, told)]
        return Draft(ADDRESS, parts, why="account")
