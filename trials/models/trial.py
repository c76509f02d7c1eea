import pgtrigger
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from innoportal.languages import Bilingual
from journal.models import Referenced, ReferencedQuerySet, Stateful
from matching.models import Match
from solutions.models import of_authors
from trials.models.ladder import Rung
from trials.models.refusing import REFUSE_IF
from trials.models.subjects import JUDGEMENT, Side, sides, subjects
from trials.models.venue import Venue

PLAN_FIELDS = (
    "match",
    "venue",
    "kind",
    "scale_en",
    "scale_zh",
    "starts_on",
    "ends_on",
    "method_en",
    "method_zh",
    "stop_rules_en",
    "stop_rules_zh",
    "budget_planned",
    "plan_hash",
    "plan_locked_at",
    "rule",
    "severe",
)
PLAN_IS_FIXED = "a locked plan cannot be changed"


def taking_part(user) -> Q:
    """Of either party, or its engineer."""
    own = list(user.membership_roles)
    department = Q(match__wish__organisation__in=own)
    return department | Q(engineer=user) | of_authors(own, "match__solution__")


# Stopped before anything was promised: it took no rung, and owes no report.
ABANDONED = Q(status="stopped", plan_locked_at__isnull=True)


class TrialQuerySet(ReferencedQuerySet):
    def counting(self) -> "TrialQuerySet":
        """Those that hold their rung: all but the plans that were given up before they were locked."""
        return self.exclude(ABANDONED)

    def unended(self) -> "TrialQuerySet":
        """Those after which no other of the match can follow yet: a report is still to come."""
        return self.exclude(ABANDONED).exclude(status=Trial.Status.CLOSED)

    def public(self) -> "TrialQuerySet":
        """What was stopped before its plan was locked never becomes public."""
        return self.filter(status__in=Trial.PUBLIC, plan_locked_at__isnull=False)

    def visible_to(self, user) -> "TrialQuerySet":
        """Everyone sees a trial once its plan is locked; its parties and engineer from the start."""
        seen = Q(status__in=Trial.PUBLIC, plan_locked_at__isnull=False)
        if not user.is_authenticated:
            return self.filter(seen)
        if user.is_superuser or user.has_role(Role.AUDITOR) or user.has_role(Role.OFFICE):
            return self.all()
        return self.filter(seen | taking_part(user))

    def inside(self, user) -> "TrialQuerySet":
        """In which this person takes part, or which they oversee: whose names and money they may read."""
        if user.is_superuser or user.has_role(Role.AUDITOR) or user.has_role(Role.OFFICE):
            return self.all()
        return self.filter(taking_part(user))

    def run_by(self, user) -> "TrialQuerySet":
        """Whoever runs a trial has all its files, of whichever side."""
        return self.filter(engineer=user)

    def with_subjects(self) -> "TrialQuerySet":
        """With what pages say of venue, wish, solution and the two parties."""
        return self.select_related("match", "venue").defer(*JUDGEMENT).prefetch_related(*subjects("match"))

    def for_cards(self) -> "TrialQuerySet":
        """Everything that `trial_card` reads."""
        rows = self.select_related("venue").annotate(**sides("match"))
        return rows.only(
            *("key", "reference", "status", "kind", "rung", "starts_on", "ends_on"),
            *("venue__name_en", "venue__name_zh"),
        )

    def for_detail(self) -> "TrialQuerySet":
        """`has_surveys` says whether to ask for any, which few trials have."""
        surveys = apps.get_model("trials", "Survey").objects.filter(
            trial=models.OuterRef("pk"), opened_at__isnull=False
        )
        rows = (
            self.with_subjects()
            .select_related("earlier", "judging")
            .annotate(has_surveys=models.Exists(surveys))
        )
        return rows.prefetch_related("claims", "log")


