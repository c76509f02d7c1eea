"""Which label, colour and icon stands for a language, a status, a verdict."""

from django.utils.translation import gettext_lazy as _

LANGUAGES = (("en", "EN", "English"), ("zh-hant", "繁", "繁體中文"), ("zh-hans", "简", "简体中文"))

# Which colour and icon a word of a workflow has; the word itself is always said too.
STATUS_LOOKS = {
    "draft": ("grey", "edit"),
    "endorsement": ("blue", "people"),
    "screening": ("blue", "clock"),
    "submitted": ("blue", "clock"),
    "under_review": ("blue", "people"),
    "review": ("blue", "people"),
    "returned": ("orange", "back"),
    "more_information": ("orange", "question"),
    "wanting": ("orange", "question"),
    "new": ("blue", "inbox"),
    "waiting": ("blue", "clock"),
    "announced": ("blue", "calendar"),
    "open": ("teal", "wish"),
    "listed": ("teal", "check"),
    "suggested": ("grey", "match"),
    "found": ("blue", "question"),
    "same": ("orange", "match"),
    "different": ("grey", "cross"),
    "shortlisted": ("teal", "star"),
    "matched": ("purple", "match"),
    "approved": ("green", "check"),
    "planning": ("blue", "edit"),
    "locked": ("blue", "lock"),
    "plan_locked": ("blue", "lock"),
    "on_trial": ("purple", "trial"),
    "running": ("purple", "trial"),
    "paused": ("orange", "clock"),
    "measured": ("purple", "level"),
    "reporting": ("blue", "report"),
    "vendor_comment": ("blue", "chat"),
    "comment": ("blue", "chat"),
    "verification": ("blue", "verified"),
    "published": ("green", "verified"),
    "resolved": ("green", "check"),
    "adopted": ("green", "star"),
    "closed": ("grey", "check"),
    "stopped": ("red", "stop"),
    "declined": ("red", "cross"),
    "confirmed": ("green", "check"),
    "taken_back": ("grey", "cross"),
    "not_suitable": ("red", "cross"),
    "withdrawn": ("grey", "cross"),
    "superseded": ("grey", "clock"),
    "expired": ("grey", "clock"),
    "merged": ("grey", "match"),
}

VERDICTS = {
    "met": (_("Met"), "check"),
    "partly_met": (_("Partly met"), "partly"),
    "not_met": (_("Not met"), "cross"),
    "inconclusive": (_("Inconclusive"), "question"),
    "stopped": (_("Stopped"), "stop"),
}
