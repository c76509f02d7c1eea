"""A door for each verb of a solution's life, and which of them a person finds open now."""

from datetime import date
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from innoportal.lib.views import ActionView
from solutions import refreshing, services
from solutions.forms import ReasonForm
from solutions.models import Solution
from solutions.workflow import WORKFLOW

# verb → service, button, message when it is done, look of the button ("" is the main one)
VERBS: dict[str, tuple[Any, Any, Any, str]] = {
    "submit": (services.submit, _("Hand in"), _("Your solution is with the portal office now."), ""),
    "ask_full": (
        services.ask_full,
        _("Ask for the full form"),
        _("The vendor knows what you ask for."),
        "",
    ),
    "acknowledge": (services.acknowledge, _("Begin screening"), _("The vendor knows that you have it."), ""),
    "list": (services.list_, _("List"), _("Everyone can see this solution now."), ""),
    "return": (
        services.return_,
        _("Return with questions"),
        _("The vendor has your questions."),
        "secondary",
    ),
    "refuse": (services.refuse, _("Not suitable"), _("The vendor has your reason."), "warning"),
    "reconsider": (services.reconsider, _("Take up again"), _("It is in screening again."), "secondary"),
    "expire": (services.expire, _("End the listing"), _("The listing has ended."), "secondary"),
    "renew": (services.renew, _("Renew the listing"), _("Your solution is listed again."), ""),
    "withdraw": (services.withdraw, _("Withdraw"), _("The solution is withdrawn."), "warning"),
}


class Verb(ActionView):
    """A verb as a POST; one that needs a reason asks for it on a page of its own first."""

    model = Solution
    http_method_names: ClassVar[list[str]] = ["get", "post"]
    verb: ClassVar[str] = ""
    form: ReasonForm

    def get_permission_required(self) -> tuple[str, ...]:
        return (f"solutions.{self.verb}_solution",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "GET" and not self.takes_reason:
            return self.http_method_not_allowed(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(ReasonForm(verb=self.verb))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.takes_reason:
            return super().post(request, *args, **kwargs)
        self.form = ReasonForm(request.POST, verb=self.verb)
        if not self.form.is_valid():
            return self.ask(self.form)
        return super().post(request, *args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        return self.form.cleaned_data if self.takes_reason else {}

    def ask(self, form: ReasonForm) -> HttpResponse:
        _service, label, _done, style = VERBS[self.verb]
        context = {"form": form, "solution": self.object, "label": label, "style": style}
        return render(self.request, "solutions/reason.html", context)


class Confirm(ActionView):
    """One press: still current. The form names the day that its reader saw."""

    model = Solution
    verb = "confirm"
    service = staticmethod(refreshing.confirm)
    done = _("The listing goes on for a year.")

    def arguments(self) -> dict[str, Any]:
        try:
            return {"until": parse_date(self.request.POST.get("until", "")) or date.min}
        except ValueError:  # well formed, and no day: the 30th of February
            return {"until": date.min}


def url_name(verb: str) -> str:
    """`solutions:list` is the list of all, so the verb of that name is addressed as its service is called."""
    return "list_" if verb == "list" else verb


def urls() -> list:
    """`<slug>/<verb>/` for every verb of the workflow."""
    return [
        path("<slug:slug>/confirm/", Confirm.as_view(), name="confirm"),
        *(
            path(
                f"<slug:slug>/{verb}/",
                Verb.as_view(verb=verb, service=service, done=done, takes_reason=WORKFLOW[verb].needs_reason),
                name=url_name(verb),
            )
            for verb, (service, _label, done, _style) in VERBS.items()
        ),
    ]


def actions_for(user: User, solution: Solution) -> list[dict[str, Any]]:
    """The buttons that this person may press in the state that the solution is in now."""
    actions = []
    edit = {"url": reverse("solutions:edit", args=[solution.slug]), "icon": "edit"}
    if may_complete(user, solution):
        actions.append({"label": _("Write the full form"), "style": "", **edit})
    elif user.has_perm("solutions.change_solution", solution):
        actions.append({"label": _("Edit"), "style": "secondary", **edit})
    for verb, (_service, label, _done, style) in VERBS.items():
        move = WORKFLOW[verb]
        if (
            move.allows(solution)
            and fits(verb, solution)
            and user.has_perm(f"solutions.{verb}_solution", solution)
        ):
            url = reverse(f"solutions:{url_name(verb)}", args=[solution.slug])
            actions.append({"label": label, "url": url, "style": style, "post": not move.needs_reason})
    return actions


def fits(verb: str, solution: Solution) -> bool:
    """An expression of interest is completed, not listed; the full form is asked for once."""
    return {"ask_full": solution.is_expression, "list": not solution.is_expression}.get(verb, True)


def may_complete(user: User, solution: Solution) -> bool:
    return (
        solution.is_expression
        and solution.status in Solution.COMPLETABLE
        and user.has_perm("solutions.complete_solution", solution)
    )
