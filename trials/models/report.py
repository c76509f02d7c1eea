from typing import Any

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from innoportal.languages import Bilingual, phrase
from journal.clock import today
from journal.models import Referenced, ReferencedQuerySet, Stateful
from solutions.models import of_authors
from trials.models.refusing import REFUSE_IF
from trials.models.subjects import JUDGEMENT, Side, sides, subjects
from trials.models.trial import Trial

# What prose tells, in the order of the report.
SECTIONS = (
    *("summary", "need", "solution", "site", "results", "incidents", "voices", "benefit"),
    *("suits", "limits", "conditions"),
)
SIGNED_FIELDS = (
    "trial",
    "version",
    "reference",
    "verdict",
    *(f"{section}_{script}" for section in SECTIONS for script in ("en", "zh")),
    "valid_years",
    "vendor_comment",
    "verifier",
    "statement",
    "interests",
    "published_at",
    "envelope",
    "payload_hash",
    "previous_hash",
)
LONGEST = 12_000  # characters of a section: a need or a solution as it was told, and more
LAST_CHANGED = Coalesce("withdrawn_at", "published_at")  # of what is public
REPORT_IS_SIGNED = "OLD.payload_hash <> ''"
REPORT_IS_FIXED = "a signed report cannot be changed"


def _section(label: Any) -> models.TextField:
    return models.TextField(label, max_length=LONGEST, blank=True)


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
        seen |= of_authors(own, "trial__match__solution__") & ~Q(status=Report.Status.DRAFT)
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
        return self.filter(status=Report.Status.COMMENT, comment_until__lt=today())

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
            *("withdrawn_at", "withdrawal"),
            *("trial__rung", "trial__venue__name_en", "trial__venue__name_zh"),
        )


class Report(Stateful, Referenced):
    """How a trial came out: drafted from the record, heard, verified, signed, and published as it is."""

    MOST_YEARS = 10

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
    need_en = _section(_("the need, in English"))
    need_zh = _section(_("the need, in Traditional Chinese"))
    solution_en = _section(_("the solution, in English"))
    solution_zh = _section(_("the solution, in Traditional Chinese"))
    site_en = _section(_("site and conditions, in English"))
    site_zh = _section(_("site and conditions, in Traditional Chinese"))
    results_en = _section(_("the results, in English"))
    results_zh = _section(_("the results, in Traditional Chinese"))
    incidents_en = _section(_("incidents and downtime, in English"))
    incidents_zh = _section(_("incidents and downtime, in Traditional Chinese"))
    voices_en = _section(_("the users' voice, in English"))
    voices_zh = _section(_("the users' voice, in Traditional Chinese"))
    benefit_en = _section(_("cost and benefit, in English"))
    benefit_zh = _section(_("cost and benefit, in Traditional Chinese"))
    conditions_en = _section(_("validity and conditions of use, in English"))
    conditions_zh = _section(_("validity and conditions of use, in Traditional Chinese"))
    valid_years = models.PositiveSmallIntegerField(
        _("years for which it may be cited"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_YEARS)],
    )
    # Each text as the record gave it when it was drafted, with its figures: column → what stood there.
    drafted = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    comment_from = models.DateField(null=True, editable=False)  # the day on which the draft was handed over
    comment_until = models.DateField(_("vendor may comment until"), null=True, editable=False)
    vendor_comment = models.TextField(_("vendor's comment"), max_length=6000, blank=True, editable=False)
    vendor_commented_at = models.DateTimeField(null=True, editable=False)
    # Who is to verify it: nobody else signs it then, or sends it back.
    assigned = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="verified_reports", editable=False
    )
    statement = models.TextField(_("verifier's statement"), max_length=3000, blank=True, editable=False)
    interests = models.TextField(_("declaration of interests"), max_length=2000, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    envelope = models.JSONField(null=True, editable=False)  # the signed snapshot: what is published is this
    payload_hash = models.CharField(max_length=64, blank=True, editable=False)
    # As the journal has them, kept here for whoever lists many.
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawal = models.TextField(_("reason of the withdrawal"), blank=True, editable=False)
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
    need = Bilingual()
    solution = Bilingual()
    site = Bilingual()
    results = Bilingual()
    incidents = Bilingual()
    voices = Bilingual()
    benefit = Bilingual()
    conditions = Bilingual()

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
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawal="")
                | ~Q(status="withdrawn") & Q(withdrawn_at__isnull=True, withdrawal=""),
                name="report_withdrawn_says_when_and_why",
            ),
            models.UniqueConstraint(
                fields=["previous_hash"], condition=~Q(payload_hash=""), name="report_chain_has_no_fork"
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="report_newest_first"),
            models.Index(LAST_CHANGED.desc(), F("id").desc(), name="report_last_changed_first"),
        ]
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
