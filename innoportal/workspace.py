"""A person's workspace: what waits for them, what they wait for, what is new, whichever room it is in."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

import documents.work
import matching.case
import matching.work
import solutions.case
import solutions.work
import trials.case
import trials.work
import wishes.case
import wishes.work
from accounts.models import User
from accounts.roles import is_auditor, is_engineer, is_expert, is_office, is_requester, is_vendor, is_verifier
from desk.models import SavedView
from desk.services import arrive
from innoportal import people_work
from innoportal.lib.story import Story
from innoportal.lib.work import Row, in_order
from journal.models import Entry
from notifications.models import Follow

SHOWN = 15  # rows of a list; all of them on demand
NEWS = 20


# How a room has its part in the workspace: what waits for a person there, and how it tells of its things.
WORK: tuple[Callable[[User], Iterable[Row]], ...] = (
    people_work.work,
    wishes.work.work,
    solutions.work.work,
    matching.work.work,
    trials.work.work,
    documents.work.work,
)
STORIES: tuple[Story, ...] = (
    wishes.case.STORY,
    solutions.case.STORY,
    matching.case.STORY,
    trials.case.TRIALS,
    trials.case.REPORTS,
)


def news(user: User, since: datetime) -> list[dict[str, Any]]:
    """What others did since then to what is this person's or what they follow, as far as it is told them."""
    found = Q(pk__in=[])
    for story in STORIES:
        found |= Q(noun=story.noun, object_id__in=_near(story, user).values("pk"))
    entries = Entry.objects.filter(found, at__gt=since).exclude(actor_id=user.pk).order_by("-at", "-pk")
    return told(list(entries[: 5 * NEWS]), user)[:NEWS]


def _near(story: Story, user: User) -> Any:
    follows = Follow.objects.filter(user=user, noun=story.noun).values("object_id")
    own = story.concerning(user).values("pk")
    rows: Any = story.model._default_manager
    return rows.visible_to(user).filter(Q(pk__in=own) | Q(pk__in=follows))


def told(entries: list[Entry], reader: Any) -> list[dict[str, Any]]:
    """In the order of the entries, each with its thing; what is not this reader's to know is left out."""
    lines = []
    for story in STORIES:
        of_noun = [entry for entry in entries if entry.noun == story.noun]
        things = things_of(story, {entry.object_id for entry in of_noun}, reader) if of_noun else {}
        for entry in of_noun:
            thing = things.get(entry.object_id)
            if thing is not None and (line := story.tell(entry, thing, reader)):
                lines.append({**line, "entry": entry, "thing": thing, "story": story})
    places = {entry.pk: place for place, entry in enumerate(entries)}
    return sorted(lines, key=lambda line: places[line["entry"].pk])


def things_of(story: Story, keys: set[int], reader: Any) -> dict[int, Any]:
    """Those that the reader may see, with their parties."""
    rows: Any = story.model._default_manager
    found = rows.visible_to(reader).filter(pk__in=keys)
    return {one.pk: one for one in PARTIES[story.kind](found)}


# What telling reads of each noun, in a fixed number of queries.
PARTIES: dict[str, Callable[[Any], Any]] = {
    "wish": lambda rows: rows.select_related("organisation"),
    "solution": lambda rows: rows.select_related("organisation"),
    "match": lambda rows: rows.select_related("wish__organisation", "solution__organisation"),
    "trial": lambda rows: rows.with_subjects(),
    "report": lambda rows: rows.for_detail(),
}


class Workspace(LoginRequiredMixin, TemplateView):
    template_name = "workspace.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        rows = in_order(row for work in WORK for row in work(user))
        since = arrive(user)
        limit = None if self.request.GET.get("show") == "all" else SHOWN
        mine = [row for row in rows if row.mine]
        theirs = [row for row in rows if not row.mine]
        return super().get_context_data(
            **kwargs,
            mine=mine[:limit],
            mine_count=len(mine),
            late=sum(row.is_late for row in mine),
            theirs=theirs[:limit],
            theirs_count=len(theirs),
            since=since,
            news=news(user, since),
            rooms=rooms(user),
            views=SavedView.objects.visible_to(user).order_by("name", "pk")[:SHOWN],
            actions=actions(user),
        )


def rooms(user: User) -> list[dict[str, str]]:
    """The pages on which this person finds everything of theirs, one for each kind."""
    sees_all = is_office(user) or is_auditor(user) or user.is_superuser
    requester, vendor = is_requester(user), is_vendor(user)
    parties = requester or vendor or sees_all
    pages = [
        (_("Wishes"), "wishes:workspace", requester or sees_all, "wish"),
        (_("Solutions"), "solutions:workspace", vendor or sees_all, "solution"),
        (_("Matches"), "matching:workspace", parties or is_expert(user), "match"),
        (
            _("Trials and reports"),
            "trials:workspace",
            parties or is_engineer(user) or is_verifier(user),
            "trial",
        ),
    ]
    if is_office(user):
        pages += [
            (_("Wishes with the portal office"), "wishes:queue", True, "inbox"),
            (_("Solutions with the portal office"), "solutions:queue", True, "inbox"),
            (_("Reports that are due"), "trials:dues", True, "clock"),
            (_("Vendors to verify"), "people:verifications", True, "shield"),
            (_("Organisations that may be one"), "people:suspected-pairs", True, "building"),
            (_("Close somebody's account"), "close-account-for", True, "people"),
        ]
    if is_auditor(user) or user.is_superuser:
        pages.append((_("Sign-ins and rights"), "sign-ins-and-rights", True, "shield"))
    return [
        {"label": label, "url": reverse(name), "icon": icon} for label, name, shown, icon in pages if shown
    ]


def actions(user: User) -> list[dict[str, Any]]:
    """What one could begin, for who has nothing waiting: each with why."""
    offers = [
        (
            is_requester(user),
            _("Write a wish"),
            "wishes:create",
            _("Tell vendors what your department needs."),
        ),
        (is_vendor(user), _("Offer a solution"), "solutions:create", _("Show departments what you have.")),
        (
            bool(user.membership_roles),
            _("Nominate a solution"),
            "solutions:nominations",
            _("Write of what another organisation has; it confirms."),
        ),
        (is_vendor(user), _("Read the open wishes"), "wishes:list", _("Answer one with what you have.")),
        (
            is_expert(user),
            _("See all matches"),
            "matching:queue",
            _("Those under review wait for two experts."),
        ),
        (
            is_office(user),
            _("See all matches"),
            "matching:queue",
            _("Shortlisted ones wait for the portal office."),
        ),
        (is_engineer(user), _("Read the trials"), "trials:list", _("See what runs on which site.")),
        (
            is_verifier(user),
            _("Read the published reports"),
            "trials:reports",
            _("See how others were verified."),
        ),
        (
            is_auditor(user),
            _("Look for duplicates"),
            "matching:duplicates",
            _("See what was judged the same."),
        ),
        (user.is_superuser, _("Engine and glossary"), "matching:engine", _("See how matching works today.")),
        (
            True,
            _("Choose what you hear of"),
            "notices:settings",
            _("Follow a topic, and you are told what is new."),
        ),
    ]
    return [{"label": label, "url": reverse(name), "why": why} for shown, label, name, why in offers if shown]
