"""What is told of a solution's history, and to whom."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Role, User
from documents.story import told as file_told
from innoportal.languages import phrase
from journal.clock import with_dues
from journal.grounds import ground_of
from journal.models import Entry
from solutions.models import Solution
from solutions.workflow import NAMED_VERBS, PUBLIC_VERBS, TOLD

AUTHORS = ("vendor", "coauthor")


def told(entries: Iterable[Entry], reader: User, *, whole: bool) -> list[dict[str, Any]]:
    """The timeline: for the public, steps alone; for the parties, reasons too; names only as far as they go.

    Vendor and co-authors read the names of their own people, the portal's own people read all names.
    """
    if not whole:
        return [
            {"at": entry.at, "title": _title(entry) if entry.verb in NAMED_VERBS else TOLD[entry.verb]}
            for entry in entries
            if entry.verb in PUBLIC_VERBS
        ]
    knows_names = reader.is_superuser or reader.has_role(Role.OFFICE) or reader.has_role(Role.AUDITOR)
    return [
        {
            "at": entry.at,
            "title": file_told(entry) or _title(entry),
            "reason": entry.reason,
            "ground": ground_of(entry),
            "capacity": capacity(entry.capacity),
            "actor_name": entry.actor_name if knows_names or entry.capacity in AUTHORS else "",
        }
        for entry in entries
    ]


def _title(entry: Entry) -> str:
    """With the name of the organisation that it concerns, where there is one."""
    title = str(TOLD.get(entry.verb, entry.verb))
    name = entry.details.get("organisation")
    return f"{title}: {phrase(name['en'], name['zh'])}" if isinstance(name, dict) else title


def capacity(word: str) -> str:
    words = {
        "vendor": _("Vendor"),
        "coauthor": _("Co-author"),
        "administrator": _("Administrator"),
        "member": _("Member"),
        "system": _("The portal"),
    }
    return words.get(word) or (str(Role(word).label) if word in Role.values else word)


def waiting(solutions: Iterable[Solution]) -> list[Any]:
    """Each with the pledge that runs now as `due`, the soonest due first."""
    rows = with_dues(solutions)
    far = date.max
    return sorted(rows, key=lambda one: (one.due.due_on if one.due else far, one.pk))
