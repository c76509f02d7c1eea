"""The doors to a wish that is being written: begin, go on, check, save, throw away."""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from innoportal.lib.writing.steps import Course
from innoportal.lib.writing.views import drafts, steps
from innoportal.lib.writing.writer import Judged, Writer
from journal.workflow import IllegalTransition
from wishes import drafting, services, writing
from wishes.forms import StartForm
from wishes.models import Call, Wish, WishDraft
from wishes.steps import COURSE, TEXT_STEPS


class StartWish(PermissionRequiredMixin, View):
    """What will be asked, how long it takes, and what the department has begun already."""

    permission_required = "wishes.add_wish"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(StartForm(user=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StartForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.show(form, status=422)
        organisation = form.cleaned_data["organisation"]
        draft = drafting.start(by=request.user, organisation=organisation, call=self.call())
        return redirect("wishes:step", draft.key, "need")

    def call(self) -> Call | None:
        """The public round that the address names, if wishes can still be written for it."""
        slug = self.request.POST.get("call") or self.request.GET.get("call", "")
        return Call.objects.joinable().public().addressed(slug).first() if slug else None

    def show(self, form: StartForm, status: int = 200) -> HttpResponse:
        drafts = WishDraft.objects.visible_to(self.request.user).select_related("organisation", "updated_by")
        begun = [(writing.WRITER.title_of(one.answers), one) for one in drafts.order_by("-updated_at")[:20]]
        context = {"form": form, "begun": begun, "call": self.call(), **COURSE.progress({})}
        return render(self.request, "wishes/writing/start.html", context, status=status)


class EditWish(SluggedMixin, ObjectPermissionMixin, View):
    """A draft or a returned wish goes back into the writer; looking does not begin anything."""

    model = Wish
    permission_required = "wishes.change_wish"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return render(request, "wishes/writing/edit.html", {"wish": self.object})

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        try:
            return redirect(drafting.change(self.object, by=request.user))
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect(self.object)


class OfWish:
    """Drafts of the person's departments; what they become are wishes."""

    writer: ClassVar[Writer] = writing.WRITER
    request: HttpRequest
    draft: WishDraft

    def drafts(self) -> Any:
        rows = WishDraft.objects.visible_to(self.request.user)
        return rows.select_related("organisation", "updated_by", "wish")

    def things(self) -> Any:
        return Wish.objects.visible_to(self.request.user)

    def thing(self) -> Wish | None:
        return self.draft.wish

    def course(self) -> Course:
        return COURSE


class Tasks(OfWish, drafts.Tasks):
    pass


class DiscardDraft(OfWish, drafts.DiscardDraft):
    pass


class WriteStep(OfWish, steps.WriteStep):
    """Beside the questions that the engine can read stands what it finds."""

    template_name = "wishes/writing/step.html"

    def around(self) -> dict[str, Any]:
        return {
            "has_aside": self.step.slug in TEXT_STEPS,
            "aside_label": _("What the portal holds already"),
            "add_label": _("Add another measure"),
        }


class CheckWish(OfWish, drafts.CheckDraft):
    """What a vendor would still ask, and the two ways on: save the draft, or send it as well."""

    template_name = "wishes/writing/check.html"

    def around(self) -> dict[str, Any]:
        remarks = writing.remarks(self.draft.answers, self.draft.key)
        return {"remarks": remarks, "count": writing.questions_left(len(remarks))}

    def finish(self, judged: Judged, revision: int) -> Wish:
        return drafting.finish(self.draft, by=self.request.user, revision=revision, fields=judged.values())

    def take_theirs(self, theirs: list[str]) -> None:
        drafting.settle(self.draft, by=self.request.user, theirs=theirs)

    def done(self, wish: Wish, action: str) -> HttpResponse:
        messages.success(self.request, _("The wish is saved."))
        if action == "submit":
            try:
                services.submit(wish, by=self.request.user)
            except (IllegalTransition, ValidationError) as error:
                for message in getattr(error, "messages", [str(error)]):
                    messages.error(self.request, message)
            else:
                said = _("Handed in. Who can endorse it for your department is told.")
                messages.success(self.request, said)
        return redirect(wish)
