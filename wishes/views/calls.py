from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import CreateView, ListView, UpdateView
from django_filters.views import FilterView

from innoportal.lib.pagination import KeysFirstMixin
from innoportal.lib.views import (
    FormActionView,
    ObjectPermissionMixin,
    PartialMixin,
    SluggedMixin,
    VisibleMixin,
)
from journal.workflow import IllegalTransition
from wishes import calls
from wishes.call_forms import CallForm, ExtendForm, GatherForm, RapidForm
from wishes.call_page import call_context
from wishes.filters import CallFilter
from wishes.models import Call, Wish
from wishes.verb_forms import ReasonForm

PER_PAGE = 25


class CallList(KeysFirstMixin, PartialMixin, VisibleMixin, FilterView):
    """Public rounds; above them, for those inside, what is not public yet."""

    model = Call
    filterset_class = CallFilter
    template_name = "wishes/calls/list.html"
    partial = "results"
    paginate_by = PER_PAGE
    rows = Call.objects.for_cards()

    def get_queryset(self):
        return super().get_queryset().public().order_by("-published_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        hidden: Any = Call.objects.none()
        if user.is_authenticated:
            hidden = Call.objects.visible_to(user).filter(status__in=(Call.Status.DRAFT, Call.Status.WAITING))
        return super().get_context_data(
            **kwargs,
            preparing=hidden.select_related("organisation").order_by("-created_at")
            if user.is_authenticated
            else [],
            may_add=user.has_perm("wishes.add_call"),
            may_add_rapid=user.has_perm("wishes.add_rapid_call"),
        )


class OfCall(SluggedMixin):
    """The page of a call: itself, and a page of its public wishes."""

    request: HttpRequest

    @cached_property
    def call(self) -> Call:
        rows = Call.objects.visible_to(self.request.user).for_cards()
        return get_object_or_404(rows.addressed(self.kwargs["slug"]))


class CallDetail(OfCall, KeysFirstMixin, PartialMixin, ListView):
    """For those inside, wishes that are not public yet stand among them."""

    model = Wish
    template_name = "wishes/calls/detail.html"
    partial = "results"
    paginate_by = PER_PAGE
    rows = Wish.objects.for_cards()
    bound: dict[str, forms.Form] | None = None

    def get_queryset(self) -> QuerySet[Wish]:
        return wishes_of(self.call, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **call_context(self.request.user, self.call, self.bound))


def wishes_of(call: Call, user: Any) -> QuerySet[Wish]:
    """Only who runs the calls reads here what is not public yet."""
    seen = (
        Wish.objects.visible_to(user) if user.has_perm("wishes.gather_call", call) else Wish.objects.public()
    )
    return seen.filter(call=call).order_by("-published_at", "-pk")


class Writes(PermissionRequiredMixin):
    """Begins or changes a call, and leads to its page."""

    template_name = "wishes/calls/form.html"
    request: HttpRequest

    def handle_no_permission(self) -> Any:
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)  # type: ignore[attr-defined]


class AddCall(Writes, CreateView):
    permission_required = "wishes.add_call"
    form_class: type[CallForm] = CallForm

    def form_valid(self, form: Any) -> HttpResponse:
        call = calls.create(by=self.request.user, **form.values())
        messages.success(self.request, _("Saved. This is what the public will read once it is published."))
        return redirect(call)


class AddRapidCall(AddCall):
    permission_required = "wishes.add_rapid_call"
    form_class = RapidForm
    extra_context = {"is_rapid": True}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}


class EditCall(SluggedMixin, ObjectPermissionMixin, Writes, UpdateView):
    model = Call
    permission_required = "wishes.change_call"

    def get_form_class(self) -> type[CallForm]:
        return RapidForm if self.object.is_rapid else CallForm

    def get_form_kwargs(self) -> dict[str, Any]:
        more = {"user": self.request.user} if self.object.is_rapid else {}
        return {**super().get_form_kwargs(), **more}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, is_rapid=self.object.is_rapid)

    def form_valid(self, form: Any) -> HttpResponse:
        call = Call.objects.get(pk=self.object.pk)  # the form has put what was typed into its own
        try:
            calls.update(call, by=self.request.user, **form.values())
        except IllegalTransition as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("Saved."))
        return redirect(call)


class Verb(FormActionView):
    """Shown again on the page of the call when it is wrong."""

    model = Call

    def again(self, status: int) -> HttpResponse:
        view = CallDetail(bound={self.verb: self.form})
        view.setup(self.request, slug=self.object.slug)
        response: Any = view.get(self.request)
        response.status_code = status
        return response


class SubmitCall(Verb):
    verb = "submit"
    service = staticmethod(calls.submit)
    done = _("The portal office has it, and publishes it today if nothing is missing.")


class ReturnCall(Verb):
    verb = "return"
    form_class = ReasonForm
    service = staticmethod(calls.return_)
    done = _("Returned. The department reads your reason.")


class PublishCall(Verb):
    verb = "publish"
    service = staticmethod(calls.publish)
    done = _("Everyone can see this call now.")


class OpenCall(Verb):
    verb = "open"
    service = staticmethod(calls.open_)
    done = _("The call takes proposals from today.")


class CloseCall(Verb):
    verb = "close"
    service = staticmethod(calls.close)
    done = _("The call takes no more proposals.")


class ExtendCall(Verb):
    verb = "extend"
    form_class = ExtendForm
    service = staticmethod(calls.extend)
    done = _("The call takes proposals until the new day.")

    def form_arguments(self) -> dict[str, Any]:
        return {"call": self.object}


class WithdrawCall(Verb):
    verb = "withdraw"
    form_class = ReasonForm
    service = staticmethod(calls.withdraw)
    done = _("The call is withdrawn.")


class GatherWish(Verb):
    verb = "gather"
    keeps_words = True
    form_class = GatherForm
    service = staticmethod(calls.gather)
    done = _("The wish is part of this call.")

    def form_arguments(self) -> dict[str, Any]:
        return {"user": self.request.user}


class LetWishGo(Verb):
    verb = "let_go"
    done = _("The wish is no longer part of this call.")

    def get_permission_required(self) -> list[str]:
        return ["wishes.gather_call"]

    def service(self, call: Call, **given: Any) -> None:
        """The wish must be one of this call."""
        calls.let_go(call, wish=get_object_or_404(Wish, call=call, pk=self.kwargs["pk"]), **given)
