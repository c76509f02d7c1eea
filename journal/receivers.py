"""What happens to people and organisations, one floor below, is written down as well."""

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import Organisation, User
from accounts.signals import changed, person_changed
from journal.workflow import record


@receiver(changed, dispatch_uid="journal.organisation")
def organisation_changed(
    organisation: Organisation,
    verb: str,
    by: User | None,
    details: dict[str, Any],
    reason: str = "",
    **kwargs: Any,
) -> None:
    record(organisation, verb, by=by, reason=reason, details=details)


@receiver(person_changed, dispatch_uid="journal.person")
def someone_changed(person: User, verb: str, by: User, details: dict[str, Any], **kwargs: Any) -> None:
    record(person, verb, by=by, details=details)


# What people do with their own account. The address of their machine is not kept: an entry stays for ever.


@receiver(account.user_logged_in, dispatch_uid="journal.sign_in")
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    methods = {one["method"] for one in get_authentication_records(request, user)}
    record(user, "sign_in", by=user, details={"second_factor": "mfa" in methods})


@receiver(user_logged_out, dispatch_uid="journal.sign_out")
def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:  # else nobody was signed in
        over = getattr(request, "session_over", "")  # accounts/sessions.py
        record(user, "sign_out", by=user, details={"why": over} if over else {})


@receiver(mfa.authentication_failed, dispatch_uid="journal.fail_factor")
def second_factor_failed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """By who knew the password, which is as much as is known of them."""
    record(user, "fail_second_factor", by=user, details={"factor": authenticator.type})


@receiver(mfa.authenticator_added, dispatch_uid="journal.add_factor")
def second_factor_added(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(user, "add_second_factor", by=user, details={"factor": authenticator.type})


@receiver(mfa.authenticator_removed, dispatch_uid="journal.remove_factor")
def second_factor_removed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(user, "remove_second_factor", by=user, details={"factor": authenticator.type})


@receiver(mfa.authenticator_reset, dispatch_uid="journal.renew_codes")
def recovery_codes_renewed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(user, "renew_second_factor", by=user, details={"factor": authenticator.type})


@receiver([account.password_changed, account.password_set], dispatch_uid="journal.change_password")
def password_changed(user: User, **kwargs: Any) -> None:
    record(user, "change_password", by=user)


@receiver(account.password_reset, dispatch_uid="journal.reset_password")
def password_reset(user: User, **kwargs: Any) -> None:
    """By a link of a mail."""
    record(user, "reset_password", by=user)


@receiver(account.email_changed, dispatch_uid="journal.change_address")
def address_changed(user: User, **kwargs: Any) -> None:
    record(user, "change_address", by=user)
