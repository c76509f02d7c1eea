from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from matching import services, wording
from matching.filters import MatchFilter
from matching.models import Match
from matching.views.search import MODELS, TOLD, in_order


class MatchSerializer(serializers.ModelSerializer):
    """No person, no verdict, no confidential text; the figure only for those who read it on the pages."""

    wish = serializers.CharField(source="wish.reference", read_only=True)
    solution = serializers.CharField(source="solution.reference", read_only=True)
    fit = serializers.SerializerMethodField()
    probability = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Match
        fields = (
            "key",
            "status",
            "wish",
            "solution",
            "feasibility",
            "fit",
            "probability",
            "created_at",
            "url",
        )

    def get_fit(self, match: Match) -> str:
        return wording.band(match.probability)[0]

    def get_probability(self, match: Match) -> float | None:
        user = self.context["request"].user
        return match.probability if user.has_perm("matching.view_score_match", match) else None


class MatchViewSet(viewsets.ReadOnlyModelViewSet):
    """Matches that experts have approved; signed in, also those of your own organisation."""

    serializer_class = MatchSerializer
    filterset_class = MatchFilter
    lookup_field = "key"
    queryset = Match.objects.none()

    def get_queryset(self):
        rows = Match.objects.visible_to(self.request.user).select_related("wish", "solution")
        return rows.order_by("-created_at", "pk")


class FoundSerializer(serializers.Serializer):
    side = serializers.ChoiceField(choices=["wish", "solution"])
    reference = serializers.CharField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()
    status = serializers.CharField()
    url = serializers.CharField()


@extend_schema_serializer(many=False)
class FindingsSerializer(serializers.Serializer):
    results = FoundSerializer(many=True)


class SearchViewSet(viewsets.ViewSet):
    """Public wishes and solutions that a text is about, best first, in any language."""

    serializer_class = FoundSerializer
    permission_classes = ()

    @extend_schema(
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="What to look for; 500 characters are read."),
            OpenApiParameter("side", OpenApiTypes.STR, enum=["wish", "solution"]),
        ],
        responses=FindingsSerializer,
    )
    def list(self, request):
        side = request.query_params.get("side", "")
        if side not in ("", "wish", "solution"):
            raise serializers.ValidationError({"side": ["wish, solution"]})
        results = services.search(
            request.query_params.get("q", ""), side=side or None, user=request.user, k=25
        )
        found = in_order(results, lambda side: MODELS[side].objects.public().only(*TOLD))
        return Response({"results": [told(side, thing) for side, thing in found]})


def told(side: str, thing) -> dict[str, str]:
    return {
        "side": side,
        "reference": thing.reference,
        "title_en": thing.title_en,
        "title_zh": thing.title_zh,
        "status": thing.status,
        "url": thing.get_absolute_url(),
    }
