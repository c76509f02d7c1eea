"""What a wish's page tells of its journal: the public reads the steps, those involved also who and why."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from documents.story import told
from journal.grounds import ground_of
from journal.models import Entry

WORDS = {
    "create": _("Begun"),
    "edit": _("Changed"),
    "submit": _("Sent for endorsement"),
    "agree": _("Endorsed in one step"),
    "endorse": _("Endorsed"),
    "send_back": _("Sent back by the approver"),
    "return": _("Returned with questions"),
    "publish": _("Published"),
    "announce": _("Published by a rapid call"),
    "write_annex": _("Its restricted annex was written"),
    "accept_annex": _("The terms of its annex were accepted"),
    "join_call": _("Made part of a call"),
    "leave_call": _("Taken out of a call"),
    "match": _("Matched"),
    "unmatch": _("Match ended"),
    "start_trial": _("Trial started"),
    "end_trial": _("Trial ended"),
    "resolve": _("Resolved"),
    "expire": _("Closed for proposals"),
    "renew": _("Renewed until a later day"),
    "withdraw": _("Withdrawn"),
    "merge": _("Merged into another wish"),
    "ask": _("A question was asked"),
    "answer": _("A question was answered"),
    "correct": _("An answer was corrected"),
    "sponsor": _("A co-sponsor joined"),
    "leave": _("A co-sponsor left"),
    "absorb": _("Another wish was merged into this one"),
}
CAPACITIES = {
    "department": _("Department"),
    "office": _("Portal office"),
    "expert": _("Expert"),
    "engineer": _("Trial engineer"),
    "verifier": _("Verifier"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
    "member": _("Visitor with an account"),
    "system": _("Portal"),
}
# What happens before publication, and each edit, is the department's own business.
PUBLIC = frozenset(
    {
        "publish",
        "announce",
        "match",
        "unmatch",
        "start_trial",
        "end_trial",
        "resolve",
        "expire",
        "renew",
        "ask",
    }
    | {"answer", "correct", "sponsor", "leave", "absorb"}
)


# Who asks is shown to nobody, unless the question itself shows it; which expert approved, to no party.
NAMELESS = frozenset({"ask", "match", "unmatch"})
IN_PLACE = _("%(party)s (%(place)s)")
PLACES = {
    "acting": _("acting approver, for %(name)s"),
    "delegated": _("delegated approver, for %(name)s"),
}


def capacity(said: str, *, inside: bool) -> str:
    """In words; whose place was taken is read by those inside alone."""
    party, _slash, place = said.partition("/")
    kind, _slash, name = place.partition("/")
    words = str(CAPACITIES.get(party, party))
    if inside and kind in PLACES:
        words = str(IN_PLACE) % {"party": words, "place": PLACES[kind] % {"name": name}}
    return words


def timeline(
    entries: Iterable[Entry],
    *,
    inside: bool,
    words: Mapping[str, Any] = WORDS,
    public: Collection[str] = PUBLIC,
) -> list[dict[str, Any]]:
    """Entries as components/timeline.html reads them; reasons and names only for those inside."""
    return [
        {
            "at": entry.at,
            "title": told(entry) or words.get(entry.verb) or WORDS.get(entry.verb, entry.verb),
            "capacity": capacity(entry.capacity, inside=inside),
            "reason": entry.reason if inside else "",
            "ground": ground_of(entry) if inside else None,
            "actor_name": entry.actor_name if inside and entry.verb not in NAMELESS else "",
        }
        for entry in entries
        if inside or entry.verb in public
    ]
