"""Who approves for an organisation, in words: now, and as the journal has it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Delegation, DelegationQuerySet, Organisation
from innoportal.languages import listed, phrase
from innoportal.lib.templatetags.languages import day
from journal.models import Entry
from wishes.endorsing import MOST
from wishes.models import EndorsementStep

VERBS = {
    "set_steps": gettext_lazy("The steps of endorsement were set"),
    "delegate": gettext_lazy("An approver's place was given"),
    "revoke": gettext_lazy("It was taken back"),
}


def shown(rows: DelegationQuerySet) -> list[dict[str, Any]]:
    """Each with where it stands today."""
    today = timezone.localdate()
    standing = set(rows.in_force().values_list("pk", flat=True))
    return [{"held": one, "state": _state(one, today, one.pk in standing)} for one in rows]


def _state(held: Delegation, today: date, is_in_force: bool) -> str:
    if held.revoked_at:
        return "revoked"
    if held.last_on < today:
        return "over"
    if held.first_on > today:
        return "later"
    return "now" if is_in_force else "lapsed"


def history(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """As components/timeline.html reads it, the newest first."""
    return [
        {
            "at": entry.at,
            "title": VERBS[entry.verb],
            "actor_name": entry.actor_name,
            "reason": "\n".join(part for part in (_in_words(entry), entry.reason) if part),
        }
        for entry in reversed(list(entries))
        if entry.verb in VERBS
    ]


def _in_words(entry: Entry) -> str:
    said = entry.details
    if entry.verb != "set_steps":
        words = {"deputy": said["deputy"], "giver": said["giver"]}
        words |= {name: day(date.fromisoformat(said[name])) for name in ("first_on", "last_on")}
        return _("%(deputy)s for %(giver)s, from %(first_on)s to %(last_on)s") % words
    steps = [_step_in_words(number, step) for number, step in enumerate(said["steps"], 1)]
    return "\n".join(steps) or _("None: a second person of the department is enough.")


def _step_in_words(number: int, step: dict[str, Any]) -> str:
    name = phrase(step["name"]["en"], step["name"]["zh"])
    people = listed(person for _pk, person in step["people"])
    words = _("%(number)s. %(name)s: %(needed)s must agree") % {
        "number": number, "name": name, "needed": step["needed"],
    }  # fmt: skip
    return _("%(words)s (%(people)s)") % {"words": words, "people": people} if people else words


def as_typed(organisation: Organisation) -> list[dict[str, Any]]:
    """The steps in force as their form shows them, and an empty one."""
    steps = EndorsementStep.objects.in_force().filter(organisation=organisation).order_by("position")
    rows: list[dict[str, Any]] = [
        {
            "name_en": step.name_en,
            "name_zh": step.name_zh,
            "kind": step.kind,
            "needed": step.needed,
            "people": [person.pk for person in step.people.all()],
        }
        for step in steps.prefetch_related("people")
    ]
    return rows if len(rows) == MOST else [*rows, {}]


def one_more(formset: Any) -> list[dict[str, Any]]:
    """What was typed, right or wrong, with an empty step after it."""
    names = ("name_en", "name_zh", "kind", "needed", "people")
    rows = [{name: form[name].value() for name in names} for form in formset.forms]
    return [*rows, {}][:MOST]
