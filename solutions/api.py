from django.db.models import Prefetch
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.exceptions import NotFound

from accounts.models import Organisation
from innoportal.lib.serializers import ReadingSerializer
from solutions.filters import SolutionFilter
from solutions.models import CoAuthor, Evidence, Solution
from topics.models import Topic


class VendorSerializer(ReadingSerializer):
    class Meta:
        model = Organisation
        fields = ["slug", "kind", "name_en", "name_zh"]


class CoAuthorSerializer(serializers.Serializer):
    """As `CoAuthor.objects.shown` reads it."""

    slug = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    name_en = serializers.CharField(read_only=True)
    name_zh = serializers.CharField(read_only=True)


class EvidenceSerializer(ReadingSerializer):
    class Meta:
        model = Evidence
        fields = ["trl", "text", "url"]


class SolutionSerializer(ReadingSerializer):
    """What is public of a solution: no people, and never the confidential part."""

    organisation = VendorSerializer(read_only=True)
    nominated_by = VendorSerializer(read_only=True)
    co_authors = serializers.SerializerMethodField()
    topics = serializers.SlugRelatedField("slug", many=True, read_only=True)
    evidence = EvidenceSerializer(many=True, read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Solution
        fields = [
            "slug",
            "reference",
            "url",
            "status",
            "listed_at",
            "expires_on",
            "organisation",
            "co_authors",
            "nominated_by",
            "title_en",
            "title_zh",
            "summary_en",
            "summary_zh",
            "method_en",
            "method_zh",
            "trl",
            "evidence",
            "is_novel",
            "trial_needs",
            "trial_conditions_en",
            "trial_conditions_zh",
            "price",
            "lead_months",
            "certificates",
            "intellectual_property",
            "topics",
        ]

    @extend_schema_field(CoAuthorSerializer(many=True))
    def get_co_authors(self, solution: Solution) -> list[dict[str, str]]:
        return solution.shown_coauthors

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, solution: Solution) -> str:
        return self.context["request"].build_absolute_uri(solution.get_absolute_url())


ROWS = (
    Prefetch("topics", Topic.objects.in_order().only("slug"), to_attr="topics_rows"),
    Prefetch("evidence", Evidence.objects.all(), to_attr="evidence_rows"),
)


class SolutionViewSet(viewsets.ReadOnlyModelViewSet):
    """The listed solutions, newest first; one that is not listed, by its address, to whoever may see it."""

    queryset = Solution.objects.none()
    serializer_class = SolutionSerializer
    filterset_class = SolutionFilter
    lookup_field = lookup_url_kwarg = "slug"
    lookup_value_regex = "[A-Za-z0-9-]+"

    def get_queryset(self):
        seen = Solution.objects.visible_to(self.request.user).select_related("organisation", "nominated_by")
        rows = seen.prefetch_related(*ROWS).annotate(shown_coauthors=CoAuthor.objects.shown())
        rows = rows.order_by("-listed_at", "-pk")
        return rows.public() if self.action == "list" else rows

    def get_object(self):
        solution = self.get_queryset().addressed(self.kwargs["slug"]).first()
        if solution is None:
            raise NotFound
        self.check_object_permissions(self.request, solution)
        return solution
