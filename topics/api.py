from rest_framework import serializers, viewsets

from topics.models import Topic


class TopicSerializer(serializers.ModelSerializer):
    class Meta:
        model = Topic
        fields = ["slug", "kind", "name_en", "name_zh", "parent"]
        read_only_fields = fields

    parent = serializers.SlugRelatedField(slug_field="slug", read_only=True)


class TopicViewSet(viewsets.ReadOnlyModelViewSet):
    """The vocabularies that wishes and solutions share."""

    serializer_class = TopicSerializer
    lookup_field = "slug"
    filterset_fields = ["kind"]
    queryset = Topic.objects.select_related("parent").in_order()
