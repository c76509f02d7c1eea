from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Tally(models.Model):
    """How many came by a notice on a day, and how many answered a wish after it: numbers, and nobody's name.

    Answers that came by no notice are counted under no template, so that a share can be told.
    """

    class What(models.TextChoices):
        CLICKED = "clicked", _("Clicked through to the portal")
        ANSWERED = "answered", _("Answered a wish")

    what = models.CharField(max_length=8, choices=What)
    template = models.CharField(max_length=80, blank=True)
    entry_id = models.BigIntegerField(default=0)  # of journal.Entry, of which the notice told
    on = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number of arrivals")
        verbose_name_plural = _("numbers of arrivals")
        constraints = [
            models.UniqueConstraint(fields=["what", "template", "entry_id", "on"], name="tally_once"),
        ]
        indexes = [models.Index(fields=["on"], name="tally_on")]

    def __str__(self) -> str:
        return f"{self.template} {self.what} {self.on}: {self.count}"


class Begun(models.Model):
    """A draft that was begun by who came by a notice; it goes when the draft is handed in."""

    noun = models.CharField(max_length=64)
    object_id = models.BigIntegerField()
    template = models.CharField(max_length=80)
    entry_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft begun by a notice")
        verbose_name_plural = _("drafts begun by a notice")
        constraints = [models.UniqueConstraint(fields=["noun", "object_id"], name="begun_once")]

    def __str__(self) -> str:
        return f"{self.noun} {self.object_id} ← {self.template}"
