from typing import Any, ClassVar

import rules
from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, TemplateView, View
from django_filters.views import FilterView

from accounts.models import Membership, Role
from innoportal.lib.pagination import KeysFirstMixin
from innoportal.lib.views import ActionView, ObjectPermissionMixin, PartialMixin, SluggedMixin, VisibleMixin
from journal.workflow import IllegalTransition
from wishes import services
from wishes.filters import WishFilter
from wishes.forms import (
    AnswerForm,
    KpiFormSet,
    MergeForm,
    QuestionForm,
    ReasonForm,
    RenewForm,
    SponsorForm,
    WishForm,
    WithdrawForm,
    kpi_initial,
    kpi_values,
)
from wishes.models import Question, Wish
from wishes.page import detail_context, with_follow, withdrawn_context


class WishList(KeysFirstMixin, PartialMixin, VisibleMixin, FilterView):
    """The public list; drafts are in the workspace and nowhere else."""

    model = Wish
    filterset_class = WishFilter
    template_name = "wishes/list.html"
    partial = "results"
    paginate_by = 25
    rows = Wish.objects.for_cards()

    def get_queryset(self):
        return super().get_queryset().public().order_by("-published_at", "-pk")


class WishDetail(SluggedMixin, DetailView):
    model = Wish
    template_name = "wishes/detail.html"
    context_object_name = "wish"

    def get_queryset(self):
        return with_follow(super().get_queryset().for_detail(), self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:  # the number of what was public leads to where it goes on, or tells why it does not
            stays = Wish.objects.public().filter(merged__reference=self.kwargs["slug"]).first()
            if stays is not None:
                return redirect(stays, permanent=True)
            gone = get_object_or_404(Wish.objects.taken_back().addressed(self.kwargs["slug"]))
            return render(request, "wishes/withdrawn.html", withdrawn_context(gone), status=410)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **detail_context(self.request, self.object))


class _WriteWish(View):
    """The guided form: the wish and its measures of success together, kept as typed until both are right."""

    request: HttpRequest
    template_name = "wishes/form.html"
    wish: Wish | None = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form(), self.kpis())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, kpis = self.form(request.POST), self.kpis(request.POST)
        if not (form.is_valid() & kpis.is_valid()):
            return self.show(form, kpis, status=422)
        try:
            wish = self.save(**form.cleaned_data, kpis=kpi_values(kpis))
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect(self.wish or "wishes:list")
        messages.success(request, _("The wish is saved."))
        return redirect(wish)

    def form(self, data: Any = None) -> WishForm:
        # A copy: the form writes on its instance, and the service must see what has changed.
        instance = Wish.objects.get(pk=self.wish.pk) if self.wish else None
        return WishForm(data, instance=instance, user=self.request.user)

    def kpis(self, data: Any = None) -> Any:
        return KpiFormSet(data, initial=kpi_initial(self.wish) if self.wish else None, prefix="kpis")

    def save(self, **fields: Any) -> Wish:
        raise NotImplementedError

    def show(self, form: WishForm, kpis: Any, status: int = 200) -> HttpResponse:
        context = {"form": form, "kpis": kpis, "wish": self.wish}
        return render(self.request, self.template_name, context, status=status)


class CreateWish(PermissionRequiredMixin, _WriteWish):
    permission_required = "wishes.add_wish"

    def save(self, **fields: Any) -> Wish:
        return services.create(by=self.request.user, **fields)


class EditWish(SluggedMixin, ObjectPermissionMixin, _WriteWish):
    model = Wish
    permission_required = "wishes.change_wish"
    object: Wish

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            self.wish = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_object(self, queryset: Any = None) -> Wish:
        return self.wish or super().get_object(queryset)

    def save(self, **fields: Any) -> Wish:
        services.update(self.wish, by=self.request.user, **fields)
        return self.wish


