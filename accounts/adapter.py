from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.utils.translation import get_language

from accounts import guessing
from accounts.throttling import TooMany

TOO_MANY = ("too_many_login_attempts", "rate_limited")  # of allauth's words for a form


class PortalAdapter(DefaultAccountAdapter):
    def is_safe_url(self, url: str | None) -> bool:
        """What is not even an address leads nowhere, too; allauth itself fails on it."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counted in the database (accounts/guessing.py), and not in the cache."""
        self._tries = guessing.begin(request, credentials.get("email", ""))

    def _rollback_login_failed_rl_usage(self) -> None:
        """The password was right."""
        guessing.take_back(self._tries)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """A new password was set by a link of a mail."""
        guessing.forget(credentials.get("email", ""))
        super()._delete_login_attempts_cached_email(request, **credentials)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """:raises TooMany: where allauth would say it in a form that is answered with 200."""
        if code in TOO_MANY:
            raise TooMany(300)
        return super().validation_error(code, *args)

    def send_account_already_exists_mail(self, email: str) -> None:
        """A new account would have had its password hashed: the answer takes no less time without one."""
        make_password(get_random_string(16))
        super().send_account_already_exists_mail(email)

    def save_user(self, request: HttpRequest, user, form, commit: bool = True):
        """A new person reads the portal in the language in which they signed up."""
        user.language = get_language() or "en"
        return super().save_user(request, user, form, commit)
