"""Keeping everything matched: which engine serves, and a rematch in shards that nobody can lose."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role


class EngineVersion(models.Model):
    """A way of reading texts: code, models and glossary together. Records of two of them do not compare.

    One serves searches and matches. Another may be prepared beside it, until the portal turns over.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", _("Being prepared")
        SERVING = "serving", _("In use")
        RETIRED = "retired", _("No longer used")

    name = models.CharField(max_length=40, unique=True)  # matching.texts.engine_version; Profile bears it
    state = models.CharField(max_length=12, choices=State, default=State.PREPARING)
    engine = models.CharField(max_length=20)  # ENGINE_VERSION of the code that reads
    embedders = models.JSONField(default=list)  # [{"name": "e5", "version": "0.3.0"}], as they are asked
    glossary = models.CharField(max_length=64)  # SHA-256; "" when it was not noted
    created_at = models.DateTimeField(default=timezone.now)
    serving_since = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("engine version")
        verbose_name_plural = _("engine versions")
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state__in=["preparing", "serving"]),
                name="engine_version_one_of_each_state",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def model_names(self) -> tuple[str, ...]:
        """The names under which `load_embedders` knows its models."""
        return tuple(one["name"] for one in self.embedders)


class RematchRunQuerySet(models.QuerySet["RematchRun"]):
    def visible_to(self, user) -> "RematchRunQuerySet":
        """Those who run the portal, and those who audit it."""
        may = user.is_authenticated and (
            user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR)
        )
        return self.all() if may else self.none()

    def active(self) -> "RematchRunQuerySet":
        return self.filter(state=RematchRun.State.RUNNING)


class RematchRun(models.Model):
    """One rematch of everything. Its shards are rows, so that what is done is counted and never guessed."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Reason(models.TextChoices):
        ASKED = "asked", _("Asked for")
        VERSION = "version", _("New engine version")
        WEIGHTS = "weights", _("New weights")
        BEHIND = "behind", _("Much was behind")

    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    reason = models.CharField(max_length=12, choices=Reason, default=Reason.ASKED)
    version = models.ForeignKey(EngineVersion, models.PROTECT, related_name="runs")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = RematchRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("rematch")
        verbose_name_plural = _("rematches")
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="rematch_run_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished_at__isnull=True)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
                name="rematch_run_ended_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.started_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return f"{reverse('matching:runs')}#run-{self.pk}"


class RematchShard(models.Model):
    """A piece of a run that one worker does at a time.

    Who claims it holds a lease. `attempts` counts the claims and so is the token of each: who comes back
    after another has claimed the shard holds an old number, and writes nothing.
    """

    class Step(models.IntegerChoices):
        READ_WISHES = 1, _("Read wishes")
        READ_SOLUTIONS = 2, _("Read solutions")
        PUBLISH = 3, _("Publish the snapshot")
        MATCH_WISHES = 4, _("Match wishes")
        MATCH_SOLUTIONS = 5, _("Match solutions")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CLAIMED = "claimed", _("Being done")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    run = models.ForeignKey(RematchRun, models.CASCADE, related_name="shards")
    step = models.PositiveSmallIntegerField(choices=Step)
    ids = ArrayField(models.BigIntegerField(), default=list)  # of wishes or solutions
    size = models.PositiveIntegerField(default=0)  # how many ids
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)  # by the database's clock: end of the lease, or of a pause
    claimed_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)  # who claimed it last: host and process
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("shard of a rematch")
        verbose_name_plural = _("shards of a rematch")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True)),
                name="rematch_shard_done_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(claimed_at__isnull=False, not_before__isnull=False),
                name="rematch_shard_claim_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "step", "id"], condition=~Q(state="done"), name="rematch_shard_to_do"
            ),
            models.Index(fields=["run", "step", "state"], include=["size"], name="rematch_shard_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.step} {self.state}"
