from notifications.models.notices import (
    LEASE,
    MAX_ATTEMPTS,
    Delivery,
    Follow,
    Notification,
    NotificationQuerySet,
    Preference,
)
from notifications.models.reminders import Reminder

__all__ = [
    "LEASE",
    "MAX_ATTEMPTS",
    "Delivery",
    "Follow",
    "Notification",
    "NotificationQuerySet",
    "Preference",
    "Reminder",
]
