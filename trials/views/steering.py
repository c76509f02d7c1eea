"""The workspace of a trial: a page for each thing that is steered, and the verbs on its rows."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition, ReasonRequired
from trials.models import Trial

SECTIONS = {
    "steering": gettext_lazy("Overview"),
    "diary": gettext_lazy("Log"),
    "milestones": gettext_lazy("Milestones"),
    "incidents": gettext_lazy("Incidents"),
    "risks": gettext_lazy("Risks"),
    "changes": gettext_lazy("Changes"),
    "meetings": gettext_lazy("Meetings"),
    "money": gettext_lazy("Money"),
    "checklist": gettext_lazy("Checklist"),
}
AMISS = (IllegalTransition, ReasonRequired, ValidationError)


def sections(trial: Trial, current: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse(f"trials:{name}", args=[trial.slug]), "current": name == current}
        for name, label in SECTIONS.items()
    ]


PAGES = {
    "steering": "trials/steering/steering.html",
    "diary": "trials/steering/diary.html",
    "milestones": "trials/steering/milestones.html",
    "incidents": "trials/steering/incidents.html",
    "risks": "trials/steering/risks.html",
    "changes": "trials/steering/changes.html",
    "meetings": "trials/steering/meetings.html",
    "money": "trials/steering/money.html",
    "checklist": "trials/steering/checklist.html",
    "edit": "trials/steering/edit.html",
}


class Section(SluggedMixin, ObjectPermissionMixin, View):
    """A page that those who take part read; a POST adds what its form asks, for those who may."""

    model = Trial
    permission_required = "trials.steer_trial"
    http_method_names = ("get", "head", "options")
    section: ClassVar[str] = ""
    object: Trial

    def get_queryset(self) -> Any:
        return super().get_queryset().with_subjects().select_related("engineer")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show()

    def show(self, status: int = 200, **bound: Any) -> HttpResponse:
        trial, user = self.object, self.request.user
        context = {
            "trial": trial,
            "sections": sections(trial, self.section),
            "section": SECTIONS[self.section],
            "is_over": trial.status in (Trial.Status.CLOSED, Trial.Status.STOPPED),
            **self.context(trial, user),
            **bound,
        }
        return render(self.request, PAGES[self.template], context, status=status)

    @property
    def template(self) -> str:
        return self.section

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        raise NotImplementedError

    def may(self, verb: str) -> bool:
        return bool(self.request.user.has_perm(f"trials.{verb}_trial", self.object))

    def address(self) -> str:
        return reverse(f"trials:{self.section}", args=[self.object.slug])


class Adding(Section):
    """A section whose form adds a row; kept as typed until it is right."""

    http_method_names = ("get", "head", "post", "options")
    verb: ClassVar[str]
    form_class: ClassVar[type[forms.BaseForm]]
    service: ClassVar[Callable[..., Any]]
    done: ClassVar[Any]

    def form(self, data: Any = None) -> Any:
        return self.form_class(data, trial=self.object, auto_id="new_%s")  # type: ignore[call-arg]

    def show(self, status: int = 200, **bound: Any) -> HttpResponse:
        asked = {} if "form" in bound else {"form": self.form() if self.may(self.verb) else None}
        return super().show(status, **asked, **bound)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may(self.verb):
            raise PermissionDenied
        form = self.form(request.POST)
        return self.add(form) if form.is_valid() else self.show(422, form=form)

    def add(self, form: Any, **more: Any) -> HttpResponse:
        try:
            type(self).service(self.object, by=self.request.user, **form.cleaned_data, **more)
        except AMISS as error:
            form.add_error(None, amiss(form, error))
            return self.show(422 if isinstance(error, ValidationError) else 409, form=form)
        messages.success(self.request, self.done)
        return redirect(self.address())


class Row(Section):
    """One row of a section, by its number within the trial: anything else is 404."""

    rows: ClassVar[Any]  # a queryset
    verb: ClassVar[str]
    row: Any

    def has_permission(self) -> bool:
        """Who may not see the row learns nothing of it; who may see it and not act is told so."""
        if not super().has_permission():
            return False
        if not self.may(self.verb):
            return False
        self.row = self.found()
        return True

    def found(self) -> Any:
        rows = type(self).rows.for_rows().filter(trial=self.object)
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class EditRow(Row):
    """A form over one row, on a page of its own."""

    http_method_names = ("get", "head", "post", "options")
    form_class: ClassVar[type[forms.BaseForm]]
    service: ClassVar[Callable[..., Any]]
    done: ClassVar[Any]
    heading: ClassVar[Any]

    @property
    def template(self) -> str:
        return "edit"

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        return {"form": self.form(), "heading": self.heading, "row": self.row, "back": self.address()}

    def form(self, data: Any = None) -> Any:
        return self.form_class(data, instance=self.found(), trial=self.object)  # type: ignore[call-arg]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(422, form=form)
        try:
            type(self).service(self.row, by=request.user, **form.cleaned_data)
        except AMISS as error:
            form.add_error(None, amiss(form, error))
            return self.show(422 if isinstance(error, ValidationError) else 409, form=form)
        messages.success(request, self.done)
        return redirect(self.address())


class RowVerb(Row):
    """A verb on one row as a POST; its outcome is a message on the section's page."""

    http_method_names = ("post",)
    form_class: ClassVar[type[forms.Form] | None] = None
    service: ClassVar[Callable[..., Any]]
    done: ClassVar[Any]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given: dict[str, Any] = {}
        if self.form_class:
            form = self.form_class(request.POST)
            if not form.is_valid():
                for problem in (one for errors in form.errors.values() for one in errors):
                    messages.error(request, str(problem))
                return redirect(self.address())
            given = form.cleaned_data
        try:
            type(self).service(self.row, by=request.user, **given)
        except AMISS as error:
            for problem in getattr(error, "messages", [str(error)]):
                messages.error(request, problem)
        else:
            messages.success(request, self.done or _("Done."))
        return redirect(self.address())


def amiss(form: Any, error: Exception) -> Any:
    """What a service refused, as the form says it: of a field only if the form has it."""
    fields = getattr(error, "error_dict", None)
    if fields and set(fields) <= set(form.fields):
        return error
    return getattr(error, "messages", [str(error)])
