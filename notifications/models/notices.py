import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from topics.models import Topic

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8


class FollowQuerySet(models.QuerySet["Follow"]):
    def of(self, *things: models.Model) -> "FollowQuerySet":
        """Who follows any of these things (wishes, solutions, trials, organisations) or topics."""
        wanted = Q(pk__in=[])
        for thing in things:
            if isinstance(thing, Topic):
                wanted |= Q(topic=thing)
            else:
                wanted |= Q(noun=thing._meta.label_lower, object_id=thing.pk)
        return self.filter(wanted, user__is_active=True).select_related("user", "topic")


class Follow(models.Model):
    """A person wants to hear of a thing, of a topic, or of what fits the words of a saved search."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    noun = models.CharField(max_length=64, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    topic = models.ForeignKey(Topic, models.CASCADE, null=True, blank=True, related_name="follows")
    words = models.CharField(_("saved search"), max_length=200, blank=True)
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
                fields=["user", "words"], condition=~Q(words=""), name="follow_words_once"
            ),
            models.CheckConstraint(
                condition=(Q(object_id__isnull=False) & ~Q(noun="") & Q(topic__isnull=True) & Q(words=""))
                | (Q(object_id__isnull=True) & Q(noun="") & Q(topic__isnull=False) & Q(words=""))
                | (Q(object_id__isnull=True) & Q(noun="") & Q(topic__isnull=True) & ~Q(words="")),
                name="follow_one_kind",
            ),
        ]
        indexes = [models.Index(fields=["noun", "object_id"], name="follow_about")]

    def __str__(self) -> str:
        return f"{self.user} ← {self.topic or self.words or f'{self.noun} {self.object_id}'}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def due(self) -> "NotificationQuerySet":
        """Unsent mail, attempts left, its time come, no lease held by another worker."""
        now = timezone.now()
        return self.filter(
            Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE),
            channel=Notification.Channel.EMAIL,
            sent_at__isnull=True,
            attempts__lt=MAX_ATTEMPTS,
            not_before__lte=now,
        )

    def claim(self, pk: int) -> bool:
        """Take one for sending; of two workers that try, one gets it."""
        return bool(self.due().filter(pk=pk).update(claimed_at=timezone.now(), attempts=F("attempts") + 1))

    def inbox(self, user) -> "NotificationQuerySet":
        return self.filter(recipient=user, channel=Notification.Channel.INBOX)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One thing to tell one person by one channel; written in the transition's own transaction."""

    class Channel(models.TextChoices):
        INBOX = "inbox", _("Inbox")
        EMAIL = "email", _("E-mail")

    entry_id = models.BigIntegerField()  # of journal.Entry, which no foreign key touches
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    channel = models.CharField(max_length=8, choices=Channel)
    template = models.CharField(max_length=80)
    context = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    why = models.CharField(max_length=40)
    message_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
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
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(sent_at__isnull=True, channel="email"),
                name="notification_due",
            ),
            models.Index(
                fields=["recipient", "-created_at"], condition=Q(channel="inbox"), name="notification_inbox"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient_id} ({self.channel})"


class Delivery(models.Model):
    """One attempt to send, with what the mail server said."""

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries")
    at = models.DateTimeField(default=timezone.now)
    accepted = models.BooleanField()
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return (
            f"{self.notification_id} {self.at:%Y-%m-%d %H:%M} {'accepted' if self.accepted else self.answer}"
        )


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def silent(self, why: str, user_ids) -> "PreferenceQuerySet":
        """Who of these wants no mail of this kind."""
        return self.filter(
            user_id__in=user_ids, **{"mail_follows" if why == "follow" else "mail_parties": False}
        )


class Preference(models.Model):
    """Which mails a person wants; requests to act come whatever is set here."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_preference")
    mail_follows = models.BooleanField(_("Mail me about what I follow"), default=True)
    mail_parties = models.BooleanField(_("Mail me about what concerns my organisation"), default=True)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail preference")
        verbose_name_plural = _("mail preferences")

    def __str__(self) -> str:
        return str(self.user)
