"""The page of one topic, with what carries it and a way to follow it; and the topics one can choose from."""

from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.urls import path
from django.views.generic import DetailView, TemplateView

from notifications.models import Follow
from solutions.models import Solution
from topics.filters import carrying
from topics.models import Topic
from trials.filters import with_topic
from trials.models import Trial
from wishes.models import Wish

SHOWN = 6  # of each kind; the lists have the rest


class Topics(TemplateView):
    """Each vocabulary with its broader terms, and the narrower ones below them; one query."""

    template_name = "topics/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        below: dict[int | None, list[Topic]] = defaultdict(list)
        rows = list(Topic.objects.in_order())
        for topic in rows:
            below[topic.parent_id].append(topic)
        kinds = [
            (label, [(topic, below[topic.pk]) for topic in below[None] if topic.kind == kind])
            for kind, label in Topic.Kind.choices
        ]
        return super().get_context_data(**kwargs, kinds=[one for one in kinds if one[1]])


class TopicPage(DetailView):
    """What is public under a term or one of its narrower ones, the newest first."""

    model = Topic
    template_name = "topics/detail.html"
    context_object_name = "topic"

    def get_queryset(self) -> Any:
        return Topic.objects.select_related("parent")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        topic, user = self.object, self.request.user
        wishes = Wish.objects.public().filter(pk__in=carrying(Wish, topic)).for_cards()
        solutions = Solution.objects.public().filter(pk__in=carrying(Solution, topic)).for_cards()
        trials = with_topic(Trial.objects.public().for_cards(), topic, "match")
        follows = Follow.objects.filter(Q(user=user.pk), topic=topic) if user.is_authenticated else None
        return super().get_context_data(
            **kwargs,
            narrower=Topic.objects.filter(parent=topic).in_order(),
            wishes=wishes.order_by("-published_at", "-pk")[:SHOWN],
            solutions=solutions.order_by("-listed_at", "-pk")[:SHOWN],
            trials=trials.order_by("-plan_locked_at", "-pk")[:SHOWN],
            follow=follows.first() if follows is not None else None,
        )


app_name = "topics"
urlpatterns = [
    path("topics/", Topics.as_view(), name="list"),
    path("topics/<slug:slug>/", TopicPage.as_view(), name="detail"),
]
