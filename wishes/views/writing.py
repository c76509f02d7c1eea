"""The doors to a wish that is being written: begin, go on, check, save, throw away."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition
from wishes import drafting, services, writing
from wishes.answers import Clash
from wishes.forms import StartForm
from wishes.models import Wish, WishDraft


class StartWish(PermissionRequiredMixin, View):
    """What will be asked, how long it takes, and what the department has begun already."""

    permission_required = "wishes.add_wish"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(StartForm(user=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StartForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.show(form, status=422)
        draft = drafting.start(by=request.user, organisation=form.cleaned_data["organisation"])
        return redirect("wishes:step", draft.key, "need")

    def show(self, form: StartForm, status: int = 200) -> HttpResponse:
        drafts = WishDraft.objects.visible_to(self.request.user).select_related("organisation", "updated_by")
        begun = [(writing.title_of(one.answers), one) for one in drafts.order_by("-updated_at")[:20]]
        context = {"form": form, "begun": begun, **writing.progress({})}
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


class DraftMixin(LoginRequiredMixin):
    """One draft by its key. Once it has become a wish, its address leads to that wish."""

    draft: WishDraft
    request: HttpRequest

    @method_decorator(never_cache)  # going back must show what is stored, not what was shown
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            try:
                self.draft = self.find(kwargs["key"])
            except Http404:
                return self.gone(get_object_or_404(Wish.objects.visible_to(request.user), key=kwargs["key"]))
        return super().dispatch(request, *args, **kwargs)

    def find(self, key: str) -> WishDraft:
        drafts = WishDraft.objects.visible_to(self.request.user)
        return get_object_or_404(drafts.select_related("organisation", "updated_by", "wish"), key=key)

    def gone(self, wish: Wish) -> HttpResponse:
        messages.info(self.request, _("What was being written here has been saved as this wish."))
        return redirect(wish)


class Tasks(DraftMixin, View):
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        context = {
            "draft": self.draft,
            "title": writing.title_of(self.draft.answers),
            "tasks": writing.tasks(self.draft),
            **writing.progress(self.draft.answers),
        }
        return render(request, "wishes/writing/tasks.html", context)


class DiscardDraft(DraftMixin, View):
    """Asks first: it cannot be undone."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        context = {"draft": self.draft, "title": writing.title_of(self.draft.answers)}
        return render(request, "wishes/writing/discard.html", context)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        wish = self.draft.wish
        drafting.discard(self.draft)
        messages.success(request, _("What was being written is thrown away."))
        return redirect(wish or "wishes:create")


class CheckWish(DraftMixin, View):
    """All answers, what a vendor would still ask, and the two ways on: save the draft, or send it as well."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        if request.POST.get("settling"):
            return self.settle(request)
        judged = writing.Judged.of(self.draft.answers)
        if not judged.is_right:
            return self.show(judged.problems(), status=422)
        try:
            wish = drafting.finish(
                self.draft, by=request.user, revision=self.revision(), fields=judged.values()
            )
        except drafting.Overtaken:
            messages.error(
                request, _("Somebody has changed the draft since you opened this page. Look again.")
            )
        except drafting.ChangedElsewhere as changed:
            return self.compare(changed.clashes)
        except IllegalTransition as error:
            messages.error(request, str(error))
        except WishDraft.DoesNotExist:  # a colleague, or a second click, was quicker
            return self.dispatch(request, key=key)
        else:
            return self.done(wish, submits=request.POST.get("action") == "submit")
        return redirect("wishes:check", key)

    def revision(self) -> int:
        given = self.request.POST.get("revision", "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1

    def done(self, wish: Wish, *, submits: bool) -> HttpResponse:
        messages.success(self.request, _("The wish is saved."))
        if submits:
            try:
                services.submit(wish, by=self.request.user)
            except (IllegalTransition, ValidationError) as error:
                for message in getattr(error, "messages", [str(error)]):
                    messages.error(self.request, message)
            else:
                said = _("It waits for a second person of your department to endorse it.")
                messages.success(self.request, said)
        return redirect(wish)

    def compare(self, clashes: list[Clash]) -> HttpResponse:
        if not clashes:
            return self.settle(self.request)
        context = {
            "draft": self.draft,
            "rows": [in_two(one) for one in clashes],
            "elsewhere": True,
        }
        return render(self.request, "wishes/writing/conflict.html", context, status=409)

    def settle(self, request: HttpRequest) -> HttpResponse:
        theirs = [name.removeprefix("keep-") for name, value in request.POST.items() if value == "theirs"]
        drafting.settle(self.draft, by=request.user, theirs=theirs)
        messages.info(
            request, _("The wish was changed elsewhere meanwhile. Look through your answers again.")
        )
        return redirect("wishes:check", self.draft.key)

    def show(self, problems: list[tuple[str, str]] | None = None, status: int = 200) -> HttpResponse:
        remarks = writing.remarks(self.draft.answers, self.draft.key)
        context = {
            "draft": self.draft,
            "title": writing.title_of(self.draft.answers),
            "answered": writing.summary(self.draft),
            "problems": problems,
            "remarks": remarks,
            "count": writing.questions_left(len(remarks)),
        }
        return render(self.request, "wishes/writing/check.html", context, status=status)


def in_two(clash: Clash) -> tuple[str, Any, writing.Row, writing.Row]:
    """A field, what it is called, and both versions of it in words."""
    mine, theirs = (writing.in_words(clash.field, {clash.field: one}) for one in (clash.mine, clash.theirs))
    return clash.field, writing.label_of(clash.field), mine, theirs
