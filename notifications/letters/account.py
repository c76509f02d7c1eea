"""What allauth mails (the code of a sign-up, the link of a new passphrase) goes through the outbox, too."""

import json
from datetime import timedelta
from typing import Any

from allauth.core import context as allauth_context
from django.contrib.sites.shortcuts import get_current_site
from django.utils.translation import get_language

from accounts.adapter import PortalAdapter
from notifications.letters.drawing import Draft, Part, draws
from notifications.letters.services import opened, post
from notifications.models import Letter

GOOD_FOR = timedelta(hours=24)  # that of a link to a new passphrase is longer, but nobody waits so long
OF_CODES = timedelta(minutes=15)  # allauth takes them no longer
PREFIX = "account/email/"  # of all their templates
CODES = ("email_confirmation", "login_code", "password_reset_code")


class OutboxAdapter(PortalAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The mail as it is now, sealed, since what it holds is known at this moment only."""
        one = self.written(template_prefix, email, context)
        name = template_prefix.rpartition("/")[2]
        held = {"address": email, "subject": one.subject, "text": one.text}
        post(
            "account",
            email,
            good_for=OF_CODES if name.startswith(CODES) else GOOD_FOR,
            sealed=json.dumps(held),
            name=name,
            language=one.language,
        )

    def written(self, template_prefix: str, email: str, context: dict[str, Any]) -> Part:
        """In the language that is active."""
        request = allauth_context.request
        site = get_current_site(request) if request else None
        known = {"request": request, "email": email, "current_site": site}
        message = self.render_mail(template_prefix, email, known | context)
        return Part(get_language() or "en", str(message.subject), str(message.body))


@draws("account")
def drawn(letter: Letter) -> Draft | None:
    if not letter.sealed:
        return None
    held = json.loads(opened(letter))
    parts = [Part(letter.details["language"], held["subject"], held["text"])]
    return Draft(held["address"], parts, why="account")
