"""What may be the same as something else: for the portal office, that judges it, and for those who audit."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.views.generic import TemplateView
from django_filters.views import FilterView

from innoportal.languages import SIMPLIFIED, simplified
from innoportal.lib.views import ActionView, ObjectPermissionMixin, PartialMixin, SluggedMixin, VisibleMixin
from matching import services
from matching.filters import DuplicateFilter
from matching.models import Duplicate
from matching.views.detail import concepts
from matching.views.marking import best_pair
from matching.views.queue import SignedInPermission
from matching.workflow import DUPLICATES
from solutions.models import Solution
from wishes.models import Wish
from wishes.workflow import WORKFLOW as WISHES

# (likeness from which it is said, words)
BANDS: tuple[tuple[float, Any], ...] = (
    (0.9, gettext_lazy("Nearly the same")),
    (0.0, gettext_lazy("Much alike")),
)
REPEAT = gettext_lazy("The same text")
TERMS = 8  # shared words that a row names


@dataclass(frozen=True)
class Row:
    """One pair as a page shows it; `other` is the one that the page is not about, where it is about one."""

    pair: Duplicate
    said: str
    terms: list[str]
    sentences: dict[str, str] | None
    may: tuple[str, ...]
    other: Wish | Solution | None = None
    merge_url: str = ""

    @classmethod
    def of(cls, pair: Duplicate, user: Any, about: Wish | Solution | None = None) -> "Row":
        other = None if about is None else pair.later if pair.earlier.pk == about.pk else pair.earlier
        may = tuple(
            verb
            for verb, move in DUPLICATES.items()
            if move.allows(pair) and user.has_perm(f"matching.{verb}_duplicate", pair)
        )
        return cls(
            pair,
            likeness(pair),
            shared(pair.explanation),
            best_pair(pair.explanation),
            may,
            other,
            merge_url(pair, user),
        )


def likeness(pair: Duplicate) -> str:
    return str(REPEAT if pair.is_repeat else next(words for floor, words in BANDS if pair.likeness >= floor))


def shared(explanation: dict[str, Any]) -> list[str]:
    """The technical terms of both texts, then the longest of the words that both use."""
    words = [one["text"] for one in explanation.get("terms", [])]
    if get_language() == SIMPLIFIED:
        words = [simplified(word) for word in words]
    return list(islice(dict.fromkeys([*concepts(explanation), *words]), TERMS))


def merge_url(pair: Duplicate, user: Any) -> str:
    """Where one wish is merged into the other: the form of the later one, if it can still be merged."""
    if pair.side != "wish" or pair.status != Duplicate.Status.SAME:
        return ""
    for wish in (pair.later, pair.earlier):
        if WISHES["merge"].allows(wish) and user.has_perm("wishes.merge_wish", wish):
            return f"{wish.get_absolute_url()}#next"
    return ""


class Duplicates(SignedInPermission, PartialMixin, VisibleMixin, FilterView):
    """All pairs, the likeliest first; without a choice those that nobody has judged."""

    model = Duplicate
    permission_required = "matching.view_duplicates"
    filterset_class = DuplicateFilter
    template_name = "matching/duplicates.html"
    partial = "results"
    paginate_by = 25

    def get_filterset_kwargs(self, filterset_class):
        kwargs = super().get_filterset_kwargs(filterset_class)
        data = self.request.GET.copy()
        if "status" not in data:
            data.setlist("status", [Duplicate.Status.FOUND])
        return {**kwargs, "data": data}

    def get_queryset(self):
        return super().get_queryset().for_rows().order_by("-likeness", "-pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = [Row.of(pair, self.request.user) for pair in context["page_obj"]]
        return {**context, "rows": rows, "back": self.request.get_full_path()}


class DuplicatesOf(PartialMixin, SluggedMixin, ObjectPermissionMixin, TemplateView):
    """What one wish or solution may be the same as: a piece of its page."""

    permission_required = "matching.view_duplicates"
    template_name = "matching/duplicates_of.html"
    partial = "piece"
    object: Wish | Solution

    def get_context_data(self, **kwargs):
        pairs = Duplicate.objects.visible_to(self.request.user).of(self.object).for_rows()
        pairs = pairs.exclude(status=Duplicate.Status.DIFFERENT).order_by("-likeness", "-pk")
        rows = [Row.of(pair, self.request.user, self.object) for pair in pairs]
        back = self.object.get_absolute_url()
        return super().get_context_data(**kwargs, thing=self.object, rows=rows, back=back)


class DuplicatesOfWish(DuplicatesOf):
    model = Wish


class DuplicatesOfSolution(DuplicatesOf):
    model = Solution


class Judge(ActionView):
    """A verdict leads back to the page on which it was given."""

    model = Duplicate

    def get_object(self, queryset=None):
        rows = queryset if queryset is not None else self.get_queryset()
        return get_object_or_404(rows.for_rows(), key=self.kwargs["slug"])

    def get_success_url(self) -> str:
        back = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, {self.request.get_host()}, self.request.is_secure())
        return back if is_ours else reverse("matching:duplicates")


class Same(Judge):
    verb = "same"
    service = staticmethod(services.same)
    done = gettext_lazy("Noted as a duplicate.")


class NotSame(Judge):
    verb = "not_same"
    service = staticmethod(services.not_same)
    done = gettext_lazy("Noted: these are two things.")
