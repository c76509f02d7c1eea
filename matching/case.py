"""What a match tells in a story of several rooms; who judged is told to the office and auditors alone."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from innoportal.lib.story import Story
from journal.models import Entry
from matching.models import Match
from solutions.models import of_authors

WORDS = {
    "shortlist": _("Put on the shortlist"),
    "review": _("The experts were asked"),
    "judge": _("An expert gave a verdict"),
    "want": _("The experts ask for more"),
    "approve": _("Approved for trial"),
    "decline": _("Declined"),
    "reopen": _("Put back on the shortlist"),
    "start_trial": _("A trial began"),
    "close": _("Closed"),
    "climb": _("Goes on to the next rung"),
}
CAPACITIES = {
    "department": _("Department"),
    "vendor": _("Vendor"),
    "expert": _("Expert"),
    "office": _("Portal office"),
    "system": _("Portal"),
}
PUBLIC = frozenset({"approve", "start_trial", "close", "climb"})
VENDOR = PUBLIC | {"want", "decline"}  # a vendor hears of a match when the experts have spoken


def concerning(user: User) -> QuerySet[Match]:
    own = list(user.membership_roles)
    vendor = of_authors(own, "solution__") & Q(status__in=Match.TOLD_TO_VENDOR)
    return Match.objects.filter(Q(wish__organisation__in=own) | vendor)


def tell(entry: Entry, match: Any, reader: Any) -> dict[str, Any] | None:
    """The words of a decision are read by both sides, as on the match's own page."""
    judges = reader.has_perm("matching.view_experts_match", match)
    is_department = reader.is_authenticated and reader.is_member_of(match.wish.organisation_id)
    is_vendor = match.solution.has_author(reader)
    read = WORDS.keys() if judges or is_department else VENDOR if is_vendor else PUBLIC
    if entry.verb not in read:
        return None
    sees_names = judges and (
        reader.is_superuser or reader.has_role(Role.OFFICE) or reader.has_role(Role.AUDITOR)
    )
    return {
        "at": entry.at,
        "title": WORDS.get(entry.verb, entry.verb),
        "reason": entry.reason if judges or is_department or is_vendor else "",
        "capacity": CAPACITIES.get(entry.capacity.partition("/")[0], ""),
        "actor_name": entry.actor_name if sees_names else "",
    }


STORY = Story("match", _("Matches"), Match, concerning, tell)
