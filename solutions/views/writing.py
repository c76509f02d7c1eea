"""The doors to a solution that is being written: begin, go on, check, save, throw away."""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from innoportal.lib.views import SluggedMixin
from innoportal.lib.writing.steps import Course
from innoportal.lib.writing.views import drafts, steps
from innoportal.lib.writing.writer import Judged, Writer
from journal.workflow import IllegalTransition
from solutions import drafting, services
from solutions.asking import open_wish
from solutions.forms import StartForm
from solutions.guidance import beside
from solutions.models import Solution, SolutionDraft
from solutions.steps import COURSES
from solutions.writing import WRITER


class StartSolution(PermissionRequiredMixin, View):
    """Two ways in: an expression of interest, or the full form at once."""

    permission_required = "solutions.add_solution"

    def has_permission(self) -> bool:
        allowed = super().has_permission()
        if not allowed and self.request.user.is_authenticated:
            raise PermissionDenied
        return allowed

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(StartForm(user=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StartForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.show(form, status=422)
        draft = drafting.start(
            by=request.user,
            organisation=form.cleaned_data["organisation"],
            is_full=request.POST.get("action") == "full",
            wish_reference=self.reference(),
        )
        return redirect("solutions:step", draft.key, "summary")

    def reference(self) -> str:
        """Of the wish from whose page one came."""
        wish = open_wish((self.request.POST.get("wish") or self.request.GET.get("wish") or "")[:16])
        return wish.reference if wish else ""

    def show(self, form: StartForm, status: int = 200) -> HttpResponse:
        rows = SolutionDraft.objects.visible_to(self.request.user).select_related(
            "organisation", "updated_by"
        )
        begun = [(WRITER.title_of(one.answers), one) for one in rows.order_by("-updated_at")[:20]]
        context = {
            "form": form,
            "begun": begun,
            "wish": self.reference(),
            "short": COURSES[False, False].progress({}),
            "long": COURSES[True, False].progress({}),
        }
        return render(self.request, "solutions/writing/start.html", context, status=status)


class EditSolution(SluggedMixin, LoginRequiredMixin, View):
    """What may be changed, or completed, goes back into the writer; looking does not begin anything."""

    model = Solution
    object: Solution

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            self.object = self.get_object()
            if not any(self.ways().values()):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def ways(self) -> dict[str, bool]:
        user, solution = self.request.user, self.object
        return {
            "may_change": user.has_perm("solutions.change_solution", solution),
            "may_complete": solution.is_expression and user.has_perm("solutions.complete_solution", solution),
        }

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return render(
            request,
            "solutions/writing/edit.html",
            {"solution": self.object, "thing": self.object, **self.ways()},
        )

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        is_full = request.POST.get("action") != "change"
        try:
            return redirect(drafting.change(self.object, by=request.user, is_full=is_full))
        except IllegalTransition as error:
            messages.error(request, str(error))
            return redirect(self.object)


class OfSolution:
    """Drafts of the person's organisations; what they become are solutions."""

    writer: ClassVar[Writer] = WRITER
    request: HttpRequest
    draft: SolutionDraft

    def drafts(self) -> Any:
        rows = SolutionDraft.objects.visible_to(self.request.user)
        return rows.select_related("organisation", "updated_by", "solution__organisation")

    def things(self) -> Any:
        return Solution.objects.visible_to(self.request.user)

    def thing(self) -> Solution | None:
        return self.draft.solution

    def course(self) -> Course:
        return drafting.course_of(getattr(self, "draft", None))


class Tasks(OfSolution, drafts.Tasks):
    pass


class DiscardDraft(OfSolution, drafts.DiscardDraft):
    pass


class WriteStep(OfSolution, steps.WriteStep):
    """Each question with what helps to answer it."""

    template_name = "solutions/writing/step.html"

    def around(self) -> dict[str, Any]:
        answers = self.draft.answers if hasattr(self, "draft") else {}
        return {"add_label": _("Add another piece of evidence"), **beside(self.step.slug, answers)}


class CheckSolution(OfSolution, drafts.CheckDraft):
    """The ways on: hand it in, keep it as a draft, or go on with the full form."""

    template_name = "solutions/writing/check.html"

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        if request.POST.get("action") == "full" and not self.draft.is_full:
            drafting.go_on_in_full(self.draft)
            return redirect(self.draft)
        return super().post(request, key)

    def around(self) -> dict[str, Any]:
        solution = self.draft.solution
        completes = solution and self.draft.is_full and solution.is_expression
        hands_in = solution is None or self.request.user.has_perm("solutions.submit_solution", solution)
        return {
            "hands_in": hands_in,
            "is_listed": solution and solution.is_public,
            "completes": hands_in and completes and Solution.Status(solution.status) in Solution.COMPLETABLE,
            **beside("check", self.draft.answers, is_full=self.draft.is_full),
        }

    def finish(self, judged: Judged, revision: int) -> Solution:
        return drafting.finish(self.draft, by=self.request.user, revision=revision, fields=judged.values())

    def take_theirs(self, theirs: list[str]) -> None:
        drafting.settle(self.draft, by=self.request.user, theirs=theirs)

    def done(self, thing: Solution, action: str) -> HttpResponse:
        messages.success(self.request, _("The solution is saved."))
        waits = thing.status in (Solution.Status.DRAFT, Solution.Status.RETURNED)
        if action == "submit" and waits and self.request.user.has_perm("solutions.submit_solution", thing):
            try:
                services.submit(thing, by=self.request.user)
            except (IllegalTransition, ValidationError) as error:
                for message in getattr(error, "messages", [str(error)]):
                    messages.error(self.request, message)
        if thing.status == Solution.Status.SUBMITTED:
            messages.success(self.request, _("The portal office has it and answers by the day shown below."))
        return redirect(thing)
