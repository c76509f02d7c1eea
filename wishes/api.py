from django.shortcuts import get_object_or_404
from rest_framework import serializers, viewsets

from wishes.filters import WishFilter
from wishes.models import Kpi, Question, Wish


class KpiSerializer(serializers.ModelSerializer):
    class Meta:
        model = Kpi
        fields = ["metric", "unit", "baseline", "target"]


class QuestionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Question
        fields = ["text", "asked_at", "answer", "answered_at"]


class WishSerializer(serializers.ModelSerializer):
    """What is public of a wish: no person, no budget holder, no number of a row."""

    class Meta:
        model = Wish
        fields = [
            *("reference", "status", "organisation", "published_at", "updated_at"),
            *("title_en", "title_zh", "need_en", "need_zh", "outcome_en", "outcome_zh"),
            *("constraints_en", "constraints_zh", "site_en", "site_zh", "site_gives", "certificates"),
            *("trl_wanted", "budget", "months", "closes_on", "decision_on"),
            *("topics", "sponsors", "kpis", "questions"),
        ]
        read_only_fields = fields

    organisation = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    topics = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    sponsors = serializers.SerializerMethodField()
    kpis = KpiSerializer(many=True, read_only=True)
    questions = QuestionSerializer(many=True, read_only=True)

    def get_sponsors(self, wish: Wish) -> list[str]:
        return [sponsor.organisation.slug for sponsor in wish.sponsors.all()]


class WishViewSet(viewsets.ReadOnlyModelViewSet):
    """Public wishes, the newest first; the filters are those of the list's page."""

    serializer_class = WishSerializer
    filterset_class = WishFilter
    lookup_field = "slug"
    lookup_value_regex = "[^/]+"

    def get_queryset(self):
        return (
            Wish.objects.visible_to(self.request.user).public().for_detail().order_by("-published_at", "-pk")
        )

    def get_object(self):
        wish = get_object_or_404(self.get_queryset().addressed(self.kwargs["slug"]))
        self.check_object_permissions(self.request, wish)
        return wish
