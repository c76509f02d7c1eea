"""How departments of the story decide who approves for them, and when the portal office asked back."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accounts.models import User
from wishes import services as wishes
from wishes.delegating import delegate
from wishes.endorsing import StepPlan, set_steps
from wishes.screening import unanswered

if TYPE_CHECKING:
    from innoportal.demonstration.chapters import Told

Row = dict[str, Any]


def steps(told: "Told", row: Row) -> None:
    """A department sets the steps by which it endorses from that day on."""
    cast, key = told.cast, row["organisation"]
    plans = [
        StepPlan(
            kind=step["kind"],
            name_en=step["name_en"],
            name_zh=step["name_zh"],
            needed=step.get("needed", 1),
            people=tuple(cast.people[person] for person in step.get("people", [])),
        )
        for step in row["step"]
    ]
    told.story.at(row["day"], lambda: set_steps(cast.organisations[key], by=cast.approvers[key], plans=plans))


def delegation(told: "Told", row: Row) -> None:
    """An approver's place for some days; the last may lie before today or after it."""
    cast, key = told.cast, row["organisation"]
    first, last = (told.story.today + timedelta(days=row[name]) for name in ("first", "last"))
    told.story.at(
        row["day"],
        lambda: delegate(
            cast.organisations[key],
            by=cast.approvers[key],
            giver=cast.approvers[key],
            deputy=cast.people[row["deputy"]],
            kind=row["kind"],
            first_on=first,
            last_on=last,
        ),
    )


def as_of_today(user: User) -> User:
    """Without what was known of them on an earlier day of the story."""
    return User.objects.get(pk=user.pk)


def asked_back(told: "Told", row: Row, first: Row) -> None:
    """The portal office gave the wish back once; its department changed it and handed it in again."""
    cast, key, story = told.cast, row["organisation"], told.story
    office, member, approver = cast.people["office"], cast.members[key], cast.approvers[key]
    published = row["published"]

    def hand_in() -> None:
        wish = told.fresh_wish(row["key"])
        answers = {one.pk: first["answers"][one.about] for one in unanswered(wish)}
        wishes.submit(wish, by=member, answers=answers)

    def verb(name: str, by: User, **more: Any) -> Any:
        return lambda: getattr(wishes, name)(told.fresh_wish(row["key"]), by=by, **more)

    story.at(published - 32, verb("submit", member))
    story.at(published - 31, verb("endorse", approver))
    story.at(published - 22, verb("return_", office, reason=first["reason"], questions=first["asks"]))
    story.at(published - 17, verb("update", member, **first["changes"]))
    story.at(published - 14, hand_in)
