"""By when reports are due: the list, one day moved, an interim report, and the office's rule."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import ListView

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin, VisibleMixin
from journal.clock import today
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from trials import services
from trials.due_forms import InterimForm, MoveDueForm, TermsForm
from trials.models import ReportDue, Term, Trial
from trials.services.dues import figures_of, owing
from trials.showing import metric_said


class Dues(LoginRequiredMixin, VisibleMixin, ListView):
    """What is owed, the longest overdue first."""

    model = ReportDue
    template_name = "trials/dues.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        return super().get_queryset().owed().for_rows().order_by("due_on", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        user: Any = self.request.user
        return {
            **found,
            "rows": [
                {"due": due, "owes": owes, "over": due.days_over()}
                for due, owes in owing(found["object_list"])
            ],
            "overdue": self.get_queryset().filter(due_on__lt=today()).count(),
            "may_move": user.has_role("office") or user.is_superuser,
        }


class _OfTrial(SluggedMixin, ObjectPermissionMixin, View):
    model = Trial
    object: Trial
    template_name: str
    kinds: tuple[str, ...] = tuple(ReportDue.Kind.values)

    def get_queryset(self) -> Any:
        return super().get_queryset().with_subjects()

    def due(self) -> ReportDue:
        rows = ReportDue.objects.visible_to(self.request.user).filter(trial=self.object, kind__in=self.kinds)
        found = get_object_or_404(rows, pk=self.kwargs["pk"])
        found.trial = self.object
        return found

    def show(self, due: ReportDue, form: forms.BaseForm | None, status: int = 200) -> HttpResponse:
        context = {"trial": self.object, "due": due, "form": form, **self.more(due)}
        return render(self.request, self.template_name, context, status=status)

    def more(self, due: ReportDue) -> dict[str, Any]:
        return {}

    def attempt(self, due: ReportDue, form: forms.BaseForm, service: Any, done: str) -> HttpResponse:
        """The form stands again with what was typed where it cannot be done."""
        if not form.is_valid():
            return self.show(due, form, status=422)
        try:
            service(due, by=self.request.user, **form.cleaned_data)
        except (ValidationError, ReasonRequired) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
            return self.show(due, form, status=422)
        except IllegalTransition as error:
            form.add_error(None, str(error))
            return self.show(due, form, status=409)
        messages.success(self.request, done)
        return redirect(self.object)


class MoveDue(_OfTrial):
    permission_required = "trials.move_due_trial"
    template_name = "trials/due_move.html"

    def more(self, due: ReportDue) -> dict[str, Any]:
        entries = Entry.objects.about(self.object).filter(verb="move_report_day").in_order()
        same = {"kind": due.kind, "number": due.number}
        return {"moves": list(entries.filter(details__contains=same))}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        due = self.due()
        return self.show(due, MoveDueForm(initial={"due_on": due.due_on}))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = MoveDueForm(request.POST)
        return self.attempt(self.due(), form, services.move_due, _("Moved. The parties read your reason."))


class Interim(_OfTrial):
    """Read by those inside; written by who runs the trial."""

    permission_required = "trials.read_dues_trial"
    template_name = "trials/interim.html"
    kinds = (ReportDue.Kind.INTERIM,)

    def may_write(self, due: ReportDue) -> bool:
        may = self.request.user.has_perm("trials.interim_trial", self.object)
        return may and ReportDue.objects.owed().filter(pk=due.pk, kind=ReportDue.Kind.INTERIM).exists()

    def more(self, due: ReportDue) -> dict[str, Any]:
        found = due.figures or figures_of(self.object)
        rows = [one | {"label": metric_said(one["metric"])} for one in found["metrics"]]
        return {"figures": found | {"metrics": rows}}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        due = self.due()
        return self.show(due, InterimForm(instance=due) if self.may_write(due) else None)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("trials.interim_trial", self.object):  # type: ignore[union-attr]
            return self.handle_no_permission()
        form = InterimForm(request.POST, instance=self.due())
        return self.attempt(self.due(), form, services.hand_in_interim, _("The interim report is handed in."))


class Terms(PermissionRequiredMixin, View):
    """The rule by which days are set from now on; those that are set stay."""

    permission_required = "trials.change_term"
    template_name = "trials/terms.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(TermsForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TermsForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        user: Any = request.user
        changed = [services.set_term(code, by=user, days=days) for code, days in form.cleaned_data.items()]
        messages.success(request, _("Saved.") if any(changed) else _("Nothing has changed."))
        return redirect("trials:terms")

    def show(self, form: TermsForm, status: int = 200) -> HttpResponse:
        entries = Entry.objects.filter(noun=Term._meta.label_lower).order_by("-at", "-pk")[:20]
        told = [(entry, Term.Code(entry.details["code"]).label) for entry in entries]
        return render(self.request, self.template_name, {"form": form, "changes": told}, status=status)

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        if self.request.user.is_authenticated:
            self.raise_exception = True
        return super().handle_no_permission()
