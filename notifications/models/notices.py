import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.digests import LEASE, MAX_ATTEMPTS, Digest
from notifications.models.letters import Letter
from notifications.models.visitors import ONE_READER, Reading, Visitor
from topics.models import Topic

TOPIC = "topics.topic"


class FollowQuerySet(models.QuerySet["Follow"]):
    def of(self, *things: models.Model) -> "FollowQuerySet":
        """What people follow of these things (wishes, solutions, trials, organisations) or topics."""
        return self.about(*things).filter(user__is_active=True).select_related("user", "topic")

    def about(self, *things: models.Model) -> "FollowQuerySet":
        """The same with what visitors follow."""
        return self.of_named(named(*things))

    def of_named(self, names: Iterable[Sequence[Any]]) -> "FollowQuerySet":
        """As `about`, of things by noun and key."""
        wanted = Q(pk__in=[])
        for noun, key in names:
            wanted |= Q(topic=key) if noun == TOPIC else Q(noun=noun, object_id=key)
        return self.filter(wanted)

    def counted_up_to(self, most: int, *things: models.Model, of_visitors: bool) -> int:
        """How many rows of each thing, `most` of each at the most: as quick for a million as for a few."""
        rows = [
            self.about(thing).filter(visitor__isnull=not of_visitors).values_list(Value(1))[:most]
            for thing in things
        ]
        return rows[0].union(*rows[1:], all=True).count() if rows else 0


def named(*things: models.Model) -> list[tuple[str, int]]:
    """Noun and key of each thing, in words that a row can keep."""
    return [(thing._meta.label_lower, thing.pk) for thing in things]


