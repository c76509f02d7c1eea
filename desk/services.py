"""What a person does at their desk."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from desk.models import Visit

ONE_VISIT = timedelta(minutes=30)  # who comes back sooner has not been away
FIRST = timedelta(days=14)  # how far back somebody reads who was never here


@transaction.atomic
def arrive(user: User) -> datetime:
    """Since when things are new to this person: since their last visit, for as long as this one lasts."""
    now = timezone.now()
    visit, is_first = Visit.objects.select_for_update().get_or_create(
        user=user, defaults={"last_at": now, "before_at": now - FIRST}
    )
    if not is_first and now - visit.last_at > ONE_VISIT:
        visit.before_at = visit.last_at
    if not is_first:
        visit.last_at = now
        visit.save(update_fields=["last_at", "before_at"])
    return visit.before_at
