"""The noun of the glossary that people change: concepts beside those that come with the engine."""

import hashlib
import json

from django.conf import settings
from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import MD5, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from matching.engine import text
from matching.engine.glossary import Concept
from matching.engine.terms import LONGEST

KEY = r"^[a-z][a-z0-9_]{1,59}$"  # `engine.terms.KEY`, as the database spells it


class TermQuerySet(models.QuerySet["Term"]):
    def visible_to(self, user) -> "TermQuerySet":
        """Those who run the portal, and those who audit it."""
        may = user.is_authenticated and (
            user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR)
        )
        return self.all() if may else self.none()

    def active(self) -> "TermQuerySet":
        return self.filter(is_active=True)

    def named_like(self, words: str) -> "TermQuerySet":
        """Whose key or one of whose names has these words, in either Chinese script."""
        return self.filter(Q(key__contains=words.lower()) | Q(names__contains=searchable(words)))

    def fingerprint(self) -> str:
        """Of all that is in use, in one small answer; "" when nothing is."""
        every = StringAgg("content_hash", delimiter=",", order_by="pk")
        found = self.active().aggregate(all=Coalesce(MD5(every), Value(""), output_field=models.TextField()))
        return str(found["all"])


class Term(models.Model):
    """A concept that an administrator added, or that takes the place of one of the engine's with its key."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    english = ArrayField(models.CharField(max_length=LONGEST), verbose_name=_("English names"))
    chinese = ArrayField(models.CharField(max_length=LONGEST), verbose_name=_("Traditional Chinese names"))
    simplified = ArrayField(
        models.CharField(max_length=LONGEST),
        verbose_name=_("Simplified Chinese names"),
        default=list,
        blank=True,
    )
    note = models.TextField(_("note"), max_length=1000, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    names = models.TextField(editable=False)  # of `searchable`: what the list is searched by
    content_hash = models.CharField(max_length=64, editable=False)  # of what the engine reads of it
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term of the glossary")
        verbose_name_plural = _("terms of the glossary")
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=KEY), name="term_key_is_plain"),
            models.CheckConstraint(
                condition=Q(english__len__gt=0, chinese__len__gt=0), name="term_has_a_name_in_each_language"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return f"{reverse('matching:terms')}?q={self.key}"

    @cached_property
    def concept(self) -> Concept:
        return Concept(self.key, tuple(self.english), tuple(self.chinese), tuple(self.simplified))


def searchable(words: str) -> str:
    """As the engine folds a text, in small letters."""
    return text.fold(words).text.lower()


def hash_of(concept: Concept) -> str:
    said = [concept.id, concept.english, concept.chinese, concept.simplified]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
