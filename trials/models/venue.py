from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from innoportal.languages import Bilingual
from wishes.models import Wish


class Venue(models.Model):
    """Premises on which trials run."""

    slug = models.SlugField(max_length=80, unique=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="venues", verbose_name=_("owner")
    )
    name_en = models.CharField(_("name in English"), max_length=200)
    name_zh = models.CharField(_("name in Traditional Chinese"), max_length=200)
    district_en = models.CharField(max_length=80, blank=True)
    district_zh = models.CharField(max_length=80, blank=True)
    gives = ArrayField(
        models.CharField(max_length=16, choices=Wish.SiteGift),
        verbose_name=_("what it can give"),
        default=list,
        blank=True,
    )

    name = Bilingual()
    district = Bilingual()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")

    def __str__(self) -> str:
        return str(self.name)
