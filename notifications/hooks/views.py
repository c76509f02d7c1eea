"""Endpoints of an organisation, for its approvers, and of the portal, for its administrator."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.generic import DetailView, FormView, ListView, UpdateView

from accounts.models import Organisation, User
from notifications.hooks import services
from notifications.hooks.events import LABELS
from notifications.hooks.forms import ReplayForm, WebhookForm
from notifications.models import Webhook, WebhookMessage

WAITING = Q(done_at__isnull=True, given_up_at__isnull=True)
STATES: dict[str, tuple[Any, Q]] = {
    "all": (gettext_lazy("All"), Q()),
    "failed": (gettext_lazy("Given up"), Q(given_up_at__isnull=False)),
    "waiting": (gettext_lazy("Waiting"), WAITING),
    "delivered": (gettext_lazy("Delivered"), Q(done_at__isnull=False)),
}


class Owned(PermissionRequiredMixin):
    """The endpoints of one organisation, or without one those of the portal."""

    permission_required = "notifications.manage_webhooks"
    request: HttpRequest
    kwargs: dict[str, Any]
    organisation: Organisation | None = None

    def has_permission(self) -> bool:
        if not self.request.user.is_authenticated:
            return False
        if slug := self.kwargs.get("slug"):
            self.organisation = get_object_or_404(Organisation.objects.standing(), slug=slug)
        self.raise_exception = True
        return self.request.user.has_perm(self.permission_required, self.organisation)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, organisation=self.organisation)  # type: ignore[misc]


class Webhooks(Owned, ListView):
    template_name = "notifications/webhooks.html"

    def get_queryset(self) -> QuerySet[Webhook]:
        rows = Webhook.objects.filter(organisation=self.organisation)
        waits = Q(messages__done_at__isnull=True, messages__given_up_at__isnull=True)
        return rows.annotate(open=Count("messages", filter=waits)).order_by("pk")


class CreateWebhook(Owned, FormView):
    """Its answer is the only page that shows the secret."""

    form_class = WebhookForm
    template_name = "notifications/webhook_form.html"

    def form_valid(self, form: WebhookForm) -> HttpResponse:
        try:
            webhook, secret = services.create(self.organisation, by=self.request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        return shown_once(self.request, webhook, secret)


def shown_once(request: HttpRequest, webhook: Webhook, secret: str) -> HttpResponse:
    context = {"webhook": webhook, "secret": secret, "is_new": not webhook.sealed_before}
    answer = render(request, "notifications/webhook_secret.html", context)
    add_never_cache_headers(answer)
    return answer


class Mine(LoginRequiredMixin):
    """One endpoint among those that this person manages: anything else does not exist."""

    model = Webhook
    slug_field = slug_url_kwarg = "key"
    request: HttpRequest
    kwargs: dict[str, Any]

    def get_queryset(self) -> QuerySet[Webhook]:
        return Webhook.objects.visible_to(self.request.user).select_related("organisation")

    def webhook(self) -> Webhook:
        return get_object_or_404(self.get_queryset(), key=self.kwargs["key"])


class WebhookDetail(Mine, ListView):
    """What an endpoint is, and its log."""

    template_name = "notifications/webhook.html"
    paginate_by = 25

    def get_queryset(self) -> Any:
        self.object = get_object_or_404(Mine.get_queryset(self), key=self.kwargs["key"])
        self.state = self.request.GET.get("state", "all")
        if self.state not in STATES:
            raise Http404
        rows = self.object.messages.filter(STATES[self.state][1])
        return rows.with_last_call().order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.localtime().replace(second=0, microsecond=0)
        initial = {"since": now - timedelta(days=1), "until": now + timedelta(minutes=1)}
        context = super().get_context_data(**kwargs)
        for row in context["page_obj"]:
            row.webhook, row.label = self.object, LABELS.get(row.event, row.event)
        return {
            "replay": ReplayForm(initial=initial | {"failed_only": True}, auto_id="replay_%s"),
            **context,
            "webhook": self.object,
            "chosen": [LABELS.get(code, code) for code in self.object.events],
            "state": self.state,
            "states": [(name, label) for name, (label, _q) in STATES.items()],
            "signs_twice": bool(self.object.before_until and self.object.before_until > timezone.now()),
        }


class EditWebhook(Mine, UpdateView):
    form_class = WebhookForm
    template_name = "notifications/webhook_form.html"

    def form_valid(self, form: WebhookForm) -> HttpResponse:
        services.edit(form.instance, by=self.request.user)
        messages.success(self.request, _("Saved."))
        return redirect(form.instance)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, webhook=self.object, organisation=self.object.organisation)


class Act(Mine, View):
    """A verb of one endpoint; its outcome is a message on its page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str, **kwargs: Any) -> HttpResponse:
        webhook = self.webhook()
        return self.act(webhook, cast(User, request.user)) or redirect(webhook)

    def act(self, webhook: Webhook, user: User) -> HttpResponse | None:
        raise NotImplementedError


