from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q, QuerySet
from django.views.generic import TemplateView

from accounts.models import Membership, Role, User
from innoportal.lib.views import PartialMixin
from solutions.models import of_authors
from trials.models import Report, Trial
from trials.rules import objections
from trials.services.laddering import waiting_for_trial
from trials.services.running import OVER

MOST = 25


class WorkspacePiece(LoginRequiredMixin, PartialMixin, TemplateView):
    """What waits for this person among trials and reports."""

    template_name = "trials/workspace.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        reports = Report.objects.visible_to(user).order_by("created_at", "pk")
        reports = reports.select_related("trial__match__wish", "trial__match__solution")
        mine = list(user.membership_roles)
        drafts = reports.filter(status=Report.Status.DRAFT)
        if not user.has_role(Role.OFFICE):
            drafts = drafts.filter(trial__engineer=user)
        vendor = Q(trial__match__solution__organisation__in=mine)
        return super().get_context_data(
            **kwargs,
            to_plan=to_plan(user)[:MOST],
            running=own_trials(user)[:MOST],
            drafts=drafts[:MOST],
            to_comment=reports.filter(vendor, status=Report.Status.COMMENT)[:MOST],
            to_verify=to_verify(user, reports),
        )


def to_plan(user: User) -> QuerySet:
    """Approved matches without a trial, for those who may plan it."""
    found = waiting_for_trial()
    if not (user.has_role(Role.OFFICE) or user.has_role(Role.ENGINEER)):
        approves = [pk for pk, role in user.membership_roles.items() if role == Membership.Role.APPROVER]
        found = found.filter(wish__organisation__in=approves)
    return found.select_related("wish", "solution").order_by("pk")


def own_trials(user: User) -> QuerySet:
    """Of this engineer, or of their organisations, not over yet."""
    mine = list(user.membership_roles)
    concerned = (
        Q(engineer=user) | Q(match__wish__organisation__in=mine) | of_authors(mine, "match__solution__")
    )
    found = Trial.objects.filter(concerned).exclude(status__in=OVER).order_by("starts_on", "pk")
    return found.select_related("match__solution", "venue")


def to_verify(user: User, reports: QuerySet) -> list[Report]:
    if not user.has_role(Role.VERIFIER):
        return []
    waiting = reports.filter(status=Report.Status.VERIFICATION)[:MOST]
    return [report for report in waiting if not objections(report, user)]
