"""Figures of a published report put right: everyone reads what is in effect; who may, asks and decides."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView

from innoportal.lib.views import ActionView, FormActionView, SluggedMixin
from journal.models import Entry
from trials import services
from trials.amendment_forms import KINDS, DeclineAmendmentForm
from trials.models import Amendment, Report
from trials.page import is_inside
from trials.showing import amendment_shown
from trials.workflow import AMENDMENT

PAGE = "trials/amendments.html"
Bound = dict[str, forms.Form]


def amendments_context(request: HttpRequest, report: Report, bound: Bound | None = None) -> dict[str, Any]:
    """What trials/amendments.html reads; `bound` holds a form that was wrong, by its kind."""
    user, bound = request.user, bound or {}
    rows = list(
        Amendment.objects.visible_to(user).filter(trial=report.trial_id).for_rows().order_by("number")
    )
    noun = Amendment._meta.label_lower
    no = Entry.objects.filter(noun=noun, verb="decline", object_id__in=[one.pk for one in rows])
    declined = {entry.object_id: entry.reason for entry in no.in_order()} if rows else {}
    asks = report.status == Report.Status.PUBLISHED and user.has_perm("trials.amend_report", report)
    waits = any(one.status == Amendment.Status.PROPOSED for one in rows)
    return {
        "report": report,
        "trial": report.trial,
        "inside": is_inside(user, report),
        "rows": [_row(user, one, declined.get(one.pk, "")) for one in rows],
        "forms": [
            {
                "kind": kind,
                "label": Amendment.Kind(kind).label,
                "form": bound.get(kind) or form(report=report, auto_id=f"{kind}_%s"),
                "open": kind in bound,
            }
            for kind, form in KINDS.items()
        ]
        if (asks and not waits) or bound
        else [],
        "waits": asks and waits,
    }


def _row(user: Any, amendment: Amendment, declined: str) -> dict[str, Any]:
    possible = AMENDMENT.verbs_from(amendment.status)
    may = {
        verb: verb in possible and user.has_perm(f"trials.{verb}_amendment", amendment) for verb in AMENDMENT
    }
    form = DeclineAmendmentForm(auto_id=f"decline_{amendment.number}_%s")
    return {
        "amendment": amendment,
        **amendment_shown(amendment),
        "declined": declined,
        "may": may,
        "form": form,
    }


class OfReport(SluggedMixin):
    model = Report

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().public().for_detail()


class Amendments(OfReport, DetailView):
    template_name = PAGE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **amendments_context(self.request, self.object))


class Amend(OfReport, FormActionView):
    verb = "amend"
    template_name = PAGE
    keeps_words = True
    done = _("A verifier is asked. Nothing changes before one has agreed.")

    @property
    def kind(self) -> str:
        """:raises Http404: there is no such kind of correction."""
        if self.kwargs["kind"] not in KINDS:
            raise Http404
        return str(self.kwargs["kind"])

    def get_form(self) -> forms.Form:
        return KINDS[self.kind](self.request.POST, report=self.object, auto_id=f"{self.kind}_%s")

    def service(self, report: Report, **given: Any) -> None:
        self.made = services.amend(report, kind=self.kind, **given)

    def get_success_url(self) -> str:
        return self.made.get_absolute_url()

    def context(self, bound: Bound) -> dict[str, Any]:
        return amendments_context(self.request, self.object, {self.kind: bound[self.verb]})


class AmendmentVerb(ActionView):
    """On one correction, by its number within the trial of the report: anything else is 404."""

    model = Amendment

    def get_object(self, queryset: Any = None) -> Amendment:
        report = get_object_or_404(Report.objects.public().addressed(self.kwargs["slug"]).only("trial"))
        rows = self.get_queryset().for_rows().filter(trial=report.trial_id)
        found: Amendment = get_object_or_404(rows, number=self.kwargs["number"])
        return found


class AgreeToAmendment(AmendmentVerb):
    verb = "agree"
    service: ClassVar[Callable[..., Any]] = staticmethod(services.agree_to_amendment)
    done = _("The correction is in effect. The figures are computed again, and the next version is a draft.")


class DeclineAmendment(AmendmentVerb):
    verb = "decline"
    service = staticmethod(services.decline_amendment)
    takes_reason = True
    done = _("The correction is declined with your reason.")


class WithdrawAmendment(AmendmentVerb):
    verb = "withdraw"
    service = staticmethod(services.withdraw_amendment)
    done = _("The correction is withdrawn.")