class Follow(models.Model):
    """A person or a visitor wants to hear of a thing or of a topic."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="follows")
    visitor = models.ForeignKey(Visitor, models.CASCADE, null=True, blank=True, related_name="follows")
    noun = models.CharField(max_length=64, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    topic = models.ForeignKey(
        Topic, models.CASCADE, null=True, blank=True, related_name="follows", db_index=False
    )
    since = models.DateTimeField(default=timezone.now)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "noun", "object_id"],
                condition=Q(object_id__isnull=False),
                name="follow_thing_once",
            ),
            models.UniqueConstraint(
                fields=["user", "topic"], condition=Q(topic__isnull=False), name="follow_topic_once"
            ),
            models.UniqueConstraint(
                fields=["visitor", "noun", "object_id"],
                condition=Q(object_id__isnull=False),
                name="visitor_follows_thing_once",
            ),
            models.UniqueConstraint(
                fields=["visitor", "topic"],
                condition=Q(topic__isnull=False),
                name="visitor_follows_topic_once",
            ),
            models.CheckConstraint(
                condition=(Q(object_id__isnull=False) & ~Q(noun="") & Q(topic__isnull=True))
                | (Q(object_id__isnull=True) & Q(noun="") & Q(topic__isnull=False)),
                name="follow_one_kind",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, visitor__isnull=True)
                | Q(user__isnull=True, visitor__isnull=False),
                name="follow_of_one_reader",
            ),
        ]
        indexes = [  # with whether a visitor does: of many followers, those of one kind are found at once
            models.Index(fields=["noun", "object_id", "visitor"], name="follow_about"),
            models.Index(fields=["topic", "visitor"], name="follow_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.visitor} ← {self.topic or f'{self.noun} {self.object_id}'}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def due(self) -> "NotificationQuerySet":
        """Unsent mail, attempts left, its time come, no lease held by another worker."""
        now = timezone.now()
        return self.filter(
            Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE),
            channel=Notification.Channel.EMAIL,
            is_gathered=False,
            sent_at__isnull=True,
            held_at__isnull=True,
            attempts__lt=MAX_ATTEMPTS,
            not_before__lte=now,
        )

    def ripe(self) -> "NotificationQuerySet":
        """Notices for a digest that is due, and that are in none yet."""
        return self.filter(
            channel=Notification.Channel.EMAIL,
            is_gathered=True,
            sent_at__isnull=True,
            held_at__isnull=True,
            digest__isnull=True,
            not_before__lte=timezone.now(),
        )

    def waiting(self, *, urgent: bool = False) -> "NotificationQuerySet":
        """Mails that no one has begun to send; those that cannot wait only where they are asked for."""
        rows = self.filter(
            channel=Notification.Channel.EMAIL, sent_at__isnull=True, digest__isnull=True, attempts=0
        )
        return rows if urgent else rows.filter(is_urgent=False).exclude(why="duty")

    def unread_in_portal(self) -> "NotificationQuerySet":
        """Mails about what their reader has not read in the inbox."""
        told = Notification.objects.filter(
            entry_id=OuterRef("entry_id"),
            recipient=OuterRef("recipient"),
            channel=Notification.Channel.INBOX,
            read_at__isnull=False,
        )
        return self.filter(~Exists(told))

    def claim(self, pk: int) -> bool:
        """Take one for sending; of two workers that try, one gets it."""
        return bool(self.due().filter(pk=pk).update(claimed_at=timezone.now(), attempts=F("attempts") + 1))

    def inbox(self, user) -> "NotificationQuerySet":
        return self.filter(recipient=user, channel=Notification.Channel.INBOX)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at__isnull=True)


class Notification(Reading, models.Model):
    """One thing to tell one reader by one channel; written in the transition's own transaction."""

    class Channel(models.TextChoices):
        INBOX = "inbox", _("Inbox")
        EMAIL = "email", _("E-mail")

    entry_id = models.BigIntegerField()  # of journal.Entry, which no foreign key touches
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="notifications"
    )
    visitor = models.ForeignKey(Visitor, models.CASCADE, null=True, related_name="notifications")
    channel = models.CharField(max_length=8, choices=Channel)
    template = models.CharField(max_length=80)
    context = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    why = models.CharField(max_length=40)
    message_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    is_urgent = models.BooleanField(default=False)  # a deadline, or a request to act
    is_gathered = models.BooleanField(default=False)  # sent with others, in `digest`
    digest = models.ForeignKey(Digest, models.CASCADE, null=True, related_name="notices")
    held_at = models.DateTimeField(null=True)  # until somebody of the portal office lets it go
    released_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["entry_id", "recipient", "channel"], name="notification_told_once"
            ),
            models.UniqueConstraint(fields=["entry_id", "visitor"], name="notification_told_visitor_once"),
            models.CheckConstraint(condition=ONE_READER, name="notification_of_one_reader"),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(sent_at__isnull=True, channel="email"),
                name="notification_due",
            ),
            models.Index(
                fields=["recipient", "created_at"], condition=Q(channel="email"), name="notification_mailed"
            ),
            models.Index(
                fields=["recipient", "-created_at"], condition=Q(channel="inbox"), name="notification_inbox"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient_id or self.visitor} ({self.channel})"


class Delivery(models.Model):
    """One attempt to send, with what the mail server said."""

    notification = models.ForeignKey(Notification, models.CASCADE, null=True, related_name="deliveries")
    digest = models.ForeignKey(Digest, models.CASCADE, null=True, related_name="deliveries")
    letter = models.ForeignKey(Letter, models.CASCADE, null=True, related_name="deliveries")
    at = models.DateTimeField(default=timezone.now)
    accepted = models.BooleanField()
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(
                condition=Q(notification__isnull=False, digest__isnull=True, letter__isnull=True)
                | Q(notification__isnull=True, digest__isnull=False, letter__isnull=True)
                | Q(notification__isnull=True, digest__isnull=True, letter__isnull=False),
                name="delivery_of_one",
            )
        ]

    def __str__(self) -> str:
        of = self.notification_id or (self.digest_id and f"digest {self.digest_id}") or self.letter
        return f"{of} {self.at:%Y-%m-%d %H:%M} {'accepted' if self.accepted else self.answer}"
