"""Rounds of the story: a themed one with its wishes, one that is announced, and a rapid one."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from innoportal.demonstration.office import gather
from innoportal.demonstration.people import content
from matching import triage
from matching.services import triaging
from solutions import pitching
from solutions import services as solutions
from wishes import annexes, calls
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
        if row["wishes"]:
            gather(told, call, row["wishes"])
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
    for number, one in enumerate(content("answer", "calls.toml")):
        told.story.at(min(row["day"] + 1 + number // 4, -2), partial(_answer, told, row["key"], one))
    told.story.at(-1, lambda: _go_through(told, row["key"]))


def _answer(told: "Told", key: str, row: Row) -> None:
    """Handed in, not listed yet: what came in answer to the call is gone through first."""
    cast, organisation = told.cast, row["organisation"]
    member = cast.members.get(organisation) or cast.approvers[organisation]
    texts = {name: row[name] for name in ("title_en", "title_zh", "summary_en", "trl")}
    solution = solutions.create(
        by=member,
        organisation=cast.organisations[organisation],
        is_expression=row.get("is_expression", False),
        **texts,
    )
    solutions.submit(solution, by=member)
    reference = told.fresh_wish(key).reference or ""
    pitching.answer_wish(solution, by=member, wish_reference=reference, pitch=row["pitch"])


def _go_through(told: "Told", key: str) -> None:
    """The portal office has begun with the answers."""
    call, office = _fresh(told, key), told.cast.people["office"]
    for row in content("triage", "calls.toml"):
        rows = [one for one in triage.answers(call, office) if one.solution.title_en in row["answers"]]
        given = {name: row[name] for name in ("reason", "ground") if name in row}
        triaging.decide(
            call, by=office, verb=row["verb"], marks={one.pair: one.status for one in rows}, **given
        )


def annex(told: "Told", row: Row) -> None:
    """A department writes the annex of its wish, and a vendor accepts its terms."""
    cast, by = told.cast, told.cast.members[row["organisation"]]
    texts = {name: row[name] for name in annexes.TEXTS}
    vendor, day = row["accepted"]["organisation"], row["accepted"]["day"]

    def accept() -> None:
        held = told.fresh_wish(row["wish"]).annex
        annexes.accept(
            held, by=cast.approvers[vendor], organisation=cast.organisations[vendor], version=held.version
        )

    told.story.at(row["day"], lambda: annexes.write(told.fresh_wish(row["wish"]), by=by, **texts))
    told.story.at(day, accept)


def _fresh(told: "Told", key: str) -> Call:
    return Call.objects.get(pk=told.calls[key].pk)