class Trial(Stateful, Referenced):
    """A solution put to the test on a wish's premises, against claims that were fixed before."""

    class Status(models.TextChoices):
        PLANNING = "planning", _("Planning")
        LOCKED = "locked", _("Plan locked")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        MEASURED = "measured", _("Measured")
        REPORTING = "reporting", _("Report in preparation")
        CLOSED = "closed", _("Closed")
        STOPPED = "stopped", _("Stopped")

    PUBLIC = (
        Status.LOCKED,
        Status.RUNNING,
        Status.PAUSED,
        Status.MEASURED,
        Status.REPORTING,
        Status.CLOSED,
        Status.STOPPED,
    )

    MEASURING = (Status.LOCKED, Status.RUNNING, Status.PAUSED)

    class Kind(models.TextChoices):
        PROTOTYPE = "prototype", _("Prototype test")
        PILOT = "pilot", _("Pilot")
        REPLICATION = "replication", _("Replication")

    class OnSevere(models.TextChoices):
        PAUSE = "pause", _("It pauses at once")
        ASK = "ask", _("Both sides and the engineer are asked whether it pauses")

    class Open(models.TextChoices):
        """What the department lets everyone read besides what is always public."""

        MONEY = "money", _("Money")
        RISKS = "risks", _("Risks")

    CHECKLIST = ("permits", "insurance", "safety", "privacy", "cyber", "rollback")

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.PLANNING, editable=False, db_index=True
    )
    match = models.ForeignKey(Match, models.PROTECT, related_name="trials", verbose_name=_("match"))
    engineer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="trials", verbose_name=_("trial engineer")
    )
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="trials", verbose_name=_("venue"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.PILOT)
    scale_en = models.CharField(_("scale, in English"), max_length=300, blank=True)
    scale_zh = models.CharField(_("scale, in Traditional Chinese"), max_length=300, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    method_en = models.TextField(_("method, in English"), max_length=6000, blank=True)
    method_zh = models.TextField(_("method, in Traditional Chinese"), max_length=6000, blank=True)
    stop_rules_en = models.TextField(_("stop rules, in English"), max_length=3000, blank=True)
    stop_rules_zh = models.TextField(_("stop rules, in Traditional Chinese"), max_length=3000, blank=True)
    checklist = models.JSONField(_("checklist"), default=dict, editable=False)  # item → date done
    budget_planned = models.DecimalField(
        _("money planned (HK$)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    budget_spent = models.DecimalField(
        _("money spent (HK$)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    plan_hash = models.CharField(max_length=64, blank=True, editable=False)
    plan_locked_at = models.DateTimeField(null=True, editable=False)
    # "" of plans that were locked before there was such a rule: people are asked.
    severe = models.CharField(
        _("after a severe incident"), max_length=8, choices=OnSevere, default=OnSevere.ASK, blank=True
    )
    opened = ArrayField(
        models.CharField(max_length=8, choices=Open), default=list, blank=True, editable=False
    )
    # What judges its claims, named when it is locked; "" of plans locked before there was a second rule.
    rule = models.CharField(max_length=40, blank=True, editable=False)
    # Where it stands on the ladder, what it builds on, and what it costs to end it there and put all back.
    rung = models.CharField(_("rung of the ladder"), max_length=16, choices=Rung, blank=True)
    earlier = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="later",
        verbose_name=_("earlier trial that it builds on"),
    )
    exit_cost = models.DecimalField(
        _("cost of ending it there (HK$)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    exit_en = models.CharField(_("way out, in English"), max_length=300, blank=True)
    exit_zh = models.CharField(_("way out, in Traditional Chinese"), max_length=300, blank=True)
    # Whether everyone reads what is measured while it is measured; the department says so.
    is_live_public = models.BooleanField(
        _("measurements are public while it runs"), default=False, editable=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TrialQuerySet.as_manager()
    has_surveys = True  # unless `for_detail` knows better
    shown_wish: Side  # both as `for_cards` reads them
    shown_solution: Side
    scale = Bilingual()
    method = Bilingual()
    stop_rules = Bilingual()
    exit = Bilingual()

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        constraints = [
            models.UniqueConstraint(
                fields=["match"],
                condition=~ABANDONED & ~Q(status="closed"),
                name="trial_of_match_one_at_a_time",
                violation_error_message=_("The match has a trial that is not reported yet."),
            ),
            models.UniqueConstraint(
                fields=["match", "rung"],
                condition=~ABANDONED,
                name="trial_of_match_once_on_a_rung",
                violation_error_message=_("The match has had its trial on this rung."),
            ),
            models.CheckConstraint(
                condition=Q(earlier=None) | ~Q(earlier=F("id")), name="trial_builds_on_another"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="trial_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(status="planning", plan_locked_at__isnull=True)
                | Q(status="stopped")
                | (
                    ~Q(status="planning")
                    & Q(plan_locked_at__isnull=False, reference__isnull=False)
                    & ~Q(plan_hash="")
                ),
                name="trial_locked_after_planning",
            ),
        ]
        indexes = [models.Index(fields=["-plan_locked_at", "-id"], name="trial_newest_first")]
        triggers = [
            pgtrigger.Trigger(
                name="locked_plan",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(*PLAN_FIELDS),
                func=REFUSE_IF.format(test="OLD.plan_locked_at IS NOT NULL", why=PLAN_IS_FIXED, row="NEW"),
            ),
            pgtrigger.Trigger(
                name="locked_rung",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange("rung", "earlier", "exit_cost", "exit_en", "exit_zh"),
                func=REFUSE_IF.format(test="OLD.plan_locked_at IS NOT NULL", why=PLAN_IS_FIXED, row="NEW"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference or '—'} {self.title}"

    @property
    def title(self):
        return self.match.solution.title

    def get_absolute_url(self) -> str:
        return reverse("trials:detail", args=[self.slug])

    @property
    def parties(self) -> dict[str, int | None]:
        return {
            "department": self.match.wish.organisation_id,
            "vendor": self.match.solution.organisation_id,
        }

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC and self.plan_locked_at is not None

    @property
    def shows_money(self) -> bool:
        """To everyone who may see the trial."""
        return self.Open.MONEY in self.opened

    @property
    def unticked(self) -> list[str]:
        """What of the checklist is still to do before the start."""
        return [item for item in self.CHECKLIST if item not in self.checklist]
