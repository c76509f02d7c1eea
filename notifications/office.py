"""The outbox as the portal office sees it: what waits, what is held, and what could not be sent."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import F, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.generic import ListView

from accounts.models import User
from notifications import sending
from notifications.models import MAX_ATTEMPTS, Letter, Notification
from notifications.sending import MODELS

UNSENT = Q(sent_at__isnull=True)
FREE = UNSENT & Q(held_at__isnull=True)
STATES: dict[str, tuple[Any, Q]] = {
    "held": (gettext_lazy("Held"), UNSENT & Q(held_at__isnull=False)),
    "failed": (
        gettext_lazy("Could not be sent"),
        UNSENT & Q(held_at__isnull=True, attempts__gte=MAX_ATTEMPTS),
    ),
    "waiting": (gettext_lazy("Waiting"), UNSENT & Q(held_at__isnull=True, attempts__lt=MAX_ATTEMPTS)),
    "sent": (gettext_lazy("Sent"), Q(sent_at__isnull=False, last_error="")),
    "dropped": (gettext_lazy("Not sent"), Q(sent_at__isnull=False) & ~Q(last_error="")),
}
ASKING = ("held", "failed", "waiting")  # states whose mails somebody may wait for
AT_ONCE = 500  # mails that one button lets go


def rows_of(state: str) -> dict[str, QuerySet]:
    """Mails of a state: single ones and digests, whose notices are no mails of their own."""
    wanted = STATES[state][1]
    single = Notification.objects.filter(wanted, channel="email", is_gathered=False)
    others = {kind: MODELS[kind].objects.filter(wanted) for kind in ("letter", "digest")}
    return {"notification": single, **others}


class Outbox(PermissionRequiredMixin, ListView):
    """No subjects: a mail may be about a draft that the office does not see."""

    permission_required = "notifications.view_outbox"
    template_name = "notifications/outbox.html"
    paginate_by = 25

    @property
    def state(self) -> str:
        asked = self.request.GET.get("state", "held")
        if asked not in STATES:
            raise Http404
        return asked

    def get_queryset(self) -> Any:
        at = F("sent_at") if self.state == "sent" else F("not_before")
        parts = [
            rows.annotate(which=Value(kind), at=at).values_list("which", "pk", "at")
            for kind, rows in rows_of(self.state).items()
        ]
        return parts[0].union(*parts[1:], all=True).order_by("-at", "which", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        page = [(kind, pk) for kind, pk, _at in context["page_obj"]]
        found = {
            (kind, row.pk): row
            for kind in {kind for kind, _pk in page}
            for row in shown(MODELS[kind]).filter(pk__in=[pk for of, pk in page if of == kind])
        }
        return {
            **context,
            "rows": [(kind, found[kind, pk]) for kind, pk in page if (kind, pk) in found],
            "state": self.state,
            "states": [(name, label, counted(name)) for name, (label, _q) in STATES.items()],
            "may_act": self.request.user.has_perm("notifications.manage_outbox"),
            "can_go": self.state in ("held", "failed"),
        }


def shown(model: Any) -> QuerySet[Any]:
    """A letter names nobody, so nobody is fetched with it."""
    rows = model.objects.order_by()
    return rows if model is Letter else rows.select_related("recipient", "visitor")


def counted(state: str) -> int | None:
    """How many, of what asks for somebody; what is over is not counted."""
    if state not in ASKING:
        return None
    first, *others = (rows.order_by().values_list("pk") for rows in rows_of(state).values())
    return int(first.union(*others, all=True).count())


class Release(PermissionRequiredMixin, View):
    """Lets one mail go, or all of a state: each starts anew, under its own Message-ID."""

    permission_required = "notifications.manage_outbox"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        state, kind, pk = (request.POST.get(name, "") for name in ("state", "kind", "pk"))
        if state not in ("held", "failed") or kind not in ("", *MODELS) or (kind and not pk.isdecimal()):
            raise Http404
        rows = rows_of(state)
        wanted = {kind: rows[kind].filter(pk=int(pk))} if kind else rows
        count = 0
        for part in wanted.values():
            for mailing in part[:AT_ONCE]:
                sending.send_again(mailing, by=cast(User, request.user))
                count += 1
        said = ngettext("%(count)s mail goes out now.", "%(count)s mails go out now.", count)
        if count:
            messages.success(request, said % {"count": count})
        else:
            messages.info(request, _("Nothing was left to send: somebody was quicker."))
        return redirect(f"{request.path.removesuffix('release/')}?state={state}")
