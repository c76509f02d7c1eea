"""What the pages tell of the journal of a trial or a report."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from documents.story import told
from journal.models import Entry

WORDS = {
    "plan": _("Planning began"),
    "edit": _("Changed"),
    "lock": _("Plan locked"),
    "sign": _("Plan signed"),
    "tick": _("Checklist: done"),
    "untick": _("Checklist: open again"),
    "start": _("Started"),
    "pause": _("Paused"),
    "resume": _("Resumed"),
    "finish": _("Measuring ended"),
    "judge_again": _("Asked to judge the claims again"),
    "stop": _("Stopped"),
    "report": _("Report begun"),
    "close": _("Closed"),
    "log": _("Logged"),
    "measure": _("Measurements received"),
    "make_token": _("Token for sensors made"),
    "rotate_token": _("Token for sensors replaced"),
    "revoke_token": _("Token for sensors revoked"),
    "book_venue": _("Venue booked"),
    "cancel_booking": _("Booking of the venue cancelled"),
    "end_booking": _("Booking of the venue ended early"),
    "save_sensor": _("Sensor described"),
    "remove_sensor": _("Sensor removed"),
    "next_rung": _("Next rung proposed"),
    "show_live": _("Measurements made public while it runs"),
    "hide_live": _("Measurements no longer public while it runs"),
    "compose_survey": _("Survey written"),
    "make_codes": _("Codes of a survey printed"),
    "open_survey": _("Survey opened"),
    "close_survey": _("Survey closed"),
    "release_voice": _("Words of a survey released"),
    "withhold_voice": _("Words of a survey withheld"),
    "open_data": _("Readings may be taken away by everyone"),
    "close_data": _("Readings may be taken away no longer"),
    "spend": _("Money recorded"),
    "budget": _("Line of money written"),
    "unbudget": _("Line of money removed"),
    "show_to_all": _("What everyone may read was changed"),
    "milestone": _("Milestone added"),
    "change_milestone": _("Milestone changed"),
    "reach": _("Milestone reached"),
    "unreach": _("Milestone open again"),
    "minute": _("Minutes of a meeting kept"),
    "finish_action": _("Action of a meeting done"),
    "ask_pause": _("Both sides asked whether it pauses"),
    "propose_use": _("Written for the organisation"),
    "confirm_use": _("Confirmed by an approver"),
    "drop_use": _("Dropped before it was public"),
    "end_use": _("No longer in use"),
    "draft": _("Drafted"),
    "hand_to_vendor": _("Handed to the vendor"),
    "comment": _("The vendor commented"),
    "close_comment": _("Time for comments ended"),
    "assign_verifier": _("Verifier assigned"),
    "extend_comment": _("More time for comments"),
    "comment_late": _("A late comment, which is not printed"),
    "move_report_day": _("Day of a report moved"),
    "interim_report": _("Interim report handed in"),
    "send_back": _("Sent back by the verifier"),
    "publish": _("Verified and published"),
    "erratum": _("Correction announced"),
    "propose": _("Asked for"),
    "agree": _("Agreed to"),
    "decline": _("Declined"),
    "correct": _("Wording corrected"),
    "supersede": _("Replaced by a newer version"),
    "withdraw": _("Withdrawn"),
}
# What must be in place before a trial starts, as people call it.
CHECKLIST = {
    "permits": _("Permits and consents"),
    "insurance": _("Insurance"),
    "safety": _("Safety assessment"),
    "privacy": _("Privacy assessment"),
    "cyber": _("Cyber-security assessment"),
    "rollback": _("Way back to the state before"),
}
CAPACITIES = {
    "department": _("Department"),
    "vendor": _("Vendor"),
    "office": _("Portal office"),
    "expert": _("Expert"),
    "engineer": _("Trial engineer"),
    "verifier": _("Verifier"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
    "member": _("Visitor with an account"),
    "system": _("Portal"),
}
# The steps that everyone reads, with their reasons: a trial that was stopped says why.
PUBLIC = frozenset(
    {"lock", "sign", "start", "pause", "resume", "finish", "stop", "report", "close"}
    | {"publish", "erratum", "correct", "supersede", "withdraw"}
)


def timeline(entries: Iterable[Entry], *, inside: bool) -> list[dict[str, Any]]:
    """Entries as components/timeline.html reads them; names only for those inside."""
    return [
        {
            "at": entry.at,
            "title": told(entry) or WORDS.get(entry.verb, entry.verb),
            "capacity": CAPACITIES.get(entry.capacity, entry.capacity),
            "reason": entry.reason or str(CHECKLIST.get(entry.details.get("item", ""), "")),
            "actor_name": entry.actor_name if inside else "",
        }
        for entry in entries
        if inside or entry.verb in PUBLIC
    ]
