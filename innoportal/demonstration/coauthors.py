"""Who stands for a solution beside its vendor: one that has accepted, and one that is still asked."""

from functools import partial
from typing import TYPE_CHECKING, Any

from solutions import coauthoring

if TYPE_CHECKING:
    from accounts.models import User
    from innoportal.demonstration.chapters import Told

ANSWERED_AFTER = 4  # days


def coauthors(told: "Told", row: dict[str, Any], member: "User") -> None:
    for asked in row.get("coauthors", []):
        told.story.at(asked["asked"], partial(_ask, told, row["key"], asked, member))
        if asked.get("accepts", True):
            told.story.at(asked["asked"] + ANSWERED_AFTER, partial(_accept, told, row["key"], asked))


def _ask(told: "Told", key: str, asked: dict[str, Any], member: "User") -> None:
    organisation = told.cast.organisations[asked["organisation"]]
    may_edit = asked.get("edits", False)
    coauthoring.invite(told.fresh_solution(key), by=member, organisation=organisation, may_edit=may_edit)


def _accept(told: "Told", key: str, asked: dict[str, Any]) -> None:
    slug = asked["organisation"]
    row = told.fresh_solution(key).coauthors.get(organisation=told.cast.organisations[slug])
    coauthoring.accept(row, by=told.cast.approvers.get(slug) or told.cast.members[slug])
