"""The nouns of saved searches: what someone waits for, what came, and which came for which."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models import Visitor
from topics.models import Topic

LONGEST = 500  # characters of a search, as the search box reads them
LEASE = timedelta(minutes=5)
ONE_OWNER = Q(user__isnull=False, visitor__isnull=True) | Q(user__isnull=True, visitor__isnull=False)


class Kind(models.TextChoices):
    WISH = "wish", _("Wishes")
    SOLUTION = "solution", _("Solutions")
    CALL = "call", _("Calls")
    REPORT = "report", _("Trial reports")


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, user) -> "SavedSearchQuerySet":
        """What someone looks for is nobody else's."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def awake(self) -> "SavedSearchQuerySet":
        reads = Q(user__is_active=True) | Q(visitor__isnull=False)
        return self.filter(reads, paused_at=None)

    def unread(self, engine_version: str, glossary: str) -> "SavedSearchQuerySet":
        """Those whose words this engine version has not read, or not with this glossary."""
        return self.exclude(words="").exclude(engine_version=engine_version, glossary=glossary)

    def asking_for(self, kind: str, topics: list[int]) -> "SavedSearchQuerySet":
        """Whose filters let a thing of this kind with these topics (and those above them) pass."""
        own = SavedSearch.topics.through.objects.filter(savedsearch=models.OuterRef("pk"))
        return self.filter(Q(kinds=[]) | Q(kinds__contains=[kind])).filter(
            ~models.Exists(own) | models.Exists(own.filter(topic__in=topics))
        )


class SavedSearch(models.Model):
    """Words, in any language, that somebody wants to hear of when something new is about them.

    Without words it is a list: all that is new of its kinds and topics.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="saved_searches"
    )
    visitor = models.ForeignKey(Visitor, models.CASCADE, null=True, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=80)
    words = models.CharField(_("what you look for"), max_length=LONGEST, blank=True)
    kinds = ArrayField(models.CharField(max_length=12, choices=Kind), default=list, blank=True)  # none: all
    topics = models.ManyToManyField(Topic, related_name="+", blank=True, verbose_name=_("topics"))
    feed_token = models.CharField(
        max_length=64, null=True, unique=True, editable=False
    )  # of its secret address
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    # What an engine version has read in the words (matching.engine.watching): the same columns for all.
    engine_version = models.CharField(max_length=40, blank=True, editable=False)
    glossary = models.CharField(max_length=32, blank=True, editable=False)  # fingerprint of its terms
    lang = models.PositiveSmallIntegerField(default=0, editable=False)  # place in text.LANGUAGES
    terms = models.BinaryField(default=b"")
    concepts = models.BinaryField(default=b"")
    vectors = models.BinaryField(default=b"")  # of each model of the version, in their order

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & (~Q(words="") | ~Q(kinds=[])), name="saved_search_says_something"
            ),
            models.CheckConstraint(condition=ONE_OWNER, name="saved_search_of_one_reader"),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=list(Kind.values)), name="saved_search_of_kinds"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("search:saved-search", args=[self.pk])


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def due(self) -> "ArrivalQuerySet":
        """Not compared yet, and in no other worker's hands."""
        free = Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - LEASE)
        return self.filter(free, compared_at=None)


class Arrival(models.Model):
    """Something that has become public, to be compared with every saved search.

    Written in the transaction that publishes it; when it is published again, the same row is due again.
    """

    kind = models.CharField(max_length=12, choices=Kind)
    noun = models.CharField(max_length=64)
    object_id = models.BigIntegerField()
    entry_id = models.BigIntegerField()  # of journal.Entry, by which it became public
    at = models.DateTimeField(default=timezone.now)
    topics = ArrayField(models.BigIntegerField(), default=list)  # keys, as they were then
    said = models.JSONField(default=list)  # [language, title, body] of what has no profile of its own
    engine_version = models.CharField(max_length=40, blank=True)
    record = models.BinaryField(null=True)  # matching.records, of what has no profile
    claimed_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints = [models.UniqueConstraint(fields=["noun", "object_id"], name="arrival_once")]
        indexes = [
            models.Index(fields=["id"], condition=Q(compared_at=None), name="arrival_due"),
            models.Index(fields=["kind", "at"], name="arrival_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.object_id}"


class Found(models.Model):
    """That a saved search has brought something: once, however often that is published or edited."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="found")
    arrival = models.ForeignKey(Arrival, models.CASCADE, related_name="found")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("find")
        verbose_name_plural = _("finds")
        constraints = [models.UniqueConstraint(fields=["search", "arrival"], name="found_once")]
        indexes = [models.Index(fields=["search", "-at"], name="found_of_search")]

    def __str__(self) -> str:
        return f"{self.search_id} ← {self.arrival_id}"
