"""Rounds of the story: a themed one with its wishes, one that is announced, and a rapid one."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wishes import calls
from wishes.models import Call

if TYPE_CHECKING:
    from innoportal.demonstration.chapters import Told

Row = dict[str, Any]
TEXTS = [f"{name}_{script}" for name in ("title", "text", "criteria") for script in ("en", "zh")]


def _values(told: "Told", row: Row) -> Row:
    values = {name: row[name] for name in TEXTS}
    values["topics"] = [told.topics[slug] for slug in row["topics"]]
    values["opens_on"] = told.story.today + timedelta(days=row["opens"] if "opens" in row else row["day"])
    values["closes_on"] = told.story.today + timedelta(days=row["closes"])
    return values


def themed(told: "Told", row: Row) -> None:
    """Written and published by the portal office, which makes wishes part of it."""
    office = told.cast.people["office"]

    def announce() -> None:
        call = calls.create(by=office, **_values(told, row))
        calls.publish(call, by=office)
        for key in row["wishes"]:
            calls.gather(call, by=office, wish=told.fresh_wish(key))
        told.calls[row["key"]] = call

    told.story.at(row["day"], announce)
    if row["opens"] > row["day"] and row["opens"] <= 0:
        told.story.at(row["opens"], lambda: calls.open_(_fresh(told, row["key"]), by=None))


def rapid(told: "Told", row: Row) -> None:
    """Asked for by a department and published by the portal office on the same day."""
    cast, key = told.cast, row["organisation"]
    office, member = cast.people["office"], cast.members[key]

    def publish() -> None:
        values = _values(told, row) | {"kind": Call.Kind.RAPID, "organisation": cast.organisations[key]}
        call = calls.create(by=member, **values)
        calls.submit(call, by=member)
        calls.publish(call, by=office)
        told.calls[row["key"]] = call
        told.wishes[row["key"]] = call.wishes.get()
        told.published[row["key"]] = row["day"]

    told.story.at(row["day"], publish)


def _fresh(told: "Told", key: str) -> Call:
    return Call.objects.get(pk=told.calls[key].pk)
