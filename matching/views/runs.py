"""Rematches of everything: how far they are, and the buttons that begin and cancel one."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from innoportal.lib.views import ActionView, PartialMixin
from matching import services, tasks
from matching.models import RematchRun, RematchShard
from matching.services.runs import Progress
from matching.views.queue import SignedInPermission

SHOWN = 10
S = RematchRun.State
LOOKS: dict[str, tuple[str, str]] = {
    S.RUNNING: ("blue", "clock"),
    S.DONE: ("green", "check"),
    S.FAILED: ("red", "warning"),
}


class Runs(SignedInPermission, PartialMixin, TemplateView):
    permission_required = "matching.view_run"
    template_name = "matching/runs.html"
    partial = "runs"

    def get_context_data(self, **kwargs):
        user = self.request.user
        runs = RematchRun.objects.visible_to(user).select_related("version", "started_by").order_by("-pk")
        rows = rows_of(list(runs[:SHOWN]))
        return super().get_context_data(
            **kwargs,
            rows=rows,
            is_running=any(row.run.state == S.RUNNING for row in rows),
            may_start=user.has_perm("matching.start_run"),
            may_cancel=user.has_perm("matching.cancel_run"),
        )


class Start(SignedInPermission, View):
    permission_required = "matching.start_run"
    http_method_names = ("post",)

    def post(self, request):
        try:
            run = services.start(by=request.user)
        except services.AlreadyRunning as error:
            messages.error(request, str(error))
        else:
            # A queue that is down is logged: the sweep wakes the workers when it is up again.
            transaction.on_commit(lambda: tasks.wake(run.pk, services.WAKES), robust=True)
            messages.success(request, _("The rematch has begun. The workers share it."))
        return redirect("matching:runs")


class Cancel(ActionView):
    model = RematchRun
    permission_required = "matching.cancel_run"
    service = staticmethod(services.cancel)
    done = gettext_lazy("The rematch is cancelled. What was written stays.")

    def get_object(self, queryset=None):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])


@dataclass(frozen=True)
class Row:
    run: RematchRun
    told: Progress
    look: tuple[str, str]  # colour and icon of the tag
    errors: list[str]

    @property
    def left(self) -> str:
        """Of the step that is done now, at the rate so far."""
        step = self.told.now if self.run.state == S.RUNNING else None
        return lasting(step.remaining) if step and step.remaining else ""


def rows_of(runs: list[RematchRun]) -> list[Row]:
    told = services.progress(runs)
    faults: dict[int, list[str]] = {run.pk: [] for run in runs}
    failed = RematchShard.objects.filter(run__in=faults, state=RematchShard.State.FAILED)
    for pk, error in failed.order_by("run", "error").values_list("run", "error").distinct():
        faults[pk].append(error)
    return [Row(run, told[run.pk], LOOKS.get(run.state, ("grey", "")), faults[run.pk][:5]) for run in runs]


def lasting(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return _("about %(minutes)s min") % {"minutes": minutes}
    return _("about %(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}
