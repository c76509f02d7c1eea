import logging
import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language

logger = logging.getLogger(__name__)


class PortalAdapter(DefaultAccountAdapter):
    def render_mail(self, *args: Any, **kwargs: Any) -> Any:
        """Its reader asked for it a moment ago: it also goes to who wants no notices."""
        message = super().render_mail(*args, **kwargs)
        message.asked_for = True
        return message

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """An address that its server does not know is no failure of the portal, and nobody is told of it."""
        try:
            super().send_mail(template_prefix, email, context)
        except smtplib.SMTPRecipientsRefused:
            logger.warning("A mail that was asked for was refused by its server.")

    def is_safe_url(self, url: str | None) -> bool:
        """What is not even an address leads nowhere, too; allauth itself fails on it."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def save_user(self, request: HttpRequest, user, form, commit: bool = True):
        """A new person reads the portal in the language in which they signed up."""
        user.language = get_language() or "en"
        return super().save_user(request, user, form, commit)
