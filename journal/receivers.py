"""What happens to organisations, one floor below, is written down as well."""

from typing import Any

from django.dispatch import receiver

from accounts.models import Organisation, User
from accounts.signals import changed
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
