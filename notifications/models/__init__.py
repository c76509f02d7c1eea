from notifications.models.announcements import Announcement
from notifications.models.arrivals import Begun, Tally
from notifications.models.digests import LEASE, MAX_ATTEMPTS, Digest
from notifications.models.fanouts import Fanout
from notifications.models.letters import Letter
from notifications.models.notices import (
    Delivery,
    Follow,
    Notification,
    NotificationQuerySet,
)
from notifications.models.openings import Opening
from notifications.models.preferences import Preference, Rhythm
from notifications.models.reminders import Reminder
from notifications.models.suppressions import Bounce, Suppression
from notifications.models.visitors import Visitor
from notifications.models.webhooks import Webhook, WebhookAttempt, WebhookMessage
from notifications.models.wordings import Wording

__all__ = [
    "LEASE",
    "MAX_ATTEMPTS",
    "Announcement",
    "Begun",
    "Bounce",
    "Delivery",
    "Digest",
    "Fanout",
    "Follow",
    "Letter",
    "Notification",
    "NotificationQuerySet",
    "Opening",
    "Preference",
    "Reminder",
    "Rhythm",
    "Suppression",
    "Tally",
    "Visitor",
    "Webhook",
    "WebhookAttempt",
    "WebhookMessage",
    "Wording",
]