class Verb(ActionView):
    """A verb of the workflow; what it asks for is a form, shown again on the wish's page when it is wrong."""

    model = Wish
    verb: ClassVar[str]
    form_class: ClassVar[type[forms.Form]] = forms.Form

    def get_permission_required(self) -> list[str]:
        return [f"wishes.{self.verb}_wish"]

    def get_form(self) -> forms.Form:
        return self.form_class(self.request.POST, auto_id=f"{self.verb}_%s")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not form.is_valid():
            wish = with_follow(self.get_queryset().for_detail(), request.user).get(pk=self.object.pk)
            context = detail_context(request, wish, {self.verb: form})
            return render(request, "wishes/detail.html", {**context, "form": form}, status=422)
        self.given = form.cleaned_data
        return super().post(request, *args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        return self.given


class SubmitWish(Verb):
    verb = "submit"
    service = staticmethod(services.submit)
    done = _("It waits for a second person of your department to endorse it.")


class EndorseWish(Verb):
    verb = "endorse"
    service = staticmethod(services.endorse)
    done = _("Endorsed. The portal office screens it next.")

    def has_permission(self) -> bool:
        """Not even an administrator endorses without being that department's second person."""
        return super().has_permission() and rules.has_perm(
            "wishes.endorse_wish", self.request.user, self.object
        )


class SendBackWish(Verb):
    verb = "send_back"
    form_class = ReasonForm
    service = staticmethod(services.send_back)
    done = _("Sent back. Your colleagues read your reason.")


class ReturnWish(Verb):
    verb = "return"
    form_class = ReasonForm
    service = staticmethod(services.return_)
    done = _("Returned. The department reads your reason.")


class PublishWish(Verb):
    verb = "publish"
    service = staticmethod(services.publish)
    done = _("Vendors can see this wish now.")


class ResolveWish(Verb):
    verb = "resolve"
    service = staticmethod(services.resolve)
    done = _("The wish is resolved.")


class ExpireWish(Verb):
    verb = "expire"
    service = staticmethod(services.expire)
    done = _("The wish takes no more proposals.")


class RenewWish(Verb):
    verb = "renew"
    form_class = RenewForm
    service = staticmethod(services.renew)
    done = _("The wish is open again.")


class WithdrawWish(Verb):
    verb = "withdraw"
    form_class = WithdrawForm
    service = staticmethod(services.withdraw)
    done = _("The wish is withdrawn.")

    def get_success_url(self) -> str:
        return reverse("wishes:workspace")


class MergeWish(Verb):
    verb = "merge"
    form_class = MergeForm
    service = staticmethod(services.merge)
    done = _("Merged. Who followed this wish is told where it goes on.")


class AskQuestion(Verb):
    verb = "ask"
    form_class = QuestionForm
    service = staticmethod(services.ask)
    done = _("Your question is public, and the department is told.")


class AnswerQuestion(Verb):
    verb = "answer"
    form_class = AnswerForm
    done = _("Your answer is public.")

    def service(self, wish: Wish, **given: Any) -> None:
        """The question must be one of this wish."""
        services.answer(get_object_or_404(Question, wish=wish, pk=self.kwargs["pk"]), **given)


class SponsorWish(Verb):
    verb = "sponsor"
    form_class = SponsorForm
    service = staticmethod(services.sponsor)
    done = _("Your organisation is named as one that needs the same.")

    def get_form(self) -> forms.Form:
        return SponsorForm(self.request.POST, user=self.request.user, wish=self.object, auto_id="sponsor_%s")


class WorkspacePiece(LoginRequiredMixin, PartialMixin, TemplateView):
    """What waits for this person among the wishes, and their organisations' own."""

    template_name = "wishes/workspace.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        roles = user.membership_roles
        visible = Wish.objects.visible_to(user).select_related("organisation")
        approves = [pk for pk, role in roles.items() if role == Membership.Role.APPROVER]
        mine = visible.filter(organisation__in=list(roles))
        status = Wish.Status
        questions = Question.objects.filter(wish__in=mine.public(), answered_at=None)
        return super().get_context_data(
            **kwargs,
            to_endorse=visible.filter(status=status.ENDORSEMENT, organisation__in=approves).order_by(
                "updated_at"
            ),
            to_screen=visible.filter(status=status.SCREENING).order_by("endorsed_at")
            if user.has_role(Role.OFFICE)
            else [],
            to_answer=questions.select_related("wish").order_by("asked_at"),
            mine=mine.order_by("-updated_at", "-pk")[:50],
            may_write=user.has_perm("wishes.add_wish"),
            today=timezone.localdate(),
        )
