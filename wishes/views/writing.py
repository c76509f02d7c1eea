from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition
from wishes import services
from wishes.forms import KpiFormSet, WishForm, kpi_initial, kpi_values
from wishes.models import Wish


class _WriteWish(View):
    """The guided form: the wish and its measures of success together, kept as typed until both are right."""

    request: HttpRequest
    template_name = "wishes/form.html"
    wish: Wish | None = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form(), self.kpis())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, kpis = self.form(request.POST), self.kpis(request.POST)
        if not (form.is_valid() & kpis.is_valid()):
            return self.show(form, kpis, status=422)
        try:
            wish = self.save(**form.cleaned_data, kpis=kpi_values(kpis))
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect(self.wish or "wishes:list")
        messages.success(request, _("The wish is saved."))
        return redirect(wish)

    def form(self, data: Any = None) -> WishForm:
        # A copy: the form writes on its instance, and the service must see what has changed.
        instance = Wish.objects.get(pk=self.wish.pk) if self.wish else None
        return WishForm(data, instance=instance, user=self.request.user)

    def kpis(self, data: Any = None) -> Any:
        return KpiFormSet(data, initial=kpi_initial(self.wish) if self.wish else None, prefix="kpis")

    def save(self, **fields: Any) -> Wish:
        raise NotImplementedError

    def show(self, form: WishForm, kpis: Any, status: int = 200) -> HttpResponse:
        context = {"form": form, "kpis": kpis, "wish": self.wish}
        return render(self.request, self.template_name, context, status=status)


class CreateWish(PermissionRequiredMixin, _WriteWish):
    permission_required = "wishes.add_wish"

    def save(self, **fields: Any) -> Wish:
        return services.create(by=self.request.user, **fields)


class EditWish(SluggedMixin, ObjectPermissionMixin, _WriteWish):
    model = Wish
    permission_required = "wishes.change_wish"
    object: Wish

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            self.wish = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_object(self, queryset: Any = None) -> Wish:
        return self.wish or super().get_object(queryset)

    def save(self, **fields: Any) -> Wish:
        services.update(self.wish, by=self.request.user, **fields)
        return self.wish
