"""The page that a scanned code leads to: one answer, without an account, a session or a script."""

from typing import Any

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from trials import services, tickets
from trials.models import Survey
from trials.services.surveying import AnsweredAlready, Closed, UnknownCode
from trials.survey_forms import AnswerForm


# The signed ticket of the page stands for the token, whose cookie would be one more.
@method_decorator(csrf_exempt, name="dispatch")
class AnswerSurvey(View):
    http_method_names = ("get", "head", "post", "options")
    survey: Survey

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response  # type: ignore[return-value]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = Survey.objects.filter(opened_at__isnull=False).select_related("trial__match__solution")
        found = rows.prefetch_related("questions").filter(code=kwargs["code"].upper()).first()
        if found is None:
            raise Http404
        self.survey = found

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        if "done" in request.GET:
            return self.say("thanks")
        if not self.survey.takes_answers(self.survey.trial, timezone.localdate()):
            return self.say("closed", 410)
        if self.answered():
            return self.say("already")
        return self.ask(AnswerForm(survey=self.survey, initial={"code": request.GET.get("c", "")[:20]}))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        ticket, form = self.ticket(), AnswerForm(request.POST, survey=self.survey)
        if self.answered():
            return self.say("already", 409)
        if not form.is_valid():
            return self.ask(form, 422)
        if wrong := self.untimely(ticket):
            form.add_error(None, wrong)
            return self.ask(form, 422)
        if not tickets.within_limits(request, self.survey):
            form.add_error(
                None, _("Many answers came from this network just now. Send yours again in an hour.")
            )
            return self.ask(form, 429)
        return self.take(form, ticket)

    def take(self, form: AnswerForm, ticket: tickets.Ticket) -> HttpResponse:
        try:
            services.answer(self.survey, ticket=ticket.nonce, **form.given())
        except Closed:
            return self.say("closed", 410)
        except AnsweredAlready:
            return self.say("already", 409)
        except UnknownCode:
            return self.unknown(form)
        response = redirect(f"{self.request.path}?done")
        if self.survey.counting == Survey.Counting.DEVICE:
            tickets.mark_answered(response, self.survey)
        return response

    def unknown(self, form: AnswerForm) -> HttpResponse:
        if not tickets.within_limits(self.request, self.survey, "guess_survey_code"):
            form.add_error("code", _("Too many codes were tried from this network. Try again in an hour."))
            return self.ask(form, 429)
        form.add_error("code", _("This is none of the codes of this survey. Look at its letters again."))
        return self.ask(form, 422)

    def ticket(self) -> tickets.Ticket:
        """:raises PermissionDenied: the form was not this page's, or another site sent it."""
        if self.request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise PermissionDenied(_("Another site sent this form. Open the survey and answer it there."))
        try:
            return tickets.read_ticket(self.request.POST.get("ticket", ""), self.survey)
        except (signing.BadSignature, KeyError, TypeError) as error:
            raise PermissionDenied(
                _("This form is none of the survey's. Open it and answer there.")
            ) from error

    def untimely(self, ticket: tickets.Ticket) -> str:
        if ticket.is_too_old:
            return _("The page was open for too long. Nothing is lost: send it again.")
        if ticket.is_too_quick:
            return _("That was quicker than anyone reads. If you are a person, send it again.")
        return ""

    def answered(self) -> bool:
        by_device = self.survey.counting == Survey.Counting.DEVICE
        return by_device and tickets.has_answered(self.request, self.survey)

    def ask(self, form: AnswerForm, status: int = 200) -> HttpResponse:
        said = {"form": form, "ticket": tickets.new_ticket(self.survey)}
        return self.say("ask", status, **said)

    def say(self, state: str, status: int = 200, **more: Any) -> HttpResponse:
        context = {"survey": self.survey, "trial": self.survey.trial, "state": state, **more}
        return render(self.request, "trials/survey_answer.html", context, status=status)
