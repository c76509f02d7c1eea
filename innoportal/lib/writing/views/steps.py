"""One question of a guided writer: shown, kept as it is typed, and never lost with a session."""

import json
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.decorators import method_decorator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from innoportal.lib.writing import drafting
from innoportal.lib.writing.answers import Answers, digests
from innoportal.lib.writing.steps import Step
from innoportal.lib.writing.views import unsent
from innoportal.lib.writing.views.drafts import DraftMixin
from innoportal.lib.writing.writer import Judged


@method_decorator(csrf_exempt, name="dispatch")  # it asks for the token itself, to keep what came without one
class WriteStep(DraftMixin, View):
    template_name: ClassVar[str] = "writing/step.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["step"] not in self.course().by_slug:
            raise Http404
        is_ours = request.method != "POST" or unsent.has_token(request)
        if not request.user.is_authenticated:
            return self.signed_out(request, is_ours)
        self.is_ours = is_ours
        return super().dispatch(request, *args, **kwargs)

    @property
    def step(self) -> Step:
        """As the draft's own course has it, which may be shorter than the whole."""
        found = self.course().by_slug.get(self.kwargs["step"])
        if found is None:
            raise Http404
        return found

    def get(self, request: HttpRequest, key: str, step: str) -> HttpResponse:
        if request.htmx:  # an open page asks whether its writer has signed in again
            return self.told(request, "again")
        if carried := unsent.carried(request):
            return self.show(carried.answers, seen=carried.seen, notice="carried")
        return self.show(self.draft.answers)

    def post(self, request: HttpRequest, key: str, step: str) -> HttpResponse:
        answers, seen = self.typed(), self.seen()
        if not self.is_ours:
            return self.without_token(request, answers, seen)
        if request.POST.get("settling"):
            answers, seen = self.settled(answers, seen)
        tab = request.POST.get("tab", "")[:16]
        try:
            saved = drafting.save(
                self.draft, by=request.user, step=step, typed=answers, seen=seen, tab=tab,
                is_last=not request.htmx,
            )  # fmt: skip
        except ObjectDoesNotExist:
            return self.ended(request)
        self.draft = saved.draft
        if request.htmx:
            return self.told(request, "clash" if saved.clashes else "saved")
        unsent.arrived(request)
        return self.clash(answers, saved) if saved.clashes else self.go_on(request)

    def typed(self) -> Answers:
        return self.writer.shape.typed(self.step.fields, self.request.POST)

    def go_on(self, request: HttpRequest) -> HttpResponse:
        action, key = request.POST.get("action", ""), self.draft.key
        if action == "later":
            messages.success(request, _("Saved. Go on whenever you like."))
            return redirect(self.draft)
        if action == "add":
            return self.show(self.draft.answers)
        judged = self.writer.judged(self.draft.answers, self.step.fields)
        if not judged.is_right:
            return self.show(self.draft.answers, judged=judged, status=422)
        following = self.course().neighbours(self.step)[1]
        if request.POST.get("back") == "check" or following is None:
            return redirect(self.writer.url("check", key))
        return redirect(self.writer.url("step", key, following.slug))

    def seen(self) -> dict[str, str]:
        """What the page was opened with; a page that says nothing has seen nothing."""
        try:
            found = json.loads(self.request.POST.get("seen", ""))
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def settled(self, answers: Answers, seen: dict[str, str]) -> tuple[Answers, dict[str, str]]:
        """Of what stood on both sides only what was chosen; what was not is asked again."""
        for name in list(answers):
            choice = self.request.POST.get(f"keep-{name}")
            if choice == "theirs":
                del answers[name]
            elif choice != "mine" and name in self.request.POST.getlist("clash"):
                seen[name] = "?"
        return answers, seen

    def show(
        self,
        answers: Answers,
        *,
        judged: Judged | None = None,
        seen: dict[str, str] | None = None,
        notice: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """Answers that are not stored come with what had been `seen` when they were typed."""
        stored = self.draft.answers if hasattr(self, "draft") else {}
        judged = judged or self.writer.shown(answers, self.step)
        context = self.context() | {
            "form": judged.form,
            "table": judged.table,
            "seen": json.dumps(digests(stored, self.step.fields) if seen is None else seen),
            "tab": get_random_string(12),
            "notice": notice,
            "minutes": self.course().minutes_left(stored),
            **self.around(),
        }
        return render(self.request, self.template_name, context, status=status)

    def around(self) -> dict[str, Any]:
        """What the room's page shows beside the question."""
        return {}

    def context(self) -> dict[str, Any]:
        key, step, url = self.kwargs["key"], self.step, self.writer.url
        before, _after = self.course().neighbours(step)
        back = self.request.POST.get("back") or self.request.GET.get("back") or ""
        way = url("step", key, before.slug) if before else url("tasks", key)
        return {
            "key": key,
            "step": step,
            "url": url("step", key, step.slug),
            "back": "check" if back == "check" else "",
            "back_url": url("check", key) if back == "check" else way,
            "draft": getattr(self, "draft", None),
            "words": self.writer.words,
        }

    def clash(self, answers: Answers, saved: drafting.Saved) -> HttpResponse:
        context = self.context() | {
            "rows": [self.writer.in_two(one) for one in saved.clashes],
            "typed": self.writer.shape.pairs(answers),
            "seen": json.dumps(digests(saved.draft.answers, self.step.fields)),
            "is_asked_again": bool(self.request.POST.get("settling")),
        }
        return render(self.request, "writing/conflict.html", context, status=409)

    def told(self, request: HttpRequest, what: str) -> HttpResponse:
        """To a page that saves by itself: how it went, and what the next time must bring along."""
        context = self.context() | {"what": what}
        if what == "saved":
            context["seen"] = json.dumps(digests(self.draft.answers, self.step.fields))
            context["at"] = f"{localtime():%H:%M}"
        if what == "ended":
            context["thing"] = self.things().filter(key=self.kwargs["key"]).first()
        return render(request, "writing/saved.html", context)

    # What comes without a session, without a token, or too late.

    def signed_out(self, request: HttpRequest, is_ours: bool) -> HttpResponseBase:
        if request.htmx:
            return self.told(request, "signed out")
        if request.method != "POST":
            return self.handle_no_permission()
        answers, seen = self.typed(), self.seen()
        if not is_ours:
            return self.show(answers, seen=seen, notice="token", status=403)
        if not unsent.carry(request, answers, seen):
            return self.show(answers, seen=seen, notice="long", status=403)
        messages.info(request, _("You were signed out. Sign in to go on: what you typed is kept."))
        return self.handle_no_permission()

    def without_token(self, request: HttpRequest, answers: Answers, seen: dict[str, str]) -> HttpResponse:
        """The token of a page is void after its writer has signed in anew, which is no fault of his."""
        if request.htmx:
            return self.told(request, "cookies" if request.POST.get("again") else "again")
        return self.show(answers, seen=seen, notice="token", status=403)

    def gone(self, thing: Any) -> HttpResponseBase:
        return self.told(self.request, "ended") if self.request.htmx else super().gone(thing)

    def ended(self, request: HttpRequest) -> HttpResponse:
        """It became a thing, or was thrown away, between finding it and saving."""
        if request.htmx:
            return self.told(request, "ended")
        thing = self.things().filter(key=self.kwargs["key"]).first()
        if thing is None:
            raise Http404
        return super().gone(thing)  # type: ignore[return-value]
