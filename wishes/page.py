"""What the page of one wish shows this reader, and what they can do with it now."""

from collections.abc import Mapping
from typing import Any

import rules
from django import forms
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import is_vendor
from documents.models import Document
from innoportal.languages import listed, phrase
from journal.clock import clock
from journal.grounds import ground_of
from journal.models import Entry, Pledge
from notifications.models import Follow
from wishes import writing
from wishes.answers import answers_of
from wishes.around import (
    endorsement_context,
    merged_into_it,
    questions_of,
    screening_context,
)
from wishes.asking import is_closed
from wishes.models import Wish, WishDraft, WishQuerySet
from wishes.screening import unanswered
from wishes.timeline import timeline
from wishes.verb_forms import (
    EndorseForm,
    HandInForm,
    LeaveForm,
    MergeForm,
    QuestionForm,
    RenewForm,
    ReturnForm,
    SendBackForm,
    SponsorForm,
    WithdrawForm,
)
from wishes.workflow import WORKFLOW

Forms = Mapping[str, forms.Form]

# verb → label, button style, form. In the order of the buttons; what is not here is no button.
BUTTONS: dict[str, tuple[Any, str, type[forms.Form] | None]] = {
    "submit": (_("Send for endorsement"), "", None),
    "endorse": (_("Endorse"), "", EndorseForm),
    "publish": (_("Publish"), "", None),
    "renew": (_("Renew"), "secondary", RenewForm),
    "resolve": (_("Mark as resolved"), "secondary", None),
    "expire": (_("Close for proposals"), "secondary", None),
    "send_back": (_("Send back"), "secondary", SendBackForm),
    "return": (_("Return with questions"), "secondary", ReturnForm),
    "merge": (_("Merge into another wish"), "secondary", MergeForm),
    "withdraw": (_("Withdraw"), "warning", WithdrawForm),
}


def detail_context(request: HttpRequest, wish: Wish, bound: Forms | None = None) -> dict[str, Any]:
    """Everything that wishes/detail.html reads; `bound` holds forms that were wrong, by verb."""
    user, bound = request.user, bound or {}
    inside = is_inside(user, wish)
    entries = list(Entry.objects.about(wish).in_order())
    pledges = Pledge.objects.of("wishes.wish") if inside else []
    may_edit = wish.is_editable and user.has_perm("wishes.change_wish", wish)
    endorsement = endorsement_context(user, wish, inside)
    kpis = list(wish.kpis.all())
    return {
        "wish": wish,
        "kpis": kpis,
        "has_methods": any(one.method for one in kpis),
        "gives": listed(Wish.SiteGift(gift).label for gift in wish.site_gives),
        "topics": listed(phrase(one["name_en"], one["name_zh"]) for one in wish.shown_topics),
        "inside": inside,
        "offer": [] if inside else offer(user, wish),
        "verbs": actions(user, wish, bound, endorsement),
        **endorsement,
        **screening_context(wish, entries, inside),
        "documents": Document.objects.about(wish).readable_by(user).order_by("pk"),
        "merged": merged_into_it(wish, entries),
        "may_edit": may_edit,
        **(writing_context(wish) if may_edit else {}),
        "timeline": timeline(entries, inside=inside),
        "dues": clock(entries, pledges),
        "matches_url": matches_url(wish),
        "may_write_annex": inside and user.has_perm("wishes.change_annex", wish),
        **questions_context(user, wish, bound),
        "sponsor_form": sponsor_form(user, wish, bound),
        "leave_form": leave_form(user, wish, bound),
    }


def questions_context(user: Any, wish: Wish, bound: Forms) -> dict[str, Any]:
    """Questions and answers of a public wish, and who may add to them."""
    if not wish.is_public:
        return {}
    is_open = not is_closed(wish)
    may_ask = is_open and user.has_perm("wishes.ask_wish", wish)
    return {
        "questions": questions_of(wish, bound.get("answer") or bound.get("correct")),
        "may_ask": may_ask,
        "asking_closed": not is_open,
        "ask_form": bound.get("ask") or (QuestionForm(user=user, auto_id="ask_%s") if may_ask else None),
        "may_answer": user.has_perm("wishes.answer_wish", wish),
    }


def writing_context(wish: Wish) -> dict[str, Any]:
    """For who can still change it: what a vendor would ask, and changes that are typed but not saved."""
    remarks = writing.remarks(answers_of(wish))
    return {
        "remarks": remarks,
        "count": writing.questions_left(len(remarks)),
        "checks": True,
        "unsaved": WishDraft.objects.filter(wish=wish).select_related("updated_by").first(),
    }


