from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications.models import Notification


def unread(request: HttpRequest) -> dict[str, Any]:
    """The number beside "Inbox"; asked of the database only when a page shows it to someone signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    rows = Notification.objects.inbox(user).unread()
    return {"unread_notifications": SimpleLazyObject(rows.count)}
