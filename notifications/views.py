import secrets
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import ListView, UpdateView

from notifications import mails, services, visiting
from notifications.bounces.services import may_lift_own
from notifications.forms import PreferenceForm
from notifications.models import Follow, Notification, Preference, Suppression
from notifications.opening.counting import withdraw
from notifications.texts.drawing import in_force
from notifications.when import replan
from topics.models import Topic

FOLLOWABLE = frozenset(
    {"wishes.wish", "wishes.call", "solutions.solution", "trials.trial", "accounts.organisation"}
)


def own_address(person: Any) -> dict[str, Any]:
    """Whether mails to this person are stopped, and what they can do about it."""
    row = Suppression.objects.of(person.email).first()
    return {"suppressed": row, "may_lift": row is not None and may_lift_own(person, row)}


class Inbox(LoginRequiredMixin, ListView):
    template_name = "notifications/inbox.html"
    paginate_by = 25

    def get_queryset(self):
        return Notification.objects.inbox(self.request.user).order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        language = translation.get_language() or "en"
        worded = in_force([row.template for row in context["page_obj"]], language)
        for row in context["page_obj"]:
            row.recipient = self.request.user  # already here: not asked of the database again
            row.text = mails.read(row, language, worded)
        return context | own_address(self.request.user)


class Open(LoginRequiredMixin, View):
    """Leads to what a notice is about; reading it marks it, so it is a POST."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(Notification.objects.inbox(request.user), pk=pk)
        services.mark_read(request.user, row.pk)
        return redirect(mails.localised_url(row.url, translation.get_language() or "en"))


class ReadAll(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        services.mark_read(request.user)
        return redirect("notices:inbox")


class Settings(LoginRequiredMixin, UpdateView):
    """Which mails come, and what is followed."""

    form_class = PreferenceForm
    template_name = "notifications/settings.html"

    def get_object(self, queryset=None) -> Preference:
        return Preference.objects.filter(user=self.request.user).first() or Preference(user=self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Follow.objects.filter(user=self.request.user).select_related("topic").order_by("-since")
        return super().get_context_data(
            **kwargs,
            **own_address(self.request.user),
            follows=named(rows, self.request.user),
            topics=Topic.objects.in_order(),
            calendar_url=self.calendar_url(),
            by_mail=visiting.of_account(self.request.user),
        )

    def calendar_url(self) -> str:
        token = self.object.calendar_token
        path = reverse("personal-calendar", args=[token]) if token else ""
        return self.request.build_absolute_uri(path) if path else ""

    def form_valid(self, form: PreferenceForm) -> HttpResponse:
        with transaction.atomic():  # its row is held until what was counted is gone
            answer = super().form_valid(form)
            if not self.object.counts_opened:
                withdraw(self.request.user)
        replan(self.object)
        return answer

    def get_success_url(self) -> str:
        messages.success(self.request, _("Your choice is saved, and what waits comes accordingly."))
        return reverse("notices:settings")


class CalendarAddress(LoginRequiredMixin, View):
    """Makes a secret address of one's own calendar, or another in its place, or takes it back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        is_over = "revoke" in request.POST
        token = None if is_over else secrets.token_urlsafe(32)
        Preference.objects.update_or_create(user=request.user, defaults={"calendar_token": token})
        if is_over:
            messages.success(request, _("The address is taken back: nobody can read your calendar by it."))
        else:
            said = _("Your calendar has an address. Subscribe to it in your calendar program.")
            messages.success(request, said)
        return redirect("notices:settings")


def named(follows, user) -> list[dict[str, Any]]:
    """Each followed thing with its title and address; what may not be seen any more has neither."""
    wanted: dict[str, list[int]] = {}
    for row in follows:
        if row.noun in FOLLOWABLE:
            wanted.setdefault(row.noun, []).append(row.object_id)
    found = {}
    for noun, ids in wanted.items():
        for thing in visible(noun, user).filter(pk__in=ids):
            found[noun, thing.pk] = thing
    return [{"follow": row, "thing": row.topic or found.get((row.noun, row.object_id))} for row in follows]


def visible(noun: str, user):
    """The rows of a followable noun that a person may see."""
    manager: Any = apps.get_model(noun).objects
    return manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()


class FollowThing(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        thing = self.thing()
        services.follow(request.user, thing)
        messages.success(request, _("You follow this now. You are told by e-mail and in your inbox."))
        return _back(request)

    def thing(self) -> Any:
        """What the form names, if this person may see it."""
        data = self.request.POST
        try:
            if data.get("topic"):
                return get_object_or_404(Topic, slug=data["topic"])
            if data.get("noun") not in FOLLOWABLE:
                raise Http404
            return get_object_or_404(visible(data["noun"], self.request.user), pk=int(data["object_id"]))
        except (KeyError, ValueError) as error:
            raise Http404 from error


class Unfollow(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.unfollow(request.user, pk)
        messages.success(request, _("You do not follow this any more."))
        return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(target)
    return redirect("notices:settings")


@method_decorator(csrf_exempt, name="dispatch")  # RFC 8058: the mail program posts, without a cookie
class Unsubscribe(View):
    """GET only asks, so that a scanner which opens every link changes nothing; POST stops the mails."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, token: str) -> HttpResponse:  # type: ignore[override]
        try:
            self.user_id, said = TimestampSigner(salt="unsubscribe").unsign_object(token)
        except BadSignature as error:
            raise Http404 from error
        self.kinds = (
            [said] if isinstance(said, str) else said
        )  # one kind, in mails of before there were digests
        return super().dispatch(request, token)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return render(request, "notifications/unsubscribe.html", {"kinds": self.kinds, "done": False})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        services.silence(self.user_id, self.kinds)
        return render(request, "notifications/unsubscribe.html", {"kinds": self.kinds, "done": True})
