from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from innoportal.lib.serializers import ReadingSerializer
from solutions.api import VendorSerializer
from trials.filters import ConfirmationFilter, ReportFilter, TrialFilter
from trials.models import BudgetLine, Claim, Confirmation, Erratum, Milestone, Report, Trial
from trials.steering import progress


class ClaimSerializer(serializers.ModelSerializer):
    class Meta:
        model = Claim
        fields = [
            *("statement_en", "statement_zh", "metric", "unit", "direction", "target", "method"),
            *("verdict", "result"),
        ]
        read_only_fields = fields


class MilestoneSerializer(serializers.ModelSerializer):
    class Meta:
        model = Milestone
        fields = ["title_en", "title_zh", "due_on", "reached_on", "weight"]
        read_only_fields = fields


class LineSerializer(serializers.ModelSerializer):
    """Money of one kind in the financial year that begins on 1 April of `year`."""

    class Meta:
        model = BudgetLine
        fields = ["year", "label_en", "label_zh", "planned", "spent", "scheme", "scheme_reference"]
        read_only_fields = fields


class TrialSerializer(serializers.ModelSerializer):
    """What is public of a trial: no person, no number of a row."""

    class Meta:
        model = Trial
        fields = [
            *("reference", "status", "kind", "wish", "solution", "department", "vendor", "venue"),
            *("title_en", "title_zh", "scale_en", "scale_zh", "starts_on", "ends_on"),
            *("method_en", "method_zh", "stop_rules_en", "stop_rules_zh"),
            *("budget_planned", "budget_spent", "plan_hash", "plan_locked_at", "claims"),
            *("milestones", "percent_done", "money"),
        ]
        read_only_fields = fields

    wish = serializers.CharField(source="match.wish.reference", read_only=True)
    solution = serializers.CharField(source="match.solution.reference", read_only=True)
    department = serializers.CharField(source="match.wish.organisation.slug", read_only=True)
    vendor = serializers.CharField(source="match.solution.organisation.slug", read_only=True)
    venue = serializers.CharField(source="venue.slug", read_only=True)
    title_en = serializers.CharField(source="match.solution.title_en", read_only=True)
    title_zh = serializers.CharField(source="match.solution.title_zh", read_only=True)
    claims = ClaimSerializer(many=True, read_only=True)
    milestones = MilestoneSerializer(source="shown_milestones", many=True, read_only=True)
    percent_done = serializers.SerializerMethodField()
    money = serializers.SerializerMethodField()
    budget_planned = serializers.SerializerMethodField()
    budget_spent = serializers.SerializerMethodField()

    def get_percent_done(self, trial: Trial) -> int:
        """Of the weights of its milestones."""
        return progress(trial.shown_milestones).percent  # type: ignore[attr-defined]

    @extend_schema_field(LineSerializer(many=True))
    def get_money(self, trial: Trial) -> Any:
        """By financial year; empty where the department does not let everyone read it."""
        return LineSerializer(trial.shown_lines if trial.shows_money else [], many=True).data  # type: ignore[attr-defined]

    def get_budget_planned(self, trial: Trial) -> str | None:
        return _amount(trial, trial.budget_planned)

    def get_budget_spent(self, trial: Trial) -> str | None:
        return _amount(trial, trial.budget_spent)


def _amount(trial: Trial, amount: Any) -> str | None:
    """None where the department does not let everyone read it."""
    return f"{amount:.2f}" if trial.shows_money and amount is not None else None


class ReportSerializer(serializers.ModelSerializer):
    """The signed envelope is the report; what stands beside it only helps to find it."""

    class Meta:
        model = Report
        fields = [
            *("reference", "version", "status", "verdict", "trial", "published_at"),
            *("payload_hash", "previous_hash", "envelope"),
            *("withdrawn_at", "withdrawal", "errata"),
        ]
        read_only_fields = fields

    trial = serializers.CharField(source="trial.reference", read_only=True)
    errata = serializers.SerializerMethodField()

    def get_errata(self, report: Report) -> list[dict[str, Any]]:
        """Each signed as the report is, in the order of their numbers."""
        return [row.envelope for row in report.shown_errata]  # type: ignore[attr-defined]


class ConfirmationSerializer(ReadingSerializer):
    """The word of an organisation that uses a solution: no people, and of an ended one why it ended."""

    class Meta:
        model = Confirmation
        fields = [
            *("key", "status", "solution", "organisation", "report", "in_use_since", "sites"),
            *("scope_en", "scope_zh", "statement_en", "statement_zh", "ended_on", "ended_for", "url"),
        ]

    solution = serializers.CharField(source="solution.reference", read_only=True)
    organisation = VendorSerializer(read_only=True)
    report = serializers.SerializerMethodField()
    ended_on = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_report(self, confirmation: Confirmation) -> str | None:
        """The public report that it relied on, if any."""
        report = confirmation.report
        return report.reference if report and report.is_public else None

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_ended_on(self, confirmation: Confirmation) -> str | None:
        return localdate(confirmation.ended_at).isoformat() if confirmation.ended_at else None

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, confirmation: Confirmation) -> str:
        page = reverse("trials:proof-of-solution", args=[confirmation.solution.slug])
        return self.context["request"].build_absolute_uri(f"{page}#users")


STEERED = (
    Prefetch("milestones", Milestone.objects.order_by("due_on", "pk"), "shown_milestones"),
    Prefetch("budgetlines", BudgetLine.objects.order_by("year", "pk"), "shown_lines"),
)


SIGNED_ERRATA = Prefetch(
    "errata", Erratum.objects.filter(number__isnull=False).order_by("number"), "shown_errata"
)


class _BySlug(viewsets.ReadOnlyModelViewSet):
    lookup_field = "slug"
    lookup_value_regex = "[^/]+"

    def get_object(self) -> Any:
        thing = get_object_or_404(self.get_queryset().addressed(self.kwargs["slug"]))
        self.check_object_permissions(self.request, thing)
        return thing


class TrialViewSet(_BySlug):
    """Trials whose plan is locked, the newest first; the filters are those of the list's page."""

    serializer_class = TrialSerializer
    filterset_class = TrialFilter

    def get_queryset(self):
        visible = Trial.objects.visible_to(self.request.user).public()
        rows = visible.with_subjects().prefetch_related("claims", *STEERED)
        return rows.order_by("-plan_locked_at", "-pk")


class ReportViewSet(_BySlug):
    """Published reports with their signed envelopes; with those replaced or withdrawn on demand."""

    serializer_class = ReportSerializer
    filterset_class = ReportFilter

    def get_queryset(self):
        visible = Report.objects.visible_to(self.request.user).public()
        rows = visible.select_related("trial").prefetch_related(SIGNED_ERRATA)
        return rows.order_by("-published_at", "-pk")


class ConfirmationViewSet(viewsets.ReadOnlyModelViewSet):
    """Who uses a solution, as its proof page tells everyone: those in force first, then those ended."""

    serializer_class = ConfirmationSerializer
    filterset_class = ConfirmationFilter
    permission_classes = ()  # `view_confirmation` is about the page where its people end it
    lookup_field = "key"
    queryset = Confirmation.objects.none()

    def get_queryset(self):
        return Confirmation.objects.for_proof()
