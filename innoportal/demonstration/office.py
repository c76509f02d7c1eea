"""What the portal office does at its desk: one thing to many wishes, and a list as it likes to find it."""

from typing import TYPE_CHECKING

from desk.bulk import Plan, mark_of, perform
from desk.models import SavedView
from wishes.models import Call
from wishes.views.queue import BENCH

if TYPE_CHECKING:
    from innoportal.demonstration.chapters import Told


def gather(told: "Told", call: Call, keys: list[str]) -> None:
    """Wishes become part of a call together, under one number of the journal."""
    by = told.cast.people["office"]
    wishes = [told.fresh_wish(key) for key in keys]
    plan = Plan("assign", {"call": [str(call.pk)]}, {wish.pk: mark_of(wish) for wish in wishes})
    action = perform(BENCH, plan, plan.sealed(by), by=by, given={"call": call})
    if faults := [row["fault"] for row in action.rows if row["fault"]]:
        raise RuntimeError(f"{call} does not take every wish of the story: {faults}")


def views(told: "Told") -> None:
    """Kept by the coordinator, for everyone in the office."""
    SavedView.objects.create(
        owner=told.cast.people["office"],
        list="wishes:queue",
        query="status=returned",
        name="With their departments",
        is_for_office=True,
    )
