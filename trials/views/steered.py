"""What is steered: milestones, risks, incidents, changes, meetings, money, the checklist."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from journal.models import Entry
from trials import services, steering
from trials.forms import SpendForm
from trials.models import Action, BudgetLine, ChangeRequest, Incident, Milestone, Risk, Trial
from trials.page import SIDES_SAID, checklist
from trials.papers import papers_of
from trials.services.risks import history
from trials.services.signing import SIDES, signatures
from trials.steering_forms import (
    ActionFormSet,
    LineForm,
    MeetingForm,
    MilestoneForm,
    ReachForm,
    RiskForm,
    ShowForm,
    action_values,
)
from trials.views.steering import AMISS, Adding, EditRow, RowVerb, Section, amiss

PREPARED = (Trial.Status.PLANNING, Trial.Status.LOCKED)
WORST = 3  # risks on the overview


class Overview(Section):
    """How it stands in one look: what waits for somebody, what comes next, what it costs."""

    section = "steering"

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        entries = list(Entry.objects.about(trial).filter(verb__in=("sign", "tick")).in_order())
        incidents = [one for one in steering.incidents(trial) if one.status != Incident.Status.CLOSED]
        changes = [one for one in steering.changes(trial) if one.status == ChangeRequest.Status.PROPOSED]
        risks = [one for one in steering.risks(trial) if one.state != Risk.State.OVER]
        return {
            "progress": steering.progress(steering.milestones(trial)),
            "incidents": incidents,
            "changes": changes,
            "actions": list(steering.open_actions(trial)),
            "risks": risks[:WORST],
            "risk_count": len(risks),
            "money": steering.money(trial),
            "is_prepared": trial.status in PREPARED,
            "start": _before_start(trial, entries),
            "may_pause": self.may("pause") and trial.status == Trial.Status.RUNNING,
        }


def _before_start(trial: Trial, entries: list[Entry]) -> list[dict[str, Any]]:
    """What must be there before it starts, as components/task_list.html reads it."""
    signed = signatures(entries)
    tasks = [{"label": SIDES_SAID[side], "state": "done" if side in signed else "todo"} for side in SIDES]
    for one in checklist(trial, entries):
        tasks.append({"label": one["label"], "state": "done" if one["on"] else "todo"})
    return tasks


class Milestones(Adding):
    section, verb, form_class = "milestones", "milestone", MilestoneForm
    service = staticmethod(services.add_milestone)
    done = _("The milestone is added.")

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        rows = steering.milestones(trial)
        return {"milestones": rows, "progress": steering.progress(rows), "may_act": self.may(self.verb)}


class EditMilestone(EditRow):
    section, verb, form_class, rows = "milestones", "milestone", MilestoneForm, Milestone.objects
    service = staticmethod(services.change_milestone)
    heading, done = _("Change a milestone"), _("The milestone is changed.")


class ReachMilestone(RowVerb):
    section, verb, form_class, rows = "milestones", "milestone", ReachForm, Milestone.objects
    service = staticmethod(services.reach)
    done = _("The milestone is reached.")


class OpenMilestone(RowVerb):
    section, verb, rows = "milestones", "milestone", Milestone.objects
    service = staticmethod(services.unreach)
    done = _("The milestone is open again.")


class Risks(Adding):
    section, verb, form_class = "risks", "risk", RiskForm
    service = staticmethod(services.add_risk)
    done = _("The risk is in the register.")

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        rows = steering.risks(trial)
        told = history(rows)
        return {
            "rows": [(risk, told[risk.pk]) for risk in rows],
            "grid": grid(rows),
            "may_act": self.may(self.verb),
        }


def grid(rows: list[Risk]) -> list[tuple[int, list[dict[str, Any]]]]:
    """Five by five, the likeliest row first: how many open risks lie in each cell, and how grave it is."""
    open_ = [(risk.likelihood, risk.impact) for risk in rows if risk.state != Risk.State.OVER]
    return [
        (
            likelihood,
            [
                {
                    "impact": impact,
                    "count": open_.count((likelihood, impact)),
                    "level": Risk(likelihood=likelihood, impact=impact).level,
                }
                for impact in range(1, 6)
            ],
        )
        for likelihood in range(5, 0, -1)
    ]


class EditRisk(EditRow):
    section, verb, form_class, rows = "risks", "risk", RiskForm, Risk.objects
    service = staticmethod(services.assess)
    heading, done = _("Assess a risk"), _("The risk is assessed. How it stood before is kept.")


class Meetings(Adding):
    """The minutes and their actions are one form."""

    section, verb, form_class = "meetings", "minute", MeetingForm
    service = staticmethod(services.minute)
    done = _("The minutes are kept, and everyone has their actions.")

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        rows = trial.meetings.select_related("written_by").prefetch_related("actions__owner")
        return {
            "meetings": list(rows.order_by("-on", "-pk")),
            "actions": list(steering.open_actions(trial)),
            "action_forms": self.actions(),
            "runs": self.may("minute"),
        }

    def actions(self, data: Any = None) -> Any:
        people = services.people_of(self.object)
        return ActionFormSet(data, prefix="actions", form_kwargs={"people": people}, auto_id="new_%s")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = self.actions(request.POST)
        if self.may(self.verb) and not rows.is_valid():
            form = self.form(request.POST)
            form.is_valid()
            return self.show(422, form=form, action_forms=rows)
        return super().post(request, *args, **kwargs)

    def add(self, form: Any, **more: Any) -> HttpResponse:
        rows = self.actions(self.request.POST)
        rows.is_valid()
        return super().add(form, actions=action_values(rows), **more)


class FinishAction(RowVerb):
    """By who took it home, or by who runs the trial."""

    section, verb = "meetings", "steer"
    service = staticmethod(services.finish_action)
    done = _("The action is done.")

    def has_permission(self) -> bool:
        if not super().has_permission():
            return False
        return self.row.owner_id == self.request.user.pk or self.may("minute")

    def found(self) -> Action:
        rows = Action.objects.filter(meeting__trial=self.object).select_related("meeting")
        action: Action = get_object_or_404(rows, pk=self.kwargs["pk"])
        action.meeting.trial = self.object
        return action


class Money(Adding):
    section, verb, form_class = "money", "budget", LineForm
    service = staticmethod(services.add_line)
    done = _("The line is added.")

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        return money_context(self, trial)


def money_context(view: Section, trial: Trial) -> dict[str, Any]:
    found = steering.money(trial)
    is_open = trial.status != Trial.Status.CLOSED
    return {
        "money": found,
        "may_act": view.may("budget") and is_open,
        "show_form": ShowForm(initial={"parts": trial.opened}) if view.may("show") else None,
        "spend_form": SpendForm(auto_id="spend_%s")
        if view.may("spend") and is_open and not found.years
        else None,
    }


class SpendOnTrial(Section):
    """One figure, where money is not kept by line."""

    section, permission_required = "money", "trials.spend_trial"
    http_method_names = ("post",)

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        return money_context(self, trial)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SpendForm(request.POST, auto_id="spend_%s")
        if form.is_valid():
            try:
                services.spend(self.object, by=request.user, **form.cleaned_data)
            except AMISS as error:
                form.add_error(None, amiss(form, error))
            else:
                messages.success(request, _("Recorded."))
                return redirect(self.address())
        return self.show(422, spend_form=form)


class EditLine(EditRow):
    section, verb, form_class, rows = "money", "budget", LineForm, BudgetLine.objects
    service = staticmethod(services.change_line)
    heading, done = _("Change a line of money"), _("The line is changed.")


class RemoveLine(RowVerb):
    section, verb, rows = "money", "budget", BudgetLine.objects
    service = staticmethod(services.remove_line)
    done = _("The line is removed. The journal keeps it.")


class ShowToAll(Section):
    """The department lets everyone read money and risks, or those who take part alone."""

    section = "money"
    http_method_names = ("post",)
    permission_required = "trials.show_trial"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ShowForm(request.POST)
        if form.is_valid():
            services.show_to_all(self.object, by=request.user, **form.cleaned_data)
            messages.success(request, _("What everyone may read is changed."))
        else:
            messages.error(request, _("There is no such part of a trial."))
        return redirect(self.address())


class Checklist(Section):
    section = "checklist"

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        entries = list(Entry.objects.about(trial).filter(verb__in=("sign", "tick")).in_order())
        files = papers_of(
            trial, Document.objects.about(trial).readable_by(user, is_author=_runs(trial, user))
        )
        signed = signatures(entries)
        return {
            "items": [{**one, "files": files[one["item"]]} for one in checklist(trial, entries)],
            "signed": [(SIDES_SAID[side], signed.get(side)) for side in SIDES],
            "may_tick": self.may("tick") and trial.status in PREPARED,
            "may_attach": self.may("attach"),
        }


def _runs(trial: Trial, user: Any) -> bool:
    return bool(trial.engineer_id == user.pk)
