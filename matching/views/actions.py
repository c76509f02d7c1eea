"""The verbs of a match as POSTs."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from innoportal.lib.views import ActionView
from matching import services
from matching.models import Match


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


class Decline(MatchAction):
    verb = "decline"
    service = staticmethod(services.decline)
    takes_reason = True
    done = _("The match is declined; both sides read your reason.")


class Reopen(MatchAction):
    verb = "reopen"
    service = staticmethod(services.reopen)
    takes_reason = True
    done = _("The match is on the shortlist again.")


class Close(MatchAction):
    verb = "close"
    service = staticmethod(services.close)
    takes_reason = True
    done = _("The match is closed.")
