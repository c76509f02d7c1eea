"""Why a mail came: its first line, from what the outbox knows of its reader."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from innoportal.languages import listed, phrase
from notifications.models import Follow, Notification
from notifications.models.notices import TOPIC

Named = Sequence[Any]  # noun, key and name in two languages of what is followed

OFFICE = gettext_lazy("You receive this because you are of the portal office, and it waits for the office.")
VERIFIER = gettext_lazy("You receive this because you are the verifier of this report.")
VERIFIERS = gettext_lazy("You receive this because you may verify this report.")
EXPERT = gettext_lazy("You receive this because you are one of the independent experts who judge matches.")
ENGINEER = gettext_lazy("You receive this because you are the engineer of this trial.")
OWNER = gettext_lazy("You receive this because it was given to you.")
NOMINATED = gettext_lazy("You receive this because somebody on InnoPortal named this address as a vendor's.")

# Of templates that go to one role alone.
ROLES = {
    **dict.fromkeys(
        (
            "notifications/mail/announcement_held",
            "notifications/mail/held",
            "notifications/mail/verification_asked",
            "solutions/mail/submitted",
            "trials/mail/report_escalated",
            "wishes/mail/call_submitted",
            "wishes/mail/endorse",
        ),
        OFFICE,
    ),
    "matching/mail/review": EXPERT,
    "trials/mail/sent_back": ENGINEER,
    "trials/mail/token_ends": ENGINEER,
    "trials/mail/risk_owned": OWNER,
    "trials/mail/actions": OWNER,
    "trials/mail/verifier_assigned": VERIFIER,
    "trials/mail/verify_wanted": VERIFIERS,
    "solutions/mail/nomination_invitation": NOMINATED,
    "solutions/mail/nomination_reminder": NOMINATED,
}
KINDS = {
    "duty": gettext_lazy("You receive this because it waits for you."),
    "party": gettext_lazy("You receive this because it concerns your organisation."),
    "announcement": gettext_lazy(
        "You receive this because you have an account and the portal office announces it."
    ),
    "search": gettext_lazy("You receive this because a search that you saved found it."),
    "follow": gettext_lazy("You receive this because you follow this or one of its topics."),
}
# Of letters, to an address that may belong to nobody here.
LETTERS = {
    "account": gettext_lazy(
        "You receive this because somebody entered this address on InnoPortal a moment ago. "
        "If it was not you, do nothing: nothing changes."
    ),
    "invitation": gettext_lazy(
        "You receive this because somebody entered this address on InnoPortal "
        "to invite you to an organisation."
    ),
    "nomination": NOMINATED,
}
TOGETHER = {
    "duty": gettext_noop("what waits for you"),
    "party": gettext_noop("what concerns your organisation"),
    "announcement": gettext_noop("what the portal office announces"),
    "search": gettext_noop("what your saved searches found"),
    "follow": gettext_noop("what you follow"),
}


def first_line(notice: Notification, language: str) -> str:
    """In the language that is active, which is this one."""
    if notice.visitor is not None:
        return _of_visitor(notice, language)
    if role := ROLES.get(notice.template):
        return str(role)
    if name := name_of(notice, language):
        told = {"name": name}
        if notice.context["because"]["noun"] == TOPIC:
            return _("You receive this because you follow the topic “%(name)s”.") % told
        return _("You receive this because you follow “%(name)s”.") % told
    return str(KINDS.get(notice.why, KINDS["follow"]))


def _of_visitor(notice: Notification, language: str) -> str:
    if notice.why == "duty":
        return _(
            "You receive this because somebody entered this address on InnoPortal. "
            "If it was not you, do nothing: the address is deleted after 7 days."
        )
    if name := name_of(notice, language):
        said = _(
            "You receive this because you follow “%(name)s” with this address, "
            "which is used for nothing else."
        )
        return said % {"name": name}
    return _("You receive this because you asked for it with this address, which is used for nothing else.")


def name_of(notice: Notification, language: str) -> str:
    """Of what its reader follows; nothing where it came for another reason, or before this was kept."""
    because = notice.context.get("because") if notice.why == "follow" else None
    return " ".join(phrase(because["en"], because["zh"], language).split()) if because else ""


def of_digest(notices: Sequence[Notification], language: str) -> str:
    """The one reason where there is one; else what there are."""
    lines = {first_line(notice, language) for notice in notices}
    if len(lines) == 1:
        return lines.pop()
    kinds = {notice.why if notice.why in TOGETHER else "follow" for notice in notices}
    reasons = listed(_(said) for why, said in TOGETHER.items() if why in kinds)
    return _("You receive this because of %(reasons)s, together in one mail.") % {"reasons": reasons}


def label_of(thing: Any) -> dict[str, str]:
    """What people know a thing by, in two languages; a trial is called by what is tried."""
    by = next((name for name in ("title", "name") if hasattr(thing, f"{name}_en")), "")
    return {one: str(getattr(thing, f"{by}_{one}") if by else thing) for one in ("en", "zh")}


def because(follows: QuerySet[Follow], reader: str, followed: Iterable[Named]) -> Mapping[int, Any]:
    """By reader, the first of these things that each follows, for the context of their notices."""
    known = {(noun, key): (place, name) for place, (noun, key, name) in enumerate(followed)}
    found: dict[int, tuple[int, str, Any]] = {}
    for pk, noun, object_id, topic in follows.values_list(reader, "noun", "object_id", "topic_id"):
        noun, key = (TOPIC, topic) if topic else (noun, object_id)
        if (noun, key) in known:
            place, name = known[noun, key]
            if pk not in found or place < found[pk][0]:
                found[pk] = (place, noun, name)
    return {pk: {"because": {"noun": noun, **name}} for pk, (_place, noun, name) in found.items()}
