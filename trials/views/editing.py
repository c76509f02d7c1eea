"""Pages on which the draft of a report is written."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views import View

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from innoportal.lib.writing.answers import Clash, digests
from journal.workflow import IllegalTransition
from trials import services
from trials.editing import TITLES, figures_named, sections_edited, sections_fresh
from trials.models import SECTIONS, Benefit, Report
from trials.page import claims_of
from trials.report_forms import BenefitForm, ReportForm
from trials.services.facts import facts
from trials.services.prose import Saved


class _OfDraft(SluggedMixin, ObjectPermissionMixin, View):
    model = Report
    permission_required = "trials.change_report"
    object: Report

    def get_queryset(self) -> Any:
        return super().get_queryset().for_detail()

    def too_late(self) -> HttpResponse | None:
        """Away from a report that is no draft any more."""
        if self.object.status == Report.Status.DRAFT:
            return None
        messages.error(self.request, _("Only a draft can be edited."))
        return redirect(self.object)


class EditReport(_OfDraft):
    """The prose of a draft, both languages side by side; it saves itself, and figures cannot be typed."""

    def handle_no_permission(self) -> HttpResponse:
        if self.request.htmx and not self.request.user.is_authenticated:
            return self.told("signed out")
        return super().handle_no_permission()

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.too_late() or self.show(self.form())

    def form(self, data: Any = None) -> ReportForm:
        return ReportForm(data, instance=Report.objects.get(pk=self.object.pk), known=facts(self.object))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = self.form(request.POST)
        if request.htmx:
            return self.save_itself(form)
        if away := self.too_late():
            return away
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            saved = self.save(form)
            if saved.clashes:
                return self.show(form, clashes=saved.clashes, status=409)
            if "again" in request.POST:
                return self.again(request.POST["again"])
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect(self.object)
        messages.success(request, _("Saved."))
        return redirect(self.object)

    def save(self, form: ReportForm) -> Saved:
        return services.save_prose(
            self.object, by=self.request.user, typed=form.sent(), seen=self.seen(form.sent())
        )

    def seen(self, typed: dict[str, Any]) -> dict[str, str]:
        """What the page was opened with; a page that does not say so has seen what there is."""
        try:
            found = json.loads(self.request.POST["seen"])
            return {str(name): str(value) for name, value in found.items()}
        except (KeyError, ValueError, AttributeError):
            return self.stored(typed)

    def stored(self, names: Any) -> dict[str, str]:
        return digests({name: getattr(self.object, name) for name in names}, names)

    def again(self, section: str) -> HttpResponse:
        """Asks first where a person wrote."""
        if section not in SECTIONS:
            raise Http404
        sure = bool(self.request.POST.get("sure"))
        try:
            services.write_again(self.object, by=self.request.user, section=section, is_sure=sure)
        except services.NotConfirmed:
            context = {"report": self.object, "section": sections_fresh(self.object, section)}
            return render(self.request, "trials/report_again.html", context)
        messages.success(self.request, _("“%s” is written again from the record.") % TITLES[section])
        return redirect(f"{self.request.path}#{section}")

    def save_itself(self, form: ReportForm) -> HttpResponse:
        """What is right is kept; what is not is said, and stays in the page."""
        if self.object.status != Report.Status.DRAFT:
            return self.told("ended")
        is_right = form.is_valid()
        try:
            saved = self.save(form)
        except IllegalTransition:
            return self.told("ended")
        if saved.clashes:
            return self.told("clash")
        wrong = [(form.fields[name].label, fault) for name, faults in form.errors.items() for fault in faults]
        return self.told("saved" if is_right else "wrong", wrong=wrong, seen=self.seen_now(form))

    def seen_now(self, form: ReportForm) -> str:
        return json.dumps(self.stored(form.fields))

    def told(self, what: str, **more: Any) -> HttpResponse:
        context = {"what": what, "at": f"{localtime():%H:%M}", "url": self.request.path, **more}
        return render(self.request, "trials/report_saved.html", context)

    def show(
        self, form: ReportForm, *, clashes: list[Clash] | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            "report": self.object,
            "form": form,
            "claims": claims_of(self.object),
            "sections": sections_edited(self.object, form, clashes or []),
            "figures": figures_named(form.known),
            "seen": self.request.POST.get("seen") if status == 422 else self.seen_now(form),
        }
        return render(self.request, "trials/report_form.html", context, status=status)


class EditBenefit(_OfDraft):
    """Cost and benefit as money, entered once; what it comes to is computed."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.too_late() or self.show(self.form())

    def form(self, data: Any = None) -> BenefitForm:
        trial = self.object.trial
        row = Benefit.objects.filter(trial=trial).first()
        return BenefitForm(data, instance=row, trial=trial)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        if away := self.too_late():
            return away
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            services.enter_benefit(self.object, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(form, status=422)
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect(self.object)
        messages.success(request, _("Saved. Write the section again from the record to tell of it."))
        return redirect("trials:report-edit", self.object.slug)

    def show(self, form: BenefitForm, status: int = 200) -> HttpResponse:
        context = {"report": self.object, "form": form}
        return render(self.request, "trials/report_benefit.html", context, status=status)