def withdrawn_context(wish: Wish) -> dict[str, Any]:
    """What wishes/withdrawn.html reads: its name alone, and the reason that its followers got."""
    entry = get_object_or_404(Entry.objects.about(wish), verb="withdraw")  # no verb leads out of this state
    return {
        "title": wish.title,
        "reference": wish.reference,
        "at": entry.at,
        "reason": entry.reason,
        "ground": ground_of(entry),
    }


def offer(user: Any, wish: Wish) -> list[dict[str, Any]]:
    """The way from a wish to a vendor's answer; a visitor signs in on it."""
    if not wish.is_open_to_offers or (user.is_authenticated and not is_vendor(user)):
        return []
    url = f"{reverse('solutions:answer-wish')}?wish={wish.slug}"
    return [{"label": _("Answer with a solution"), "url": url, "icon": "solution"}]


def is_inside(user: Any, wish: Wish) -> bool:
    """Whether this reader takes part, so may read reasons and names; being able to see it is not enough."""
    return user.is_authenticated and (
        user.is_member_of(wish.organisation_id)
        or user.is_superuser
        or user.has_role("office")
        or user.has_role("auditor")
    )


def actions(user: User, wish: Wish, bound: Forms, endorsement: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What this person can do now: allowed by the rules and by the state, and for a yes by the round."""
    possible = WORKFLOW.verbs_from(wish.status)
    if endorsement.get("seat") is None:
        possible = [verb for verb in possible if verb != "endorse"]
    return [
        {
            "verb": verb,
            "label": label,
            "style": style,
            "url": reverse(f"wishes:{verb}", args=[wish.slug]),
            "post": True,
            "form": bound.get(verb) or _form(verb, form, wish, endorsement),
            "open": verb in bound or verb in OPENED,
        }
        for verb, (label, style, form) in BUTTONS.items()
        if verb in possible and _may(user, verb, wish)
    ]


OPENED = ("submit", "endorse")  # what the reader has come for


def _form(
    verb: str, form: type[forms.Form] | None, wish: Wish, endorsement: Mapping[str, Any]
) -> forms.Form | None:
    """An empty one; None for a verb that is a button alone."""
    auto_id = f"{verb}_%s"
    if verb == "submit":
        questions = unanswered(wish) if wish.status == Wish.Status.RETURNED else []
        return HandInForm(questions=questions, auto_id=auto_id) if questions else None
    if verb == "endorse":
        return EndorseForm(initial={"seen": endorsement["stand"].mark}, auto_id=auto_id)
    return form(auto_id=auto_id) if form else None


def _may(user: User, verb: str, wish: Wish) -> bool:
    name = f"wishes.{verb}_wish"
    # Endorsing asks for a second person of the department: an administrator's "may do all" does not count.
    return rules.has_perm(name, user, wish) if verb == "endorse" else user.has_perm(name, wish)


def with_follow(wishes: WishQuerySet, user: Any) -> WishQuerySet:
    """The same rows, each knowing as `follow_id` whether this reader follows it."""
    follows = Follow.objects.filter(user_id=user.pk, noun="wishes.wish", object_id=OuterRef("pk"))
    return wishes.annotate(follow_id=Subquery(follows.values("pk")[:1]))


def sponsor_form(user: Any, wish: Wish, bound: Forms) -> forms.Form | None:
    """None for who speaks for no other department, or only for those that have said so."""
    if not user.has_perm("wishes.sponsor_wish", wish) or not user.is_authenticated:
        return None
    form = bound.get("sponsor") or SponsorForm(user=user, wish=wish, auto_id="sponsor_%s")
    there = {sponsor.organisation_id for sponsor in wish.sponsors.all()}
    return form if {one.pk for one in form.fields["organisation"].queryset} - there else None  # type: ignore[attr-defined]


def leave_form(user: Any, wish: Wish, bound: Forms) -> forms.Form | None:
    """None for who speaks for no organisation that is named there."""
    if not user.is_authenticated or not user.has_perm("wishes.leave_wish", wish):
        return None
    named = {sponsor.organisation_id for sponsor in wish.sponsors.all()}
    if not any(user.is_approver_of(pk) for pk in named):
        return None
    return bound.get("leave") or LeaveForm(user=user, wish=wish, auto_id="leave_%s")


def matches_url(wish: Wish) -> str:
    """Where the page loads the matches of this wish from; nothing before it is public."""
    if not wish.is_public:
        return ""
    try:
        return reverse("matching:of-wish", args=[wish.slug])
    except NoReverseMatch:
        return ""
