"""The ladder of a solution and of a match, and the next rung of a trial."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from innoportal.lib.views import ObjectPermissionMixin, PartialMixin, SluggedMixin
from journal.workflow import IllegalTransition
from matching.models import Match
from trials import services
from trials.models import Trial
from trials.models.ladder import Rung, after
from trials.services.laddering import ladder_of, to_climb, trials_of_match, why_not_on


class Ladder(PartialMixin, TemplateView):
    """`?solution=S-2026-0107`: its trials by rung, loaded by the page of the solution."""

    template_name = "trials/ladder.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reference = self.request.GET.get("solution", "")[:20]
        steps = ladder_of(reference, self.request.user)
        return super().get_context_data(
            **kwargs, steps=steps, reference=reference, is_climbed=any(step.trials for step in steps)
        )


class OfMatch(PartialMixin, TemplateView):
    """The trials of one match from rung to rung, loaded by its page."""

    template_name = "trials/of_match.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        seen = Match.objects.visible_to(user).select_related("wish", "solution")
        match = get_object_or_404(seen, key=kwargs["slug"])
        return super().get_context_data(**kwargs, match=match, trials=trials_of_match(match, user))


class NextRung(SluggedMixin, ObjectPermissionMixin, View):
    """Which match the next trial is of, its own or another; the plan is carried over as a draft."""

    model = Trial
    permission_required = "trials.climb_trial"
    object: Trial

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_subjects()

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        free = {match.key: match for match in to_climb(self.object, request.user)}
        if not (match := free.get(request.POST.get("match", ""))):
            return self.show(422, _("Choose the match that the next trial is of."))
        try:
            made = services.next_rung(self.object, by=request.user, match=match)
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect(self.object)
        except ValidationError as error:
            return self.show(422, " ".join(error.messages))
        messages.success(
            request, _("The plan is carried over as a draft. Read it through before you lock it.")
        )
        return redirect("trials:edit", made.slug)

    def show(self, status: int = 200, error: str = "") -> HttpResponse:
        matches = to_climb(self.object, self.request.user)
        context = {
            "trial": self.object,
            "matches": matches,
            "error": error,
            "rung": Rung(after(self.object.rung)).label,
            "why_not": why_not_on(self.object),
        }
        return render(self.request, "trials/next_rung.html", context, status=status)
