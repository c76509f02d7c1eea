from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import new_key
from trials.models.trial import Trial


def stored_name(upload: "Upload", filename: str) -> str:
    """Nothing of the name that it had, except its ending."""
    ending = filename.rpartition(".")[2].lower()
    return f"measurements/{new_key()}.{ending if ending in Upload.KINDS else 'bin'}"


class Upload(models.Model):
    """A file that waits for somebody to say what its columns are. Nothing of it is a reading yet."""

    KINDS = ("csv", "tsv", "xlsx")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="uploads")
    file = models.FileField(upload_to=stored_name, max_length=120)
    filename = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("file of measurements")
        verbose_name_plural = _("files of measurements")

    def __str__(self) -> str:
        return self.filename
