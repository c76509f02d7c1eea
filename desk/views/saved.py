"""Views that a person keeps of lists."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from desk.forms import SavedViewForm, kept
from desk.models import LISTS, SavedView

LONGEST = 1000  # characters of a filter, as the column holds


class ViewList(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        views = SavedView.objects.visible_to(request.user).select_related("owner", "organisation")
        return render(request, "desk/views.html", {"views": views.order_by("list", "name", "pk")})


class _Write(LoginRequiredMixin, View):
    """One form for a new view and for one that is changed; what was typed stays when it is wrong."""

    view: SavedView

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            self.view = self.get_view()
        return super().dispatch(request, *args, **kwargs)

    def get_view(self) -> SavedView:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(SavedViewForm(instance=self.view, user=request.user))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = SavedViewForm(request.POST, instance=self.view, user=request.user)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            with transaction.atomic():
                if form.cleaned_data["is_default"]:
                    others = SavedView.objects.filter(
                        owner=request.user, list=self.view.list, is_default=True
                    )
                    others.exclude(pk=self.view.pk).update(is_default=False)
                form.save()
        except IntegrityError:
            form.add_error("name", _("You have a view of this name. Choose another."))
            return self.show(form, 409)
        messages.success(request, _("The view is kept."))
        return redirect(self.view.get_absolute_url())

    def show(self, form: SavedViewForm, status: int = 200) -> HttpResponse:
        back = f"{reverse(self.view.list)}?{self.view.query}"
        context = {"form": form, "view": self.view, "back": back}
        return render(self.request, "desk/view.html", context, status=status)


class Keep(_Write):
    """`?list=wishes:list&query=…`: the list that one comes from."""

    def get_view(self) -> SavedView:
        name = self.request.GET.get("list", "")
        if name not in LISTS:
            raise Http404
        query = kept(self.request.GET.get("query", ""))
        if len(query) > LONGEST:
            raise Http404
        return SavedView(list=name, query=query)


class Change(_Write):
    def get_view(self) -> SavedView:
        view = get_object_or_404(SavedView.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        if not self.request.user.has_perm("desk.change_savedview", view):
            raise Http404
        return view


class Remove(LoginRequiredMixin, View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = get_object_or_404(SavedView, pk=pk, owner=request.user)
        view.delete()
        messages.success(request, _("The view “%(name)s” is gone.") % {"name": view.name})
        return redirect("desk:views")
