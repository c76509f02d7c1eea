"""What the doors of several rooms share."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
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

    `service(thing, by=user[, reason=…])`; a verb with `takes_reason` reads the field `reason`.
    """

    http_method_names: ClassVar[list[str]] = ["post"]
    service: ClassVar[Callable[..., Any] | None] = None
    done: ClassVar[Any] = ""
    takes_reason: ClassVar[bool] = False

    def arguments(self) -> dict[str, Any]:
        return {"reason": self.request.POST.get("reason", "")} if self.takes_reason else {}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.service(self.object, by=request.user, **self.arguments())  # type: ignore[misc]
        except (IllegalTransition, ReasonRequired) as error:
            messages.error(request, str(error))
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        else:
            messages.success(request, self.done or _("Done."))
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()
