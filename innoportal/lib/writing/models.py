from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import new_key
from innoportal.lib.writing.answers import Answers


class Draft(models.Model):
    """What is being written of a thing, as it was typed: right or wrong, finished or not.

    It ends when it becomes the thing, which takes over its key: an address of the draft then leads there.
    A room's own draft adds whose it is (`organisation`), and the thing that it changes.
    """

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # What the thing said when its changing began, so that a change made elsewhere is seen at the end.
    seen = models.JSONField(default=dict, blank=True)
    answers: "models.JSONField[Answers, Answers]" = models.JSONField(default=dict, blank=True)
    tabs = models.JSONField(default=dict, blank=True)  # field → the open page that autosaved it last
    revision = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key
