"""What somebody must answer: incidents are acknowledged and closed, changes are decided by both sides."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from journal.clock import clocks_of, current
from journal.models import Entry
from trials import services, steering
from trials.models import ChangeRequest, Incident, Trial
from trials.services.changing import agreements, side_to_agree
from trials.services.incidents import answers
from trials.services.signing import SIDES
from trials.steering_forms import ChangeForm, DeclineForm, HowItEndedForm
from trials.views.steering import Adding, RowVerb, Section


class Incidents(Section):
    section = "incidents"

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        rows = steering.incidents(trial)
        told, clocks = answers(rows), clocks_of(rows)
        acknowledges = self.may("acknowledge")
        return {
            "rows": [
                {
                    "incident": one,
                    "answers": told[one.pk],
                    "due": current(clocks.get(one.pk, [])),
                    "may_acknowledge": acknowledges and _waits_for(one, told[one.pk], user),
                    "may_close": self.may("close_incident")
                    and one.status in (Incident.Status.LOGGED, Incident.Status.ACKNOWLEDGED),
                    "form": HowItEndedForm(auto_id=f"close_{one.pk}_%s"),
                }
                for one in rows
            ],
        }


def _waits_for(incident: Incident, told: list[Entry], user: Any) -> bool:
    if incident.status not in (Incident.Status.RAISED, Incident.Status.ACKNOWLEDGED):
        return False
    is_own = incident.entry.written_by_id == user.pk
    return not is_own and all(entry.actor_id != user.pk for entry in told)


class AcknowledgeIncident(RowVerb):
    section, verb, rows = "incidents", "acknowledge", Incident.objects
    service = staticmethod(services.acknowledge)
    done = _("You have acknowledged the incident.")


class CloseIncident(RowVerb):
    section, verb, form_class, rows = "incidents", "close_incident", HowItEndedForm, Incident.objects
    service = staticmethod(services.close_incident)
    done = _("The incident is closed.")


class Changes(Adding):
    section, verb, form_class = "changes", "propose", ChangeForm
    service = staticmethod(services.propose)
    done = _("Both sides are asked.")

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        rows = steering.changes(trial)
        noun = ChangeRequest._meta.label_lower
        entries = list(Entry.objects.filter(noun=noun, object_id__in=[one.pk for one in rows]).in_order())
        return {"rows": [change_shown(one, entries, user, self.may("decide")) for one in rows]}


def change_shown(change: ChangeRequest, entries: list[Entry], user: Any, may_decide: bool) -> dict[str, Any]:
    own = [entry for entry in entries if entry.object_id == change.pk]
    agreed = agreements(own)
    is_open = change.status == ChangeRequest.Status.PROPOSED
    return {
        "change": change,
        "agreed": agreed,
        "sides": [(side, agreed.get(side)) for side in SIDES],
        "refused": next((entry for entry in own if entry.verb == "decline"), None),
        "touches": [ChangeRequest.Part(part).label for part in change.touches],
        "may_agree": is_open and may_decide and bool(side_to_agree(change, user, agreed)),
        "may_decline": is_open and may_decide,
        "may_withdraw": is_open and change.proposed_by_id == user.pk,
        "form": DeclineForm(auto_id=f"decline_{change.pk}_%s"),
    }


class AgreeToChange(RowVerb):
    section, verb, rows = "changes", "decide", ChangeRequest.objects
    service = staticmethod(services.agree)
    done = _("Your side has agreed.")


class DeclineChange(RowVerb):
    section, verb, form_class, rows = "changes", "decide", DeclineForm, ChangeRequest.objects
    service = staticmethod(services.decline_change)
    done = _("The change is declined with your reason.")


class WithdrawChange(RowVerb):
    """By who proposed it."""

    section, verb, rows = "changes", "propose", ChangeRequest.objects
    service = staticmethod(services.withdraw_change)
    done = _("The change is withdrawn.")

    def has_permission(self) -> bool:
        return super().has_permission() and self.row.proposed_by_id == self.request.user.pk
