"""What the page of one call shows this reader, and what they can do with it now."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import is_requester, is_vendor
from innoportal.languages import phrase
from journal.models import Entry
from notifications.models import Follow
from wishes.call_forms import ExtendForm, GatherForm
from wishes.models import Call, Wish
from wishes.timeline import timeline
from wishes.verb_forms import ReasonForm
from wishes.workflow import CALLS

Forms = Mapping[str, forms.Form]
BUTTONS: dict[str, tuple[Any, str, type[forms.Form] | None]] = {
    "submit": (_("Ask the portal office to publish it"), "", None),
    "publish": (_("Publish"), "", None),
    "open": (_("Open now"), "", None),
    "extend": (_("Extend"), "secondary", ExtendForm),
    "close": (_("Close for proposals"), "secondary", None),
    "return": (_("Return with a reason"), "secondary", ReasonForm),
    "withdraw": (_("Withdraw"), "warning", ReasonForm),
}
WORDS = {"open": _("Opened"), "close": _("Closed for proposals"), "extend": _("Extended until a later day")}
WORDS |= {"submit": _("Sent to the portal office"), "return": _("Returned")}
PUBLIC = frozenset({"publish", "open", "close", "extend"})


def call_context(user: Any, call: Call, bound: Forms | None = None) -> dict[str, Any]:
    """What wishes/calls/detail.html reads besides its wishes."""
    bound = bound or {}
    inside = is_inside(user, call)
    today = timezone.localdate()
    entries = Entry.objects.about(call).in_order()
    may_gather = (
        not call.is_rapid and call.status in Call.JOINABLE and user.has_perm("wishes.gather_call", call)
    )
    return {
        "call": call,
        "topics": [phrase(one["name_en"], one["name_zh"]) for one in call.shown_topics],
        "inside": inside,
        "left": (call.closes_on - today).days if call.status == Call.Status.OPEN else None,
        "offer": offer(user, call),
        "verbs": actions(user, call, bound),
        "may_edit": call.is_editable and user.has_perm("wishes.change_call", call),
        "gather_form": (bound.get("gather") or GatherForm(auto_id="gather_%s")) if may_gather else None,
        "timeline": timeline(entries, inside=inside, words=WORDS, public=PUBLIC),
        "solutions_url": address("matching:of-call", call) if call.is_public else "",
        "triage_url": address("matching:triage", call) if inside and call.is_rapid and call.is_public else "",
        "follow_id": follow_of(user, call),
    }


def is_inside(user: Any, call: Call) -> bool:
    """Whether this reader takes part, so may read reasons and names."""
    return user.is_authenticated and (
        (call.organisation_id is not None and user.is_member_of(call.organisation_id))
        or user.is_superuser
        or user.has_role("office")
        or user.has_role("auditor")
    )


def actions(user: User, call: Call, bound: Forms) -> list[dict[str, Any]]:
    """What this person can do now: allowed by the rules and by the state."""
    possible = CALLS.verbs_from(call.status)
    return [
        {
            "verb": verb,
            "label": label,
            "style": style,
            "url": reverse(f"calls:{verb}", args=[call.slug]),
            "form": bound.get(verb) or (form(auto_id=f"{verb}_%s") if form else None),
            "open": verb in bound,
        }
        for verb, (label, style, form) in BUTTONS.items()
        if verb in possible and user.has_perm(f"wishes.{verb}_call", call) and _makes_sense(verb, call)
    ]


def _makes_sense(verb: str, call: Call) -> bool:
    """A themed call is nobody's to hand in."""
    return verb != "submit" or call.organisation_id is not None


def offer(user: Any, call: Call) -> list[dict[str, Any]]:
    """The way from a call to an answer: of a department a wish, of a vendor a solution."""
    if not call.is_rapid:
        if (
            not call.is_public
            or call.status not in Call.JOINABLE
            or (user.is_authenticated and not is_requester(user))
        ):
            return []
        url = f"{reverse('wishes:create')}?call={call.slug}"
        return [{"label": _("Write a wish for this call"), "url": url, "icon": "wish", "style": "secondary"}]
    if call.status != Call.Status.OPEN or (user.is_authenticated and not is_vendor(user)):
        return []
    wish = call.wishes.filter(status__in=Wish.OPEN_TO_OFFERS).first()
    if wish is None:
        return []
    url = f"{reverse('solutions:answer-wish')}?wish={wish.slug}"
    return [{"label": _("Answer with a solution"), "url": url, "icon": "solution"}]


def follow_of(user: Any, call: Call) -> int | None:
    if not user.is_authenticated:
        return None
    rows = Follow.objects.filter(user_id=user.pk, noun="wishes.call", object_id=call.pk)
    return rows.values_list("pk", flat=True).first()


def address(name: str, call: Call) -> str:
    """Of a page of a room above; nothing where that room is not there."""
    try:
        return reverse(name, args=[call.slug])
    except NoReverseMatch:
        return ""
