from typing import TypedDict

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role
from innoportal.languages import Bilingual, phrase
from journal.models import Referenced, ReferencedQuerySet, Stateful
from matching.models import Match
from solutions.models import Solution
from wishes.models import Wish

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
)
CLAIM_FIELDS = ("trial", "statement_en", "statement_zh", "metric", "unit", "direction", "target", "method")
SIGNED_FIELDS = (
    "trial",
    "version",
    "reference",
    "verdict",
    "summary_en",
    "summary_zh",
    "suits_en",
    "suits_zh",
    "limits_en",
    "limits_zh",
    "vendor_comment",
    "verifier",
    "statement",
    "interests",
    "published_at",
    "envelope",
    "payload_hash",
    "previous_hash",
)
REFUSE_IF = "IF {test} THEN RAISE EXCEPTION '{why}'; END IF; RETURN {row};"
PLAN_IS_LOCKED = "EXISTS (SELECT 1 FROM trials_trial WHERE id = OLD.trial_id AND plan_locked_at IS NOT NULL)"
PLAN_IS_FIXED = "a locked plan cannot be changed"
CLAIM_IS_FIXED = "a claim of a locked plan cannot be changed"
REPORT_IS_SIGNED = "OLD.payload_hash <> ''"
REPORT_IS_FIXED = "a signed report cannot be changed"


# What is large in a match, and says nothing of its trial.
JUDGEMENT = ("match__signals", "match__score", "match__explanation")


def subjects(match: str) -> list[Prefetch]:
    """Wish, solution and their organisations, by queries of their own.

    Joined to the rest, they were seven tables: to plan that took longer than to read, and as long as minutes
    where the statistics were old.
    """
    columns = (
        *("key", "reference", "status", "title_en", "title_zh"),
        *("organisation__slug", "organisation__name_en", "organisation__name_zh"),
    )
    return [
        Prefetch(f"{match}__{name}", model.objects.select_related("organisation").only(*columns))
        for name, model in (("wish", Wish), ("solution", Solution))
    ]


class Side(TypedDict):
    """A wish or a solution as cards read it: its title, and the names of its organisation."""

    title_en: str
    title_zh: str
    name_en: str
    name_zh: str


def sides(match: str) -> dict[str, Subquery]:
    """Wish and solution as columns: two queries, and four objects a row, for four texts took longer."""
    told = JSONObject(
        **{column: column for column in ("title_en", "title_zh")},
        **{column: f"organisation__{column}" for column in ("name_en", "name_zh")},
    )
    return {
        f"shown_{name}": Subquery(model.objects.filter(pk=OuterRef(f"{match}__{name}_id")).values(told=told))
        for name, model in (("wish", Wish), ("solution", Solution))
    }


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


class TrialQuerySet(ReferencedQuerySet):
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
        own = list(user.membership_roles)
        seen |= (
            Q(match__wish__organisation__in=own) | Q(match__solution__organisation__in=own) | Q(engineer=user)
        )
        return self.filter(seen)

    def with_subjects(self) -> "TrialQuerySet":
        """With what pages say of venue, wish, solution and the two parties."""
        return self.select_related("match", "venue").defer(*JUDGEMENT).prefetch_related(*subjects("match"))

    def for_cards(self) -> "TrialQuerySet":
        """Everything that `trial_card` reads."""
        rows = self.select_related("venue").annotate(**sides("match"))
        return rows.only(
            *("key", "reference", "status", "kind", "starts_on", "ends_on"),
            *("venue__name_en", "venue__name_zh"),
        )

    def for_detail(self) -> "TrialQuerySet":
        return self.with_subjects().prefetch_related("claims", "log")


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

    class Kind(models.TextChoices):
        PROTOTYPE = "prototype", _("Prototype test")
        PILOT = "pilot", _("Pilot")
        REPLICATION = "replication", _("Replication")

    CHECKLIST = ("permits", "insurance", "safety", "privacy", "rollback")

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.PLANNING, editable=False, db_index=True
    )
    match = models.OneToOneField(Match, models.PROTECT, related_name="trial", verbose_name=_("match"))
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
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TrialQuerySet.as_manager()
    shown_wish: Side  # both as `for_cards` reads them
    shown_solution: Side
    scale = Bilingual()
    method = Bilingual()
    stop_rules = Bilingual()

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        constraints = [
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
            )
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
    def unticked(self) -> list[str]:
        """What of the checklist is still to do before the start."""
        return [item for item in self.CHECKLIST if item not in self.checklist]


