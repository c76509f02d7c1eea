from typing import TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual


class Named(TypedDict):
    """A topic as `of_each` reads it."""

    slug: str
    name_en: str
    name_zh: str


class TopicQuerySet(models.QuerySet["Topic"]):
    def in_order(self) -> "TopicQuerySet":
        return self.order_by("kind", "position", "pk")

    def of_each(self, side: str) -> ArraySubquery:
        """A column of a query of `side` ("wishes", "solutions"): the topics of each row."""
        rows = self.filter(**{side: OuterRef("pk")}).in_order()
        return ArraySubquery(rows.values(told=JSONObject(slug="slug", name_en="name_en", name_zh="name_zh")))


class Topic(models.Model):
    """One term of the three vocabularies that wishes, solutions and followers share."""

    class Kind(models.TextChoices):
        AREA = "area", _("Smart-city area")
        TECHNOLOGY = "technology", _("Technology")
        APPLICATION = "application", _("Application")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    slug = models.SlugField(_("short name"), max_length=64, unique=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_zh = models.CharField(_("name in Traditional Chinese"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("broader term")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TopicQuerySet.as_manager()
    name = Bilingual()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["area", "technology", "application"]), name="topic_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("topics:detail", args=[self.slug])
