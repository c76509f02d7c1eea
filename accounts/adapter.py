from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language


class PortalAdapter(DefaultAccountAdapter):
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
