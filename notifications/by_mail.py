"""The pages of who follows by e-mail without an account."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView

from accounts import throttling
from innoportal.languages import phrase
from notifications import visiting
from notifications.mails import visitor_token
from notifications.models import Follow, Visitor
from notifications.reasons import label_of
from notifications.views import FOLLOWABLE, named, visible
from topics.models import Topic


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy(
            "It is used for these mails alone, and deleted when you stop the last of them."
        ),
    )
    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=Visitor.Rhythm,
        initial=Visitor.Rhythm.DAILY,
        widget=forms.RadioSelect,
    )


class RhythmForm(forms.Form):
    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Visitor.Rhythm, widget=forms.RadioSelect
    )


class AskMixin:
    """A form for the address; whatever it is, the answer is the same."""

    request: HttpRequest
    template_name: ClassVar[str] = "notifications/follow_by_mail.html"

    def take(self, wanted: dict[str, Any], label: dict[str, str]) -> HttpResponse:
        form = AddressForm(self.request.POST)
        if not form.is_valid():
            return self.show(form, label, 422)
        if not throttling.consume(self.request, action="follow_by_mail"):
            form.add_error(None, _("Too many requests came from here. Try again in an hour."))
            return self.show(form, label, 429)
        address = form.cleaned_data["email"].strip().lower()
        if throttling.consume(self.request, action="follow_address", key=address):
            language = get_language() or "en"
            visiting.ask(address, wanted, language=language, rhythm=form.cleaned_data["rhythm"], label=label)
        return redirect("notices:sent")

    def show(self, form: forms.Form, label: dict[str, str], status: int = 200) -> HttpResponse:
        context = {"form": form, "title": phrase(label["en"], label["zh"]), "hidden": self.hidden()}
        return render(self.request, self.template_name, context, status=status)

    def hidden(self) -> list[tuple[str, str]]:
        raise NotImplementedError


class FollowByMail(AskMixin, View):
    """`?noun=wishes.wish&slug=W-2026-0042` or `?topic=lifts`: a thing that anyone may see."""

    NAMES = ("noun", "slug", "topic")

    def get(self, request: HttpRequest) -> HttpResponse:
        _wanted, label = self.wanted(request.GET)
        return self.show(AddressForm(), label)

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.take(*self.wanted(request.POST))

    def wanted(self, data: Any) -> tuple[dict[str, Any], dict[str, str]]:
        if slug := data.get("topic"):
            topic = get_object_or_404(Topic, slug=slug)
            return {"topic": topic.pk}, {"en": topic.name_en, "zh": topic.name_zh}
        noun = data.get("noun", "")
        if noun not in FOLLOWABLE:
            raise Http404
        thing = get_object_or_404(visible(noun, AnonymousUser()).addressed(data.get("slug", "")))
        return {"noun": noun, "object_id": thing.pk}, label_of(thing)

    def hidden(self) -> list[tuple[str, str]]:
        data = self.request.POST or self.request.GET
        return [(name, data[name]) for name in self.NAMES if data.get(name)]


class Sent(TemplateView):
    template_name = "notifications/sent.html"


class Confirm(View):
    """GET only asks, so that a scanner which opens every link confirms nothing."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            mail = visiting.asked(token)
        except visiting.Refused:
            return gone(request)
        label = mail.context["label"]
        return render(request, "notifications/confirm.html", {"title": phrase(label["en"], label["zh"])})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            visitor = visiting.confirm(token)
        except visiting.Refused:
            return gone(request)
        except ValidationError as error:  # as many searches as anyone may have
            messages.error(request, " ".join(error.messages))
            return redirect("notices:confirm", token=token)
        messages.success(request, _("Confirmed. What is new comes by e-mail."))
        return redirect("notices:by-mail", token=visitor_token(visitor))


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "notifications/link_gone.html", status=410)


class VisitorMixin:
    """The signed link in each mail is the key; what is deleted already says so."""

    visitor: Visitor
    request: HttpRequest

    def dispatch(self, request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        try:
            found = visiting.of_token(token)
        except visiting.Refused as error:
            raise Http404 from error
        if found is None:
            return render(request, "notifications/left.html", {"done": True})
        self.visitor = found
        return super().dispatch(request, token=token, **kwargs)  # type: ignore[misc]


class Manage(VisitorMixin, View):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.show(RhythmForm(initial={"rhythm": self.visitor.rhythm}), token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = RhythmForm(request.POST)
        if not form.is_valid():
            return self.show(form, token, 422)
        visiting.choose(self.visitor, form.cleaned_data["rhythm"])
        messages.success(request, _("Your choice is saved, and what waits comes accordingly."))
        return redirect("notices:by-mail", token=token)

    def show(self, form: RhythmForm, token: str, status: int = 200) -> HttpResponse:
        rows = Follow.objects.filter(visitor=self.visitor).select_related("topic").order_by("-since", "-pk")
        context = {
            "form": form,
            "token": token,
            "visitor": self.visitor,
            "follows": named(rows, AnonymousUser()),
            "searches": self.visitor.saved_searches.order_by("-made_at", "-pk"),
        }
        return render(self.request, "notifications/by_mail.html", context, status=status)


class Stop(VisitorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str, pk: int) -> HttpResponse:
        rows: Any = Follow.objects if request.POST.get("of") != "search" else self.visitor.saved_searches
        rows.filter(visitor=self.visitor, pk=pk).delete()
        if visiting.tidy(self.visitor):
            return render(request, "notifications/left.html", {"done": True})
        messages.success(request, _("You do not follow this any more."))
        return redirect("notices:by-mail", token=token)


@method_decorator(csrf_exempt, name="dispatch")  # RFC 8058: the mail program posts, without a cookie
class Leave(VisitorMixin, View):
    """GET only asks; POST stops all of it and deletes the address."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return render(request, "notifications/left.html", {"done": False})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        visiting.leave(self.visitor)
        return render(request, "notifications/left.html", {"done": True})


class Move(LoginRequiredMixin, View):
    """To the account, what was followed under an address that is its own."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        visitor = visiting.of_account(request.user)
        if visitor is not None:
            visiting.move(visitor, request.user)
            messages.success(request, _("What you followed by e-mail belongs to your account now."))
        return redirect("notices:settings")
