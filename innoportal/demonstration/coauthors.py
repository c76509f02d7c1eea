"""Who stands for a solution beside its vendor, or asks that it be offered: each accepted and waiting."""

from functools import partial
from typing import TYPE_CHECKING, Any

from solutions import coauthoring, nominating

if TYPE_CHECKING:
    from accounts.models import User
    from innoportal.demonstration.chapters import Told

ANSWERED_AFTER = 4  # days
NOMINATED = -3
NOMINATION = {
    "title_en": "Brake wear seen from the sound of the lift",
    "title_zh": "從聲音看出升降機制動器磨損",
    "summary_en": "The microphone of the lift monitor hears how long the brake drags: two weeks of warning.",
    "summary_zh": "升降機監察器的收音器亦能聽出制動器拖曳多久，曾提早兩星期向我們示警。",
    "trl": 6,
    "words": "You showed us this in the lift of our own office. Other departments should know of it.",
}


def coauthors(told: "Told", row: dict[str, Any], member: "User") -> None:
    for asked in row.get("coauthors", []):
        told.story.at(asked["asked"], partial(_ask, told, row["key"], asked, member))
        if asked.get("accepts", True):
            told.story.at(asked["asked"] + ANSWERED_AFTER, partial(_accept, told, row["key"], asked))


def nomination(told: "Told") -> None:
    """A department writes of what the vendor that visitors sign in as has; it waits for an answer."""
    said: dict[str, Any] = {
        "by": told.cast.people["officer"],
        "organisation": told.cast.organisations["building"],
        "vendor": told.cast.organisations["liftsense"],
        **NOMINATION,
    }
    told.story.at(NOMINATED, partial(nominating.nominate, **said))


def _ask(told: "Told", key: str, asked: dict[str, Any], member: "User") -> None:
    organisation = told.cast.organisations[asked["organisation"]]
    may_edit = asked.get("edits", False)
    coauthoring.invite(told.fresh_solution(key), by=member, organisation=organisation, may_edit=may_edit)


def _accept(told: "Told", key: str, asked: dict[str, Any]) -> None:
    slug = asked["organisation"]
    row = told.fresh_solution(key).coauthors.get(organisation=told.cast.organisations[slug])
    coauthoring.accept(row, by=told.cast.approvers.get(slug) or told.cast.members[slug])
