"""Organisations that may be one, before the portal office."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView

from accounts import alike
from accounts.joining_forms import KeepApartForm, PairForm
from accounts.models import Membership, Organisation, SuspectedPair


class Office(PermissionRequiredMixin):
    permission_required = "accounts.judge_alike"

    def handle_no_permission(self) -> Any:
        self.raise_exception = self.request.user.is_authenticated  # type: ignore[attr-defined]
        return super().handle_no_permission()


class Pairs(Office, ListView):
    """What waits, the latest first; on demand also what was decided."""

    template_name = "accounts/suspected_pairs.html"
    paginate_by = 25

    def get_queryset(self):
        rows = SuspectedPair.objects.select_related("first", "second")
        rows = rows if self.shows_all() else rows.waiting()
        return rows.order_by(F("decided_at").desc(nulls_first=True), "-found_at", "-pk")

    def shows_all(self) -> bool:
        return self.request.GET.get("show") == "all"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, shows_all=self.shows_all())


class PairByHand(Office, FormView):
    """Two that the office holds for one though nothing has found them; then they are judged as any pair."""

    form_class = PairForm
    template_name = "accounts/pair_by_hand.html"

    def form_valid(self, form: PairForm) -> HttpResponse:
        try:
            pair = alike.suspect(form.cleaned_data["one"], form.cleaned_data["other"], by=self.request.user)
        except ValidationError as error:
            form.add_error(None, error.messages[0])
            return self.render_to_response(self.get_context_data(form=form), status=422)
        return redirect(pair)

    def form_invalid(self, form: PairForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class Pair(Office, FormView):
    """The two side by side; that they are two is said here, that they are one by merging them."""

    form_class = KeepApartForm
    template_name = "accounts/suspected_pair.html"

    def get_pair(self) -> SuspectedPair:
        rows = SuspectedPair.objects.select_related("first", "second", "decided_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def form_valid(self, form: KeepApartForm) -> HttpResponse:
        try:
            alike.keep_apart(self.get_pair(), by=self.request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error.messages[0])
            return self.form_invalid(form)
        messages.success(self.request, _("They stay apart; nobody is asked again."))
        return redirect("people:suspected-pairs")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pair = self.get_pair()
        sides = [{"organisation": one} for one in (pair.first, pair.second)]
        return super().get_context_data(**kwargs, pair=pair, sides=sides, lines=side_by_side(pair))


def side_by_side(pair: SuspectedPair) -> list[tuple[str, list[Any]]]:
    """What a judgement needs of both, in rows; one query more."""
    keys = [pair.first_id, pair.second_id]
    approves = Q(memberships__role=Membership.Role.APPROVER)
    counted = Organisation.objects.filter(pk__in=keys).annotate(
        people_count=Count("memberships"), approvers=Count("memberships", filter=approves)
    )
    rows = {one.pk: one for one in counted}
    both = [rows[pk] for pk in keys]
    return [
        (_("Name in English"), [one.name_en for one in both]),
        (_("Name in Traditional Chinese"), [one.name_zh for one in both]),
        (_("Kind"), [one.get_kind_display() for one in both]),
        (_("Business registration number"), [one.br_number for one in both]),
        (_("Website"), [one.website for one in both]),
        (_("Verified by the portal office"), [_("Yes") if one.is_confirmed else _("No") for one in both]),
        (_("Members"), [one.people_count for one in both]),
        (_("Approvers"), [one.approvers for one in both]),
    ]
