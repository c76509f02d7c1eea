from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reminder(models.Model):
    """A reminder that went out. The row is the guarantee that none goes out twice."""

    noun = models.CharField(_("noun"), max_length=64)
    object_id = models.BigIntegerField(_("object"))
    kind = models.CharField(_("kind"), max_length=40)  # of what it reminds, and whom
    due_on = models.DateField(_("due on"))
    days_before = models.SmallIntegerField(_("days before"))
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["noun", "object_id", "kind", "due_on", "days_before"], name="reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.object_id} {self.kind} {self.due_on:%Y-%m-%d} −{self.days_before}"