class Claim(models.Model):
    """A figure that the plan promises, with the rule by which it will be judged."""

    class Direction(models.TextChoices):
        DECREASE = "decrease", _("falls by at least")
        INCREASE = "increase", _("rises by at least")
        AT_LEAST = "at_least", _("is at least")
        AT_MOST = "at_most", _("is at most")

    class Method(models.TextChoices):
        BEFORE_AFTER = "before_after", _("Before and after")
        THRESHOLD = "threshold", _("Mean against a threshold")
        PROPORTION = "proportion", _("Share of successes")

    class Verdict(models.TextChoices):
        MET = "met", _("Met")
        PARTLY = "partly_met", _("Partly met")
        NOT_MET = "not_met", _("Not met")
        INCONCLUSIVE = "inconclusive", _("Inconclusive")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="claims")
    position = models.PositiveSmallIntegerField(default=0)
    statement_en = models.CharField(_("claim, in English"), max_length=400, blank=True)
    statement_zh = models.CharField(_("claim, in Traditional Chinese"), max_length=400, blank=True)
    metric = models.SlugField(
        _("metric"), max_length=40, help_text=_("The name by which measurements name it.")
    )
    unit = models.CharField(_("unit"), max_length=40)
    direction = models.CharField(_("promise"), max_length=16, choices=Direction)
    target = models.DecimalField(
        _("target"),
        max_digits=14,
        decimal_places=4,
        help_text=_("Per cent of the baseline for a change, else in the unit."),
    )
    method = models.CharField(_("method"), max_length=16, choices=Method)
    result = models.JSONField(default=dict, editable=False)
    verdict = models.CharField(max_length=16, choices=Verdict, blank=True, editable=False)

    statement = Bilingual()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(fields=["trial", "metric"], name="claim_metric_once"),
            models.CheckConstraint(
                condition=~Q(statement_en="") | ~Q(statement_zh=""), name="claim_has_a_statement"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="locked_claim",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(*CLAIM_FIELDS),
                func=REFUSE_IF.format(test=PLAN_IS_LOCKED, why=CLAIM_IS_FIXED, row="NEW"),
            ),
            pgtrigger.Trigger(
                name="locked_claim_stays",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=REFUSE_IF.format(test=PLAN_IS_LOCKED, why=CLAIM_IS_FIXED, row="OLD"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.statement)


class Measurement(models.Model):
    """One reading. Flagged where it looks wrong, never dropped."""

    class Phase(models.TextChoices):
        BASELINE = "baseline", _("Baseline")
        TRIAL = "trial", _("Trial")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="measurements")
    metric = models.CharField(max_length=40)
    sensor = models.CharField(max_length=80, default="manual")
    at = models.DateTimeField()
    phase = models.CharField(max_length=8, choices=Phase)
    value = models.FloatField()
    flag = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            models.UniqueConstraint(fields=["trial", "metric", "sensor", "at"], name="measurement_once")
        ]
        triggers = [
            pgtrigger.Protect(name="measurement_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="measurement_is_as_taken", fields=["trial", "metric", "sensor", "at", "phase", "value"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.at:%Y-%m-%d %H:%M} {self.value}"


class LogEntry(models.Model):
    """What happened on site: a note, an incident, or a deviation from the locked plan."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        INCIDENT = "incident", _("Incident")
        DEVIATION = "deviation", _("Deviation from the plan")

    class Severity(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="log")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, blank=True)
    on = models.DateField(_("day"))
    text_en = models.TextField(_("text in English"), max_length=3000, blank=True)
    text_zh = models.TextField(_("text in Traditional Chinese"), max_length=3000, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    text = Bilingual()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text_en="") | ~Q(text_zh=""), name="log_entry_says_something"
            ),
            models.CheckConstraint(
                condition=Q(kind="incident") & ~Q(severity="") | ~Q(kind="incident") & Q(severity=""),
                name="log_incident_has_severity",
            ),
        ]
        triggers = [pgtrigger.Protect(name="log_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}"


class ReportQuerySet(ReferencedQuerySet):
    def public(self) -> "ReportQuerySet":
        return self.filter(status__in=Report.PUBLIC)

    def visible_to(self, user) -> "ReportQuerySet":
        """Everyone reads what is published; the parties, the engineer and a verifier what is on the way."""
        seen = Q(status__in=Report.PUBLIC)
        if not user.is_authenticated:
            return self.filter(seen)
        if user.is_superuser or user.has_role(Role.AUDITOR) or user.has_role(Role.OFFICE):
            return self.all()
        own = list(user.membership_roles)
        seen |= Q(trial__match__wish__organisation__in=own) | Q(trial__engineer=user)
        seen |= Q(trial__match__solution__organisation__in=own) & ~Q(status=Report.Status.DRAFT)
        if user.has_role(Role.VERIFIER):
            seen |= Q(status=Report.Status.VERIFICATION)
        return self.filter(seen)

    def signed(self) -> "ReportQuerySet":
        return self.exclude(payload_hash="")

    def tail(self) -> "Report | None":
        """The report that no other names as the one before it: where the chain goes on."""
        return self.signed().exclude(payload_hash__in=Report.objects.values("previous_hash")).first()

    def overdue(self) -> "ReportQuerySet":
        """Whose vendor had its days and may comment no more."""
        return self.filter(status=Report.Status.COMMENT, comment_until__lt=timezone.localdate())

    def for_detail(self) -> "ReportQuerySet":
        return (
            self.select_related("trial__match", "trial__venue")
            .defer(*(f"trial__{column}" for column in JUDGEMENT))
            .prefetch_related(*subjects("trial__match"))
        )

    def for_cards(self) -> "ReportQuerySet":
        """Everything that `report_card` and the feed read; never the envelope, which is long."""
        rows = self.select_related("trial__venue").annotate(**sides("trial__match"))
        return rows.only(
            *("key", "reference", "status", "verdict", "published_at", "signed_title", "signed_summary"),
            *("trial__venue__name_en", "trial__venue__name_zh"),
        )


class Report(Stateful, Referenced):
    """How a trial came out: drafted from the record, heard, verified, signed, and published as it is."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        COMMENT = "comment", _("Waiting for the vendor's comment")
        VERIFICATION = "verification", _("Under verification")
        PUBLISHED = "published", _("Verified and published")
        SUPERSEDED = "superseded", _("Replaced by a newer version")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PUBLIC = (Status.PUBLISHED, Status.SUPERSEDED, Status.WITHDRAWN)

    class Verdict(models.TextChoices):
        MET = "met", _("Met")
        PARTLY = "partly_met", _("Partly met")
        NOT_MET = "not_met", _("Not met")
        INCONCLUSIVE = "inconclusive", _("Inconclusive")
        STOPPED = "stopped", _("Stopped")

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.DRAFT, editable=False, db_index=True
    )
    trial = models.ForeignKey(Trial, models.PROTECT, related_name="reports", verbose_name=_("trial"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict)
    summary_en = models.TextField(_("summary in English"), max_length=6000, blank=True)
    summary_zh = models.TextField(_("summary in Traditional Chinese"), max_length=6000, blank=True)
    suits_en = models.TextField(_("where it suits and where not, in English"), max_length=3000, blank=True)
    suits_zh = models.TextField(
        _("where it suits and where not, in Traditional Chinese"), max_length=3000, blank=True
    )
    limits_en = models.TextField(_("limits of the trial, in English"), max_length=3000, blank=True)
    limits_zh = models.TextField(
        _("limits of the trial, in Traditional Chinese"), max_length=3000, blank=True
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    comment_until = models.DateField(_("vendor may comment until"), null=True, editable=False)
    vendor_comment = models.TextField(_("vendor's comment"), max_length=6000, blank=True, editable=False)
    vendor_commented_at = models.DateTimeField(null=True, editable=False)
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="verified_reports", editable=False
    )
    statement = models.TextField(_("verifier's statement"), max_length=3000, blank=True, editable=False)
    interests = models.TextField(_("declaration of interests"), max_length=2000, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    envelope = models.JSONField(null=True, editable=False)  # the signed snapshot: what is published is this
    payload_hash = models.CharField(max_length=64, blank=True, editable=False)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    # Kept beside the envelope, because to open one takes longer than to draw its card.
    signed_title = models.GeneratedField(
        expression=F("envelope__payload__trial__title"),  # type: ignore[arg-type]
        output_field=models.JSONField(null=True),
        db_persist=True,
    )
    signed_summary = models.GeneratedField(
        expression=F("envelope__payload__summary"),  # type: ignore[arg-type]
        output_field=models.JSONField(null=True),
        db_persist=True,
    )

    objects = ReportQuerySet.as_manager()
    shown_wish: Side  # both as `for_cards` reads them
    shown_solution: Side
    summary = Bilingual()
    suits = Bilingual()
    limits = Bilingual()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["trial", "version"], name="report_version_once"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "comment", "verification"], envelope__isnull=True)
                | (
                    Q(status__in=["published", "superseded", "withdrawn"], envelope__isnull=False)
                    & Q(reference__isnull=False, published_at__isnull=False, verifier__isnull=False)
                    & ~Q(payload_hash="")
                ),
                name="report_signed_when_public",
            ),
            models.UniqueConstraint(
                fields=["previous_hash"], condition=~Q(payload_hash=""), name="report_chain_has_no_fork"
            ),
        ]
        indexes = [models.Index(fields=["-published_at", "-id"], name="report_newest_first")]
        triggers = [
            pgtrigger.Trigger(
                name="report_signed_is_final",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(*SIGNED_FIELDS),
                func=REFUSE_IF.format(test=REPORT_IS_SIGNED, why=REPORT_IS_FIXED, row="NEW"),
            ),
            pgtrigger.Protect(
                name="report_signed_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition(REPORT_IS_SIGNED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference or '—'} v{self.version} {self.trial.title}"

    def get_absolute_url(self) -> str:
        return reverse("trials:report", args=[self.slug])

    @property
    def title(self):
        """As it was signed, once it is."""
        signed = getattr(self, "signed_title", None)  # a row that was never saved has none
        return phrase(signed["en"], signed["zh"]) if signed else self.trial.title

    @property
    def lead(self):
        signed = getattr(self, "signed_summary", None)
        return phrase(signed["en"], signed["zh"]) if signed else self.summary

    @property
    def parties(self) -> dict[str, int | None]:
        return self.trial.parties

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC


class Erratum(models.Model):
    """What was wrong in a published version, printed with it for good."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="errata")
    text_en = models.TextField(_("correction, in English"), max_length=3000, blank=True)
    text_zh = models.TextField(_("correction, in Traditional Chinese"), max_length=3000, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    text = Bilingual()

    class Meta:
        verbose_name = _("erratum")
        verbose_name_plural = _("errata")
        constraints = [
            models.CheckConstraint(condition=~Q(text_en="") | ~Q(text_zh=""), name="erratum_says_something")
        ]
        triggers = [
            pgtrigger.Protect(name="erratum_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.text)[:60]
