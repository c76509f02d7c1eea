from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from accounts.models import User
from notifications.models import Follow, Notification, Preference, Rhythm
from notifications.when import replan
from topics.models import Topic


def follow(user: User, thing: Any) -> Follow:
    """Hear of a thing or a topic from now on; following twice is following once."""
    if isinstance(thing, Topic):
        return Follow.objects.get_or_create(user=user, topic=thing)[0]
    return Follow.objects.get_or_create(user=user, noun=thing._meta.label_lower, object_id=thing.pk)[0]


def unfollow(user: User, follow_id: int) -> None:
    Follow.objects.filter(user=user, pk=follow_id).delete()


def silence(user_id: int, kinds: Sequence[str]) -> None:
    """No more mails of these kinds; the inbox goes on. What waits of them is not sent."""
    fields = {"follow": "follows", "search": "follows", "party": "parties", "announcement": "announcements"}
    chosen = {fields[kind]: Rhythm.NEVER for kind in kinds if kind in fields}
    preference, _made = Preference.objects.update_or_create(user_id=user_id, defaults=chosen)
    replan(preference)


def mark_read(user: User, notification_id: int | None = None) -> None:
    """One notice of the inbox, or all."""
    rows = Notification.objects.inbox(user).unread()
    if notification_id is not None:
        rows = rows.filter(pk=notification_id)
    rows.update(read_at=timezone.now())
