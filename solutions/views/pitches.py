"""What a solution says to each wish that it answers: its vendor adds, changes and withdraws."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from innoportal.lib.writing.answers import digest
from journal.workflow import IllegalTransition
from solutions import pitching
from solutions.asking import wishes
from solutions.forms import NewPitchForm, PitchForm
from solutions.models import Interest, Solution


class OfVendor(SluggedMixin, ObjectPermissionMixin, FormView):
    """For who may answer wishes with this solution; what comes too late stands on the page again."""

    model = Solution
    object: Solution
    permission_required = "solutions.answer_wish_solution"

    def save(self, data: dict[str, Any]) -> str:
        """Do it; what is said when it is done."""
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            done = self.save(form.cleaned_data)
        except (IllegalTransition, ValidationError) as error:
            for message in getattr(error, "messages", [str(error)]):
                form.add_error(None, message)
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(self.request, done)
        return redirect(self.get_success_url())

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_success_url(self) -> str:
        return reverse("solutions:pitches", args=[self.object.slug])


class Pitches(OfVendor):
    form_class = NewPitchForm
    template_name = "solutions/pitches.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        taken = set(self.object.interests.values_list("wish_reference", flat=True))
        return super().get_form_kwargs() | {"taken": taken}

    def save(self, data: dict[str, Any]) -> str:
        pitching.offer(self.object, by=self.request.user, **data)
        return _("Your answer is in. The department and the experts see it.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        interests = list(self.object.interests.order_by("pk"))
        named = wishes().visible_to(self.request.user)
        named = named.filter(reference__in=[one.wish_reference for one in interests])
        found = {wish.reference: wish for wish in named}
        living = self.object.status in pitching.LIVING
        rows = [
            {
                "interest": one,
                "wish": (wish := found.get(one.wish_reference)),
                "is_open": living and wish is not None and wish.status in wish.OPEN_TO_OFFERS,
            }
            for one in interests
        ]
        may_add = self.object.status in Solution.ANSWERING
        return super().get_context_data(**kwargs, solution=self.object, rows=rows, may_add=may_add)


class OnePitch(OfVendor):
    interest: Interest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.has_permission():
            rows = self.object.interests.all()
            self.interest = get_object_or_404(rows, wish_reference=kwargs["wish"])
            self.interest.solution = self.object
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, solution=self.object, interest=self.interest)


class EditPitch(OnePitch):
    form_class = PitchForm
    template_name = "solutions/pitch.html"

    def get_initial(self) -> dict[str, Any]:
        return {"pitch": self.interest.pitch, "seen": digest(self.interest.pitch)}

    def save(self, data: dict[str, Any]) -> str:
        pitching.change_pitch(self.interest, by=self.request.user, **data)
        return _("What you say to the wish is changed.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        self.look_again(context["form"])
        return {**context, "before": pitching.said_before(self.interest)}

    def look_again(self, form: forms.Form) -> None:
        """After a colleague's change the page shows both texts, and is saved over what it shows now."""
        stands = digest(self.interest.pitch)
        if form.is_bound and form.data.get("seen") != stands:
            form.data = {**form.data.dict(), "seen": stands}
            form.theirs = self.interest.pitch


class WithdrawPitch(OnePitch):
    form_class = forms.Form
    template_name = "solutions/withdraw_pitch.html"

    def save(self, data: dict[str, Any]) -> str:
        pitching.withdraw_pitch(self.interest, by=self.request.user)
        return _("The answer is withdrawn.")
