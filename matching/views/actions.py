"""The verbs of a match as POSTs."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from innoportal.lib.views import ActionView, FormActionView
from matching import services
from matching.forms import ReasonForm
from matching.models import Match
from matching.views.detail import MatchPage, page_of


class MatchAction(ActionView):
    model = Match

    def get_object(self, queryset=None):
        rows = queryset if queryset is not None else self.get_queryset()
        return get_object_or_404(rows.select_related("wish", "solution"), key=self.kwargs["slug"])


class Shortlist(MatchAction):
    verb = "shortlist"
    service = staticmethod(services.shortlist)
    done = _("The match is on the shortlist.")


class OpenReview(MatchAction):
    verb = "open_review"
    service = staticmethod(services.open_review)
    done = _("The experts have been asked.")


class Refuse(MatchAction, FormActionView):
    """Asks for a reason; what was typed stands on the page again when something is missing."""

    def get_form(self) -> forms.Form:
        return ReasonForm(self.request.POST, verb=self.verb, auto_id=f"id_{self.verb}_%s")

    def again(self, status: int) -> HttpResponse:
        page = MatchPage()
        page.request, page.kwargs = self.request, self.kwargs
        context = page_of(page.get_object(), self.request.user, bound={self.verb: self.form})
        return render(self.request, "matching/detail.html", context, status=status)


class Decline(Refuse):
    verb = "decline"
    service = staticmethod(services.decline)
    done = _("The match is declined; both sides read your reason.")


class Reopen(Refuse):
    verb = "reopen"
    service = staticmethod(services.reopen)
    done = _("The match is on the shortlist again.")


class Close(Refuse):
    verb = "close"
    service = staticmethod(services.close)
    done = _("The match is closed.")