class TestWebhook(Act):
    def act(self, webhook: Webhook, user: User) -> HttpResponse | None:
        if webhook.stopped_at:
            messages.error(self.request, _("It has stopped. Start it again first."))
            return None
        message = services.ping(webhook)
        messages.success(self.request, _("A test is on its way. Load this page again to see the answer."))
        return redirect(message)


class RotateSecret(Act):
    def act(self, webhook: Webhook, user: User) -> HttpResponse | None:
        secret = services.rotate(webhook, by=user)
        webhook.refresh_from_db()
        return shown_once(self.request, webhook, secret)


class StopWebhook(Act):
    def act(self, webhook: Webhook, user: User) -> HttpResponse | None:
        services.stop(webhook, by=user)
        messages.success(self.request, _("It is not called any more."))
        return None


class StartWebhook(Act):
    def act(self, webhook: Webhook, user: User) -> HttpResponse | None:
        services.start(webhook, by=user)
        messages.success(self.request, _("It is called again. What it missed can be replayed below."))
        return None


class RemoveWebhook(Mine, DetailView):
    template_name = "notifications/webhook_remove.html"

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        webhook = self.webhook()
        place = list_of(webhook)
        services.remove(webhook, by=cast(User, request.user))
        messages.success(request, _("The webhook is removed."))
        return redirect(place)


def list_of(webhook: Webhook) -> str:
    if webhook.organisation is None:
        return reverse("notices:webhooks")
    return reverse("notices:organisation-webhooks", args=[webhook.organisation.slug])


class Replay(Act):
    """All of a time, or one message; a wrong time is told on the page, with what was typed."""

    def act(self, webhook: Webhook, user: User) -> HttpResponse | None:
        form = ReplayForm(self.request.POST, auto_id="replay_%s")
        if not form.is_valid():
            page = WebhookDetail()
            page.setup(self.request, key=webhook.key)
            page.object_list = page.get_queryset()
            context = page.get_context_data(form=form, replay=form)
            return render(self.request, page.template_name, context, status=422)
        rows = services.within(
            webhook,
            form.cleaned_data["since"],
            form.cleaned_data["until"],
            failed_only=form.cleaned_data["failed_only"],
        )
        _told(self.request, services.replay(rows, webhook, by=user))
        return None


class ReplayOne(Act):
    def act(self, webhook: Webhook, user: User) -> HttpResponse | None:
        message = get_object_or_404(webhook.messages.all(), pk=self.kwargs["pk"])
        rows = WebhookMessage.objects.filter(pk=message.pk)
        _told(self.request, services.replay(rows, webhook, by=user))
        return redirect(message)


def _told(request: HttpRequest, count: int) -> None:
    said = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count)
    messages.success(request, said % {"count": count})


class Message(Mine, View):
    """One message: what it says, and every call with what was answered."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: str, pk: int) -> HttpResponse:
        webhook = self.webhook()
        message = get_object_or_404(webhook.messages.all(), pk=pk)
        message.webhook = webhook
        context = {"webhook": webhook, "message": message, "label": LABELS.get(message.event, message.event)}
        calls = list(message.calls.order_by("-pk")[:50])
        return render(request, "notifications/webhook_message.html", context | {"calls": calls})
