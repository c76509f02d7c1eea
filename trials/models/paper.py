from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from trials.models.trial import Trial


class Paper(models.Model):
    """A file of a trial that shows an item of the checklist; who may have it, its document says."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="papers")
    item = models.CharField(_("item of the checklist"), max_length=16)
    document = models.OneToOneField(Document, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("paper of the checklist")
        verbose_name_plural = _("papers of the checklist")
        indexes = [models.Index(fields=["trial", "item"], name="paper_of_item")]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.item}"
