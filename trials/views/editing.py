"""Pages on which the draft of a report is written."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from innoportal.lib.writing.answers import Clash, digests, plain
from innoportal.lib.writing.views import unsent
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


@method_decorator(csrf_exempt, name="dispatch")  # it asks for the token itself, to keep what came without one
class EditReport(_OfDraft):
    """The prose of a draft, both languages side by side; it saves itself, and figures cannot be typed."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.is_ours = request.method != "POST" or unsent.has_token(request)
        if not request.user.is_authenticated:
            return self.signed_out(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        if request.htmx:  # an open page asks whether its writer has signed in again
            return self.told("renewed")
        if away := self.too_late():
            return away
        if carried := unsent.carried(request):
            form = self.form(self.stored_texts() | carried.answers)
            return self.show(form, seen=json.dumps(carried.seen), notice="carried")
        return self.show(self.form())

    def form(self, data: Any = None) -> ReportForm:
        return ReportForm(data, instance=Report.objects.get(pk=self.object.pk), known=facts(self.object))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = self.form(request.POST)
        if not self.is_ours:
            return self.without_token(form)
        if request.htmx:
            return self.save_itself(form)
        if away := self.too_late():
            return away
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            saved = self.save(form)
            unsent.arrived(request)
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
        found = seen_in(self.request)
        return self.stored(typed) if found is None else found

    def stored_texts(self) -> dict[str, Any]:
        return {name: getattr(self.object, name) for name in ReportForm.Meta.fields}

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
        self,
        form: ReportForm,
        *,
        clashes: list[Clash] | None = None,
        seen: str | None = None,
        notice: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """Words that are not stored come with what had been `seen` when they were typed."""
        if status == 422:
            seen = self.request.POST.get("seen")
        context = {
            "report": self.object,
            "form": form,
            "claims": claims_of(self.object),
            "sections": sections_edited(self.object, form, clashes or []),
            "figures": figures_named(form.known),
            "seen": self.seen_now(form) if seen is None and status != 422 else seen,
            "notice": notice,
        }
        return render(self.request, "trials/report_form.html", context, status=status)

    # What comes without a session, or without the token of the page.

    def signed_out(self, request: HttpRequest) -> HttpResponseBase:
        if request.htmx:
            return self.told("signed out")
        if request.method == "POST":
            typed, seen = typed_in(request), seen_in(request) or {}
            if not self.is_ours or not unsent.carry(request, typed, seen):
                context = {"typed": labelled(typed), "url": request.path}
                return render(request, "trials/report_unsent.html", context, status=403)
            messages.info(request, _("You were signed out. Sign in to go on: what you typed is kept."))
        return self.handle_no_permission()

    def without_token(self, form: ReportForm) -> HttpResponse:
        """The token of a page is void after its writer has signed in anew, which is no fault of his."""
        if self.request.htmx:
            return self.told("cookies" if self.request.POST.get("renewed") else "renewed")
        return self.show(form, seen=self.request.POST.get("seen"), notice="token", status=403)


def seen_in(request: HttpRequest) -> dict[str, str] | None:
    """What the page says that it was opened with; None where it says nothing."""
    try:
        found = json.loads(request.POST["seen"])
        return {str(name): str(value) for name, value in found.items()}
    except (KeyError, ValueError, AttributeError):
        return None


def typed_in(request: HttpRequest) -> dict[str, str]:
    """What of it is no longer as the page was opened: a whole report is longer than a session may keep."""
    sent = {name: plain(request.POST[name]) for name in ReportForm.Meta.fields if name in request.POST}
    seen = seen_in(request) or {}
    return {
        name: text for name, text in sent.items() if digests({name: text}, [name])[name] != seen.get(name)
    }


def labelled(typed: dict[str, str]) -> list[tuple[Any, str]]:
    return [(Report._meta.get_field(name).verbose_name, text) for name, text in typed.items()]


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
