"""The case of a wish or a solution: what happened to it and to what came of it, in one time line."""

from typing import Any

from django.urls import path
from django.views.generic import DetailView

from innoportal.lib.story import mark_of
from innoportal.lib.views import SluggedMixin
from innoportal.workspace import STORIES, told
from journal.models import Entry
from matching.models import Match
from solutions.models import Solution
from trials.models import Report, Trial
from wishes.models import Wish


def entries_of(thing: Any, kinds: set[str], reader: Any) -> list[Entry]:
    """Of the thing and of what came of it, as far as the reader may see that; one query."""
    side = thing._meta.model_name
    matches = Match.objects.visible_to(reader).filter(**{side: thing}).exclude(status=Match.Status.SUGGESTED)
    parts: dict[str, Any] = {
        side: [thing.pk],
        "match": matches.values("pk"),
        "trial": Trial.objects.visible_to(reader).filter(**{f"match__{side}": thing}).values("pk"),
        "report": Report.objects.visible_to(reader).filter(**{f"trial__match__{side}": thing}).values("pk"),
    }
    first, *others = (
        Entry.objects.filter(noun=story.noun, object_id__in=parts[story.kind])
        for story in STORIES
        if story.kind in parts and story.kind in kinds
    )
    return list(first.union(*others, all=True).order_by("at", "pk"))


class Case(SluggedMixin, DetailView):
    template_name = "case.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        labels = {story.kind: story.label for story in STORIES if story.kind in self.kinds()}
        chosen = {kind for kind in self.request.GET.getlist("kind") if kind in labels} or set(labels)
        lines = told(entries_of(self.object, chosen, self.request.user), self.request.user)
        for line in lines:
            line["mark"] = mark_of(line["entry"])
            line["is_own"] = line["thing"] == self.object
        kinds = [{"kind": kind, "label": label, "chosen": kind in chosen} for kind, label in labels.items()]
        names = any(line.get("actor_name") for line in lines)
        return super().get_context_data(
            **kwargs, thing=self.object, lines=lines, kinds=kinds, show_names=names
        )

    def kinds(self) -> tuple[str, ...]:
        return (self.model._meta.model_name, "match", "trial", "report")


class WishCase(Case):
    model = Wish


class SolutionCase(Case):
    model = Solution


app_name = "case"
urlpatterns = [
    path("wishes/<str:slug>/case/", WishCase.as_view(), name="wish"),
    path("solutions/<str:slug>/case/", SolutionCase.as_view(), name="solution"),
]
