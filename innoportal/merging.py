"""Two entries of one organisation become one: what would be carried over, and the act itself."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.generic import FormView

from accounts.alike import Decision, judge, locked, may_judge
from accounts.joining_forms import KeepApartForm
from accounts.models import Organisation, SuspectedPair, User
from accounts.registering import one_at_a_time
from accounts.signals import changed
from accounts.views.alike import Office
from innoportal.carrying import Merging, carry, relations
from matching.models import Match

FILLED = ("name_en", "name_zh", "about_en", "about_zh", "website", "br_number")


def preview(pair: SuspectedPair, *, stands: Organisation, by: User) -> dict[str, int]:
    """What would be carried over, exactly: it is done and taken back.

    :raises ValidationError: the two cannot become one.
    """
    with transaction.atomic():
        told = _begin(pair, stands, by, "-")
        done = carry(told)
        transaction.set_rollback(True)
    return done


@transaction.atomic
def merge(pair: SuspectedPair, *, stands: Organisation, by: User, reason: str) -> dict[str, int]:
    """Let one of the two stand for both; the address of the other leads to it.

    :raises ValidationError: the two cannot become one, or no reason was given.
    """
    told = _begin(pair, stands, by, reason)
    done = carry(told)
    _fill(told)
    Organisation.objects.filter(pk=told.old.pk).update(merged_into=told.new, is_confirmed=False)
    judge(pair, Decision.SAME, by, reason)
    for one, verb, other in ((told.old, "merge", told.new), (told.new, "absorb", told.old)):
        details = {"pair": pair.pk, "other": other.slug, "carried": done}
        changed.send(Organisation, organisation=one, verb=verb, by=by, reason=reason, details=details)
    return done


def _begin(pair: SuspectedPair, stands: Organisation, by: User, reason: str) -> Merging:
    """Both locked against new rows that name them, in the order of their keys."""
    one_at_a_time()
    may_judge(locked(pair), by)
    rows = Organisation.objects.select_for_update(of=("self",)).filter(pk__in=(pair.first_id, pair.second_id))
    both = {one.pk: one for one in rows.order_by("pk")}
    if any(one.merged_into_id for one in both.values()):
        raise ValidationError(_("One of the two has been merged already."))
    new = both.pop(stands.pk)
    [old] = both.values()
    if new.is_vendor != old.is_vendor:
        raise ValidationError(_("A vendor and an organisation of another kind cannot be merged."))
    between = Q(wish__organisation=old, solution__organisation=new)
    between |= Q(wish__organisation=new, solution__organisation=old)
    if Match.objects.filter(between).exists():
        raise ValidationError(
            _("They cannot be merged: one offers to the other, and nobody judges their own.")
        )
    return Merging(old=old, new=new, by=by, reason=reason)


def _fill(told: Merging) -> None:
    """What the one that stands has not said, the other says."""
    said = {name: getattr(told.old, name) for name in FILLED if not getattr(told.new, name)}
    if said := {name: value for name, value in said.items() if value}:
        Organisation.objects.filter(pk=told.new.pk).update(**said)


def told_rows(done: Mapping[str, int]) -> list[tuple[str, int]]:
    """In words, for the page: what it is, and how many."""
    there = relations()
    names: list[tuple[str, int]] = []
    for key, count in done.items():
        known = there.get(key)
        name = str(known[0]._meta.verbose_name_plural) if known else _("followers")
        names.append((name, count))
    return names


class Merge(Office, FormView):
    """First what would be carried over, then the act, with its reason."""

    form_class = KeepApartForm
    template_name = "accounts/merge.html"

    def read(self) -> tuple[SuspectedPair, Organisation, Organisation]:
        rows = SuspectedPair.objects.select_related("first", "second")
        pair = get_object_or_404(rows, pk=self.kwargs["pk"])
        sides = {pair.first_id: (pair.first, pair.second), pair.second_id: (pair.second, pair.first)}
        if self.kwargs["stands"] not in sides:
            raise Http404
        return pair, *sides[self.kwargs["stands"]]

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["reason"].label = _("Why they are one")
        form.fields["reason"].help_text = _("It stays with the decision, and the members read it.")
        return form

    def form_valid(self, form: KeepApartForm) -> HttpResponse:
        pair, stands, _other = self.read()
        user: Any = self.request.user
        try:
            merge(pair, stands=stands, by=user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error.messages[0])
            return self.form_invalid(form)
        messages.success(self.request, _("They are one organisation now. The old address leads to it."))
        return redirect(stands)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pair, stands, other = self.read()
        user: Any = self.request.user
        against, done = "", {}
        try:
            done = preview(pair, stands=stands, by=user)
        except ValidationError as error:
            against = error.messages[0]
        return super().get_context_data(
            **kwargs, pair=pair, stands=stands, other=other, against=against, rows=told_rows(done)
        )


urlpatterns = [
    path("account/alike/<int:pk>/merge/<int:stands>/", Merge.as_view(), name="merge-organisations")
]
