from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.generic import DetailView
from django_filters.views import FilterView

from desk.views.opening import OpensWithViewMixin
from innoportal.lib.pagination import KeysFirstMixin
from innoportal.lib.views import PartialMixin, SluggedMixin, VisibleMixin
from wishes.filters import WishFilter
from wishes.models import Wish
from wishes.page import detail_context, with_follow, withdrawn_context


class WishList(OpensWithViewMixin, KeysFirstMixin, PartialMixin, VisibleMixin, FilterView):
    """The public list; drafts are in the workspace and nowhere else."""

    model = Wish
    filterset_class = WishFilter
    template_name = "wishes/list.html"
    partial = "results"
    paginate_by = 25
    rows = Wish.objects.for_cards()

    def get_queryset(self):
        return super().get_queryset().public().order_by("-published_at", "-pk")


class WishDetail(SluggedMixin, DetailView):
    model = Wish
    template_name = "wishes/detail.html"
    context_object_name = "wish"

    def get_queryset(self):
        return with_follow(super().get_queryset().for_detail(), self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:  # the number of what was public leads to where it goes on, or tells why it does not
            stays = Wish.objects.public().standing_for(self.kwargs["slug"]).first()
            if stays is not None:
                return redirect(stays, permanent=True)
            gone = get_object_or_404(Wish.objects.taken_back().addressed(self.kwargs["slug"]))
            return render(request, "wishes/withdrawn.html", withdrawn_context(gone), status=410)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **detail_context(self.request, self.object))
