"""The doors to a draft that is being written: go on, check, save, throw away. A room says whose it is."""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from innoportal.lib.writing import drafting
from innoportal.lib.writing.answers import Clash
from innoportal.lib.writing.steps import Course
from innoportal.lib.writing.writer import Judged, Writer
from journal.workflow import IllegalTransition


class DraftMixin(LoginRequiredMixin):
    """One draft by its key. Once it has become what it describes, its address leads there."""

    writer: ClassVar[Writer]
    draft: Any
    request: HttpRequest

    @method_decorator(never_cache)  # going back must show what is stored, not what was shown
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            try:
                self.draft = get_object_or_404(self.drafts(), key=kwargs["key"])
            except Http404:
                return self.gone(get_object_or_404(self.things(), key=kwargs["key"]))
        return super().dispatch(request, *args, **kwargs)

    def drafts(self) -> Any:
        """Those that this person may write, with `organisation` and `updated_by`."""
        raise NotImplementedError

    def things(self) -> Any:
        """What drafts become, as far as this person may see it."""
        raise NotImplementedError

    def thing(self) -> Any:
        """What the draft changes; None for a new one."""
        raise NotImplementedError

    def course(self) -> Course:
        """All pages where there is no draft at hand."""
        raise NotImplementedError

    def gone(self, thing: Any) -> HttpResponseBase:
        messages.info(self.request, self.writer.words.gone)
        return redirect(thing)

    def shared(self) -> dict[str, Any]:
        """What every page of the writer reads."""
        return {"draft": self.draft, "writer": self.writer, "words": self.writer.words, "thing": self.thing()}

    def headed(self) -> dict[str, Any]:
        return self.shared() | {"title": self.writer.title_of(self.draft.answers)}


class Tasks(DraftMixin, View):
    template_name = "writing/tasks.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        course = self.course()
        context = {
            **self.headed(),
            "tasks": self.writer.tasks(self.draft, course),
            "check_url": self.writer.url("check", key),
            "discard_url": self.writer.url("discard", key),
            "start_url": self.writer.url("create"),
            **course.progress(self.draft.answers),
        }
        return render(request, self.template_name, context)


class DiscardDraft(DraftMixin, View):
    """Asks first: it cannot be undone."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return render(request, "writing/discard.html", self.headed())

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        thing = self.thing()
        drafting.discard(self.draft)
        messages.success(request, _("What was being written is thrown away."))
        return redirect(thing or self.writer.url("create"))


class CheckDraft(DraftMixin, View):
    """All answers, what a reader would still ask, and the ways on from here."""

    template_name: ClassVar[str]

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        if request.POST.get("settling"):
            return self.settle(request)
        judged = self.writer.all_of(self.draft.answers, self.course())
        if not judged.is_right:
            return self.show(self.writer.problems(judged, self.course()), status=422)
        try:
            thing = self.finish(judged, self.revision())
        except drafting.Overtaken:
            messages.error(
                request, _("Somebody has changed the draft since you opened this page. Look again.")
            )
        except drafting.ChangedElsewhere as changed:
            return self.compare(changed.clashes)
        except IllegalTransition as error:
            messages.error(request, str(error))
        except ObjectDoesNotExist:  # a colleague, or a second click, was quicker
            return self.dispatch(request, key=key)  # type: ignore[return-value]
        else:
            return self.done(thing, request.POST.get("action", ""))
        return redirect(self.writer.url("check", key))

    def finish(self, judged: Judged, revision: int) -> Any:
        """Make the draft what it describes, by the room's service."""
        raise NotImplementedError

    def done(self, thing: Any, action: str) -> HttpResponse:
        """It is saved; `action` is the button that was pressed."""
        raise NotImplementedError

    def take_theirs(self, theirs: list[str]) -> None:
        """Take what the thing says now into the draft, by the room's service."""
        raise NotImplementedError

    def around(self) -> dict[str, Any]:
        """What the room's page shows beside the answers."""
        return {}

    def revision(self) -> int:
        given = self.request.POST.get("revision", "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1

    def compare(self, clashes: list[Clash]) -> HttpResponse:
        if not clashes:
            return self.settle(self.request)
        context = self.shared() | {
            "rows": [self.writer.in_two(one) for one in clashes],
            "url": self.writer.url("check", self.draft.key),
            "elsewhere": True,
        }
        return render(self.request, "writing/conflict.html", context, status=409)

    def settle(self, request: HttpRequest) -> HttpResponse:
        self.take_theirs(
            [name.removeprefix("keep-") for name, value in request.POST.items() if value == "theirs"]
        )
        messages.info(request, self.writer.words.elsewhere)
        return redirect(self.writer.url("check", self.draft.key))

    def show(self, problems: list[tuple[str, str]] | None = None, status: int = 200) -> HttpResponse:
        context = {
            **self.headed(),
            "answered": self.writer.summary(self.draft, self.course()),
            "problems": [
                (f"{self.writer.url('step', self.draft.key, step)}?back=check", error)
                for step, error in problems or []
            ],
            **self.around(),
        }
        return render(self.request, self.template_name, context, status=status)
