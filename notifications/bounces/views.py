"""Addresses that are sent nothing: for the portal office, and for the person whose address it is."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.generic import DetailView, ListView

from accounts.models import User
from notifications.bounces import services
from notifications.bounces.forms import LiftForm, SuppressForm
from notifications.models import Bounce, Notification, Suppression


def with_missed(rows: QuerySet[Suppression]) -> QuerySet[Any]:
    """Each with whose address it is, and how many requests to act its reader was not mailed."""
    duties = Notification.objects.filter(channel="email", why="duty", last_error=services.SUPPRESSED)
    duties = duties.annotate(to=Lower("recipient__email")).filter(to=OuterRef("address")).order_by()
    people = User.objects.annotate(to=Lower("email")).filter(to=OuterRef("address")).order_by("pk")
    return rows.annotate(
        missed=Coalesce(Subquery(duties.values("to").annotate(n=Count("pk")).values("n")), 0),
        name=Subquery(people.values("name")[:1]),
    )


class Addresses(PermissionRequiredMixin, ListView):
    permission_required = "notifications.view_outbox"
    template_name = "notifications/addresses.html"
    paginate_by = 25
    form: SuppressForm | None = None

    def get_queryset(self) -> QuerySet[Any]:
        return with_missed(Suppression.objects.in_force()).order_by(F("missed").desc(), "-since", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_act = self.request.user.has_perm("notifications.manage_outbox")
        return super().get_context_data(**kwargs, may_act=may_act, form=self.form or SuppressForm())


class Suppress(PermissionRequiredMixin, View):
    permission_required = "notifications.manage_outbox"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SuppressForm(request.POST)
        if not form.is_valid():
            page = Addresses(form=form)
            page.setup(request)
            answer = page.get(request)
            answer.status_code = 422
            return answer
        services.suppress(
            form.cleaned_data["address"],
            Suppression.Why.MANUAL,
            form.cleaned_data["said"],
            by=cast(User, request.user),
        )
        messages.success(request, _("Nothing is sent to this address any more."))
        return redirect("notices:addresses")


class Lift(PermissionRequiredMixin, DetailView):
    """Why it is suppressed, what came back, what its reader missed; and the end of it, with a reason."""

    permission_required = "notifications.manage_outbox"
    template_name = "notifications/address.html"

    def get_queryset(self) -> QuerySet[Any]:
        return with_missed(Suppression.objects.in_force())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        heard = Bounce.objects.filter(address=self.object.address).order_by("-at", "-pk")[:20]
        return super().get_context_data(**{"form": LiftForm(), **kwargs}, heard=heard)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.object = self.get_object()
        form = LiftForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        lifted(request, self.object, form.cleaned_data["reason"])
        return redirect("notices:addresses")


class MyAddressWorks(LoginRequiredMixin, View):
    """A person says that mails reach them again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        person = cast(User, request.user)
        row = get_object_or_404(Suppression.objects.of(person.email))
        if not services.may_lift_own(person, row):
            messages.error(
                request, _("The portal office looks at this: write to it, or change your address.")
            )
        else:
            lifted(request, row, _("Its reader says that mails arrive again."))
        return redirect("notices:settings")


def lifted(request: HttpRequest, row: Suppression, reason: str) -> None:
    count = services.lift(row, by=cast(User, request.user), reason=reason)
    said = ngettext(
        "Mails go to this address again, and with them %(count)s that was missed.",
        "Mails go to this address again, and with them %(count)s that were missed.",
        count,
    )
    messages.success(request, said % {"count": count} if count else _("Mails go to this address again."))
