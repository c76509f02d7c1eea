"""What happens in the story: each verb is the service that the pages call, at its own moment."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from accounts.models import User
from innoportal.demonstration import approval
from innoportal.demonstration.clock import Event, Story
from innoportal.demonstration.coauthors import coauthors
from innoportal.demonstration.people import Cast
from matching import services as matching
from matching.models import Match
from notifications.models import Preference, Rhythm
from notifications.services import follow
from solutions import pitching, refreshing
from solutions import services as solutions
from solutions.models import Solution
from topics.models import Topic
from trials.models import Venue
from wishes import services as wishes
from wishes.models import Call, Wish

Row = dict[str, Any]
YEAR = 365
SEARCHES: tuple[tuple[str, str, str, list[str]], ...] = (
    ("vendor", "Lifts", "find faults in lifts and escalators before passengers notice", ["wish"]),
    ("vendor", "預測性維護", "在升降機及自動梯故障之前預測何時需要維修", []),
    ("officer", "Pipe leak detection", "find leaks in buried water pipes before they burst", []),
)
WISH_TEXT = [
    f"{name}_{script}"
    for name in ("title", "need", "outcome", "constraints", "site")
    for script in ("en", "zh")
]
WISH_FIELDS = [*WISH_TEXT, "site_gives", "certificates", "trl_wanted", "budget", "months"]
SOLUTION_TEXT = [f"{name}_{script}" for name in ("title", "summary", "method") for script in ("en", "zh")]
SOLUTION_FIELDS = [
    *SOLUTION_TEXT,
    "confidential",
    "trl",
    "price",
    "lead_months",
    "trial_needs",
    "certificates",
]
SOLUTION_FIELDS += ["intellectual_property", "is_novel", "is_expression", "awards"]
SOLUTION_FIELDS += [  # the try-readiness kit
    *(f"{name}_{script}" for name in ("installation", "risks", "roll_back") for script in ("en", "zh")),
    *("risk_state", "insurance_state", "insurance"),
]


class Told:
    """The story so far: what stands, by key."""

    def __init__(self, story: Story, cast: Cast) -> None:
        self.story, self.cast = story, cast
        self.wishes: dict[str, Wish] = {}
        self.calls: dict[str, Call] = {}
        self.solutions: dict[str, Solution] = {}
        self.venues: dict[str, Venue] = {}
        self.published: dict[str, int] = {}  # the day of each public wish
        self.topics = {topic.slug: topic for topic in Topic.objects.all()}

    def fresh_wish(self, key: str) -> Wish:
        return Wish.objects.get(pk=self.wishes[key].pk)

    def fresh_solution(self, key: str) -> Solution:
        return Solution.objects.get(pk=self.solutions[key].pk)

    def match(self, pair: list[str]) -> Match:
        """The engine's own row for the pair, worked out at this moment of the story."""
        wish, solution = self.fresh_wish(pair[0]), self.fresh_solution(pair[1])
        matching.profiles([wish])
        matching.profiles([solution])
        matching.rematch_wishes([wish.pk], explained=0)
        try:
            return Match.objects.select_related("wish", "solution").get(wish=wish, solution=solution)
        except Match.DoesNotExist as error:
            raise RuntimeError(
                f"The engine does not offer {pair}: {wish.status}, {solution.status}."
            ) from error


def searches(told: Told) -> None:
    """What the vendor and a department wait for, in their own words."""
    for who, name, words, kinds in SEARCHES:
        matching.save_search(told.cast.people[who], matching.Wanted(words, kinds), name=name)


def followers(told: Told) -> None:
    """Some people follow topics from the start; the vendor who is shown around wants to hear at once."""
    Preference.objects.create(user=told.cast.people["vendor"], follows=Rhythm.NOW)
    for number, user in enumerate(told.cast.members.values()):
        for topic in list(told.topics.values())[number % 5 :: 9]:
            follow(user, topic)


def wish(told: Told, row: Row) -> None:
    """Written, handed in, endorsed, screened and published; or as far as its state says."""
    story, cast, key = told.story, told.cast, row["organisation"]
    state, published = row.get("state", "open"), row["published"]
    office, member, approver = cast.people["office"], cast.members[key], cast.approvers[key]
    step = partial(_wish_step, told, row["key"])
    first = row.get("first_round")
    story.at(published - (35 if first else 21), partial(_write_wish, told, row, member))
    if state == "draft":
        return
    if first:
        approval.asked_back(told, row, first)
    else:
        story.at(published - 14, step(wishes.submit, member))
    if state == "endorsement":
        return
    endorsers = [cast.people[person] for person in row.get("endorsers", [])] or [approver]
    for number, endorser in enumerate(endorsers):
        story.at(published - 11 + number, partial(_endorse, told, row["key"], endorser))
    if state == "screening":
        return
    if state == "returned":
        asks = row.get("asks", {})
        story.at(published, step(wishes.return_, office, reason=row["reason"], questions=asks))
        return
    told.published[row["key"]] = published
    story.at(published, step(wishes.publish, office))
    _in_public(told, row, member)


def _write_wish(told: Told, row: Row, member: User) -> None:
    values = {name: row[name] for name in WISH_FIELDS if name in row}
    if "closes" in row:
        values["closes_on"] = told.story.today + timedelta(days=row["closes"])
    told.wishes[row["key"]] = wishes.create(
        by=member,
        organisation=told.cast.organisations[row["organisation"]],
        topics=[told.topics[slug] for slug in row["topics"]],
        kpis=row.get("kpis", []),
        **values,
    )


