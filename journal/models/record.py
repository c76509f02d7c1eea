import pgtrigger
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import new_key


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, thing: models.Model) -> "EntryQuerySet":
        return self.filter(noun=thing._meta.label_lower, object_id=thing.pk)

    def in_order(self) -> "EntryQuerySet":
        return self.order_by("at", "pk")

    def grounds(self, noun: str, verb: str) -> dict[str, int]:
        """How often each ground was given for refusing so, the commonest first."""
        rows = self.filter(noun=noun, verb=verb, details__has_key="ground")
        counted = rows.values("details__ground__code").annotate(count=models.Count("pk"))
        return dict(
            counted.order_by("-count", "details__ground__code").values_list("details__ground__code", "count")
        )


class Entry(models.Model):
    """What happened, to what, by whom. The database refuses to change or remove a row.

    No foreign keys: an entry outlives what it tells of.
    """

    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    noun = models.CharField(_("noun"), max_length=64)
    object_id = models.BigIntegerField(_("object"))
    reference = models.CharField(_("reference"), max_length=32, blank=True)
    verb = models.CharField(_("verb"), max_length=40)
    from_status = models.CharField(_("from"), max_length=24, blank=True)
    to_status = models.CharField(_("to"), max_length=24, blank=True)
    actor_id = models.BigIntegerField(_("person"), null=True)
    actor_name = models.CharField(_("name"), max_length=120, blank=True)
    capacity = models.CharField(_("capacity"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(_("details"), default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes = [
            models.Index(fields=["noun", "object_id", "at"], name="entry_about"),
            models.Index(fields=["at"], name="entry_at"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="no_truncate",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'the journal cannot be emptied';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.reference or self.object_id} {self.verb}"


class Stateful(models.Model):
    """A noun with a life; only its workflow assigns `status`."""

    status = models.CharField(_("status"), max_length=24, editable=False, db_index=True)

    class Meta:
        abstract = True


class ReferencedQuerySet(models.QuerySet):
    def addressed(self, slug: str) -> "ReferencedQuerySet":
        """By public number or by key: an old link to a draft still leads to what it became."""
        return self.filter(models.Q(reference=slug) | models.Q(key=slug))


class Referenced(models.Model):
    """A noun with an unguessable key from the start, and a public number once it is public.

    Numbers are given at publication only, so that gaps do not tell how many drafts there are.
    """

    key = models.CharField(max_length=12, unique=True, editable=False, default=new_key)
    reference = models.CharField(_("number"), max_length=16, unique=True, null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def slug(self) -> str:
        return self.reference or self.key


class Counter(models.Model):
    """The last number given for a prefix and a year."""

    prefix = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:04}"


def next_reference(prefix: str) -> str:
    """The next public number, such as W-2026-0042; without gaps, since a rolled-back one is given again."""
    year = timezone.localdate().year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_counter (prefix, year, last) VALUES (%s, %s, 1) "
            "ON CONFLICT (prefix, year) DO UPDATE SET last = journal_counter.last + 1 RETURNING last",
            [prefix, year],
        )
        return f"{prefix}-{year}-{cursor.fetchone()[0]:04}"
