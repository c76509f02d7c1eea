"""What the doors of several rooms share."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View

from journal.workflow import IllegalTransition, ReasonRequired


class VisibleMixin:
    """Starts from what this person may see: anything else is 404, as if it did not exist."""

    model: Any
    request: HttpRequest

    def get_queryset(self):
        return self.model.objects.visible_to(self.request.user)


class SluggedMixin(VisibleMixin):
    """One thing by the `slug` of the address: its public number, or its key while it has none."""

    kwargs: dict[str, Any]

    def get_object(self, queryset=None):
        rows = queryset if queryset is not None else self.get_queryset()
        return get_object_or_404(rows.addressed(self.kwargs["slug"]))


class ObjectPermissionMixin(PermissionRequiredMixin):
    """Asks the rule of the object, which `get_object` finds only among what is visible."""

    def has_permission(self) -> bool:
        if not self.request.user.is_authenticated:
            return False
        self.object = self.get_object()  # type: ignore[attr-defined]
        return self.request.user.has_perms(self.get_permission_required(), self.object)

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        if self.request.user.is_authenticated:
            self.raise_exception = True
        return super().handle_no_permission()


class PartialMixin:
    """Answers htmx with one partial of the page's template."""

    partial: ClassVar[str]
    request: HttpRequest

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()  # type: ignore[misc]
        if self.request.headers.get("HX-Request") and not self.request.headers.get("HX-Boosted"):
            return [f"{names[0]}#{self.partial}"]
        return names


class ActionView(SluggedMixin, ObjectPermissionMixin, View):
    """A verb of a workflow as a POST; its outcome is a message on the thing's page.

    `service(thing, by=user[, reason=…])`; a verb with `takes_reason` reads the field `reason`. Where only the
    `verb` is named, its rule is the one of that name: `wishes.publish_wish`.
    """

    http_method_names: ClassVar[list[str]] = ["post"]
    verb: ClassVar[str] = ""
    service: ClassVar[Callable[..., Any] | None] = None
    done: Any = ""
    takes_reason: ClassVar[bool] = False

    def get_permission_required(self) -> Iterable[str]:
        if not self.verb:
            return super().get_permission_required()
        return [f"{self.model._meta.app_label}.{self.verb}_{self.model._meta.model_name}"]

    def arguments(self) -> dict[str, Any]:
        return {"reason": self.request.POST.get("reason", "")} if self.takes_reason else {}

    def act(self) -> list[str]:
        """Do it; what stands against it, in words."""
        try:
            self.service(self.object, by=self.request.user, **self.arguments())  # type: ignore[misc]
        except (IllegalTransition, ReasonRequired) as error:
            return [str(error)]
        except ValidationError as error:
            return error.messages
        return []

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        faults = self.act()
        for fault in faults:
            messages.error(request, fault)
        if not faults:
            messages.success(request, self.done or _("Done."))
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()


class FormActionView(ActionView):
    """A verb that asks for something: a form on the thing's page, which is shown again when it is wrong."""

    form_class: ClassVar[type[forms.Form]] = forms.Form
    form: Any  # as it was sent
    template_name: str
    keeps_words: ClassVar[bool] = False  # what was typed stands on the page again, also when it came too late

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def get_form(self) -> forms.Form:
        return self.form_class(self.request.POST, auto_id=f"{self.verb}_%s", **self.form_arguments())

    def arguments(self) -> dict[str, Any]:
        return self.form.cleaned_data

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = self.get_form()
        if not self.form.is_valid():
            return self.again(422)
        if not self.keeps_words:
            return super().post(request, *args, **kwargs)
        for fault in self.act():
            self.form.add_error(None, fault)
        if self.form.errors:
            return self.again(409)
        messages.success(request, self.done)
        return redirect(self.get_success_url())

    def again(self, status: int) -> HttpResponse:
        context = {**self.context({self.verb: self.form}), "form": self.form}
        return render(self.request, self.template_name, context, status=status)

    def context(self, bound: dict[str, forms.Form]) -> dict[str, Any]:
        """What the page of the thing reads, with `bound` in the place of the form of that verb."""
        raise NotImplementedError
