from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.digests import MAX_ATTEMPTS, Outgoing, OutgoingQuerySet


class LetterQuerySet(OutgoingQuerySet):
    def late(self) -> "LetterQuerySet":
        """Unsent, though what they hold is good for nothing any more."""
        return self.filter(sent_at=None, good_until__lt=timezone.now())

    def mailed_to(self, mark: str) -> "LetterQuerySet":
        return self.filter(mark=mark, sent_at__isnull=False, last_error="")


class Letter(Outgoing):
    """A mail to an address, whoever reads it there: no notice, and nobody's follow.

    Neither address nor link stands in it in clear. What can be drawn anew when it is sent is drawn then, of
    the row `object_id`; what cannot, as the code of a sign-up, is `sealed`, and erased once it is sent.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("An invitation to join")
        NOMINATION = "nomination", _("To a vendor that is nominated")
        ACCOUNT = "account", _("Of signing up or signing in")

    kind = models.CharField(max_length=16, choices=Kind)
    object_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)  # nothing of a person, and no secret
    sealed = models.TextField(blank=True)
    mark = models.CharField(max_length=20)  # of the address, by the portal's key
    good_until = models.DateTimeField()

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.CheckConstraint(
                condition=Q(object_id__isnull=False, sealed="") | Q(object_id__isnull=True),
                name="letter_drawn_or_sealed",
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(sealed=""), name="letter_erased_once_sent"),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(sent_at__isnull=True), name="letter_due"),
            models.Index(fields=["mark", "sent_at"], name="letter_to"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"  # an address belongs in no log

    @property
    def is_asked_for(self) -> bool:
        """Its reader asked for it a moment ago."""
        return self.kind == self.Kind.ACCOUNT

    @cached_property
    def is_over(self) -> bool:
        return self.good_until < timezone.now()

    @property
    def is_dead(self) -> bool:
        return self.sent_at is None and self.attempts >= MAX_ATTEMPTS
