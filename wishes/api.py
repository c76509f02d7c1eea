from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from rest_framework import serializers, viewsets

from innoportal.lib.serializers import ReadingSerializer
from topics.models import Topic
from wishes.filters import CallFilter, WishFilter
from wishes.models import Call, Kpi, Question, Sponsor, Wish


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
    Prefetch("topics", Topic.objects.in_order().only("slug"), to_attr="topics_rows"),
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


class CallSerializer(ReadingSerializer):
    """What is public of a call, with the numbers of its public wishes."""

    class Meta:
        model = Call
        fields = [
            *("reference", "kind", "status", "organisation", "opens_on", "closes_on", "published_at"),
            *("updated_at", "title_en", "title_zh", "text_en", "text_zh", "criteria_en", "criteria_zh"),
            *("topics", "wishes"),
        ]
        read_only_fields = fields

    organisation = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    topics = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    wishes = serializers.SerializerMethodField()

    def get_wishes(self, call) -> list[str]:
        return [wish.reference for wish in call.wishes_rows]


CALL_ROWS = (
    Prefetch("topics", Topic.objects.only("slug"), to_attr="topics_rows"),
    Prefetch("wishes", Wish.objects.public().only("reference", "call").order_by("pk"), to_attr="wishes_rows"),
)


class CallViewSet(viewsets.ReadOnlyModelViewSet):
    """Public calls, the newest first; the filters are those of the list's page."""

    serializer_class = CallSerializer
    filterset_class = CallFilter
    lookup_field = "slug"
    lookup_value_regex = "[^/]+"

    def get_queryset(self):
        public = Call.objects.visible_to(self.request.user).public()
        rows = public.select_related("organisation").prefetch_related(*CALL_ROWS)
        return rows.order_by("-published_at", "-pk")

    def get_object(self):
        call = get_object_or_404(self.get_queryset().addressed(self.kwargs["slug"]))
        self.check_object_permissions(self.request, call)
        return call