def _wish_step(told: Told, key: str, verb: Callable[..., Any], by: User, **more: Any) -> Event:
    return lambda: verb(told.fresh_wish(key), by=by, **more)


def _in_public(told: Told, row: Row, member: User) -> None:
    """What others ask of an open wish, who needs the same, and its end."""
    published = row["published"]
    for number, question in enumerate(row.get("questions", [])):
        _question(told, row, question, min(published + 6 + number * 4, -1), member)
    for number, sponsor in enumerate(row.get("sponsors", [])):
        organisation, by = told.cast.organisations[sponsor], told.cast.approvers[sponsor]
        day = min(published + 9 + number * 5, 0)
        told.story.at(day, _wish_step(told, row["key"], wishes.sponsor, by, organisation=organisation))
    if row.get("state") == "expired":
        told.story.at(row["closes"] + 1, lambda: wishes.expire(told.fresh_wish(row["key"])))


def _endorse(told: Told, key: str, endorser: User) -> None:
    wishes.endorse(told.fresh_wish(key), by=approval.as_of_today(endorser))


def _question(told: Told, row: Row, question: Row, day: int, member: User) -> None:
    asker = told.cast.people["vendor"]
    asked: list[Any] = []
    told.story.at(
        day, lambda: asked.append(wishes.ask(told.fresh_wish(row["key"]), by=asker, text=question["text"]))
    )
    if "answer" in question:
        told.story.at(min(day + 3, 0), lambda: wishes.answer(asked[0], by=member, text=question["answer"]))


def solution(told: Told, row: Row) -> None:
    """Written, submitted, acknowledged, listed; or as far as its state says. Then its answers to wishes."""
    story, cast, key = told.story, told.cast, row["organisation"]
    state, listed = row.get("state", "listed"), row["listed"]
    office, member = cast.people["office"], cast.members.get(key) or cast.approvers[key]

    def step(verb: Callable[..., Any], by: User, **more: Any) -> Event:
        return lambda: verb(told.fresh_solution(row["key"]), by=by, **more)

    story.at(listed - 16, partial(_write_solution, told, row, member))
    if state == "draft":
        return
    if "offered" in row:
        story.at(listed - 12, partial(_offer, told, row["key"], row["offered"], member))
    story.at(listed - 11, step(solutions.submit, member))
    if state == "submitted":
        return
    story.at(listed - 9, step(solutions.acknowledge, office))
    if state == "screening":
        return
    refusals = {"returned": solutions.return_, "not_suitable": solutions.refuse}
    if state in refusals:
        ground = row.get("ground", "")
        story.at(listed, step(refusals[state], office, reason=row["reason"], ground=ground))
        return
    story.at(listed, step(solutions.list_, office))
    coauthors(told, row, member)
    for changed in row.get("changed", []):
        story.at(changed["on"], step(solutions.update, member, **changed["to"]))
    for day in range(listed + YEAR - 14, 0, YEAR):
        story.at(day, partial(_still_current, told, row["key"], member))
    for answer in row.get("answers", []):
        day = min(max(listed, told.published[answer["wish"]]) + 1, 0)
        story.at(day, partial(_answer, told, row["key"], answer, member))


def _write_solution(told: Told, row: Row, member: User) -> None:
    values = {name: row[name] for name in SOLUTION_FIELDS if name in row}
    if "nominated_by" in row:
        values["nominated_by"] = told.cast.organisations[row["nominated_by"]]
    told.solutions[row["key"]] = solutions.create(
        by=member,
        organisation=told.cast.organisations[row["organisation"]],
        topics=[told.topics[slug] for slug in row["topics"]],
        evidence=row.get("evidence", []),
        **values,
    )


def _offer(told: Told, key: str, offered: Row, member: User) -> None:
    """What a vendor says to a wish before anything is handed in."""
    reference = told.fresh_wish(offered["wish"]).reference or ""
    pitching.keep_pitch(told.fresh_solution(key), by=member, wish_reference=reference, pitch=offered["pitch"])


def _still_current(told: Told, key: str, member: User) -> None:
    solution = told.fresh_solution(key)
    if refreshing.is_asked(solution) and solution.expires_on:
        refreshing.confirm(solution, by=member, until=solution.expires_on)


def _answer(told: Told, key: str, answer: Row, member: User) -> None:
    reference = told.fresh_wish(answer["wish"]).reference or ""
    pitching.answer_wish(told.fresh_solution(key), by=member, wish_reference=reference, pitch=answer["pitch"])


def decision(told: Told, row: Row) -> None:
    """Shortlisted, reviewed, and what the experts said."""
    story, cast, pair = told.story, told.cast, row["pair"]
    shortlisted = row.get("shortlisted", row.get("reviewed", 0) - 12)
    story.at(shortlisted, lambda: matching.shortlist(told.match(pair), by=cast.people["office"]))
    if "reviewed" not in row:
        return
    story.at(
        row["reviewed"] - 6,
        lambda: matching.open_review(match(told, pair), by=cast.people["office"]),
    )
    for number, review in enumerate(row["reviews"]):
        day = min(row["reviewed"] + number, 0)
        story.at(day, partial(_review, told, pair, **review))


def match(told: Told, pair: list[str]) -> Match:
    return Match.objects.select_related("wish", "solution").get(
        wish=told.wishes[pair[0]].pk, solution=told.solutions[pair[1]].pk
    )


def _review(told: Told, pair: list[str], expert: str, verdict: str, ground: str, reason: str) -> None:
    matching.review(
        match(told, pair), by=told.cast.people[expert], verdict=verdict, ground=ground, reason=reason
    )
