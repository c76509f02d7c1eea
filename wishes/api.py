from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from rest_framework import serializers, viewsets

from innoportal.lib.serializers import ReadingSerializer
from topics.models import Topic
from wishes.filters import WishFilter
from wishes.models import Kpi, Question, Sponsor, Wish


class KpiSerializer(ReadingSerializer):
    class Meta:
        model = Kpi
        fields = ["metric", "unit", "baseline", "target", "method"]


class QuestionSerializer(ReadingSerializer):
    class Meta:
        model = Question
        fields = ["text", "asked_at", "answer", "answered_at"]


class WishSerializer(ReadingSerializer):
    """What is public of a wish: no person, no budget holder, no number of a row."""

    class Meta:
        model = Wish
        fields = [
            *("reference", "status", "organisation", "published_at", "updated_at"),
            *("title_en", "title_zh", "need_en", "need_zh", "outcome_en", "outcome_zh"),
            *("constraints_en", "constraints_zh", "site_en", "site_zh", "site_gives", "certificates"),
            *("access_hours_en", "access_hours_zh", "environment_en", "environment_zh"),
            *("trl_wanted", "budget", "months", "closes_on", "questions_until", "vehicle", "decision_on"),
            *("topics", "sponsors", "kpis", "questions"),
        ]
        read_only_fields = fields

    organisation = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    topics = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    sponsors = serializers.SerializerMethodField()
    kpis = KpiSerializer(many=True, read_only=True)
    questions = QuestionSerializer(many=True, read_only=True)

    def get_sponsors(self, wish) -> list[str]:
        return [sponsor.organisation.slug for sponsor in wish.sponsors_rows]


ROWS = (
    Prefetch("topics", Topic.objects.only("slug"), to_attr="topics_rows"),
    Prefetch(
        "sponsors",
        Sponsor.objects.select_related("organisation").only("wish", "organisation__slug").order_by("since"),
        to_attr="sponsors_rows",
    ),
    Prefetch("questions", Question.objects.order_by("asked_at"), to_attr="questions_rows"),
    Prefetch("kpis", Kpi.objects.order_by("pk"), to_attr="kpis_rows"),
)


class WishViewSet(viewsets.ReadOnlyModelViewSet):
    """Public wishes, the newest first; the filters are those of the list's page."""

    serializer_class = WishSerializer
    filterset_class = WishFilter
    lookup_field = "slug"
    lookup_value_regex = "[^/]+"

    def get_queryset(self):
        public = Wish.objects.visible_to(self.request.user).public()
        return public.select_related("organisation").prefetch_related(*ROWS).order_by("-published_at", "-pk")

    def get_object(self):
        wish = get_object_or_404(self.get_queryset().addressed(self.kwargs["slug"]))
        self.check_object_permissions(self.request, wish)
        return wish
