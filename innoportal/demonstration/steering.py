"""How a running trial of the story is steered: milestones, risks, an incident, changes, meetings, money."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from innoportal.demonstration.chapters import Row, Told
from innoportal.demonstration.clock import Story
from trials import services as trials
from trials.models import LogEntry, Trial
from trials.steering import financial_year

BEGINS = -94  # between the lock of its plan and its start


class Steering:
    def __init__(self, told: Told, row: Row, trial: Callable[[], Trial]) -> None:
        self.row, self.find, self.people = row, trial, told.cast.people
        self.today = told.story.today
        self.engineer = self.people[row["engineer"]]

    def write(self, story: Story) -> None:
        story.at(BEGINS, self.begin)
        for row in self.row["milestones"]:
            if "reached" in row:
                story.at(row["reached"], partial(self.reach, row))
        for row in self.row["risks"]:
            if "again" in row:
                story.at(row["again"]["day"], partial(self.assess, row))
        for row in self.row["incidents"]:
            story.at(row["day"], partial(self.incident, row))
            if "acknowledged" in row:
                story.at(row["acknowledged"], partial(self.acknowledge, row))
        for row in self.row["changes"]:
            story.at(row["day"], partial(self.change, row))
        for row in self.row["meetings"]:
            story.at(row["day"], partial(self.meeting, row))

    def begin(self) -> None:
        trial, by = self.find(), self.engineer
        for row in self.row["milestones"]:
            trials.add_milestone(trial, by=by, due_on=self.day(row["due"]), **picked(row, "title", "weight"))
        for row in self.row["risks"]:
            given = picked(row, "title", "likelihood", "impact", "mitigation")
            trials.add_risk(trial, by=by, owner=self.people[row["owner"]], **given)
        for row in self.row["money"]:
            amounts = {name: Decimal(row[name]) for name in ("planned", "spent")}
            year = financial_year(self.day(row["day"]))
            given = picked(row, "label", "scheme", "scheme_reference")
            trials.add_line(trial, by=by, year=year, **amounts, **given)
        trials.show_to_all(trial, by=self.people[self.row["shown_by"]], parts=["money"])

    def reach(self, row: Row) -> None:
        trials.reach(self.find().milestones.get(title_en=row["title_en"]), by=self.engineer)

    def assess(self, row: Row) -> None:
        risk = self.find().risks.get(title_en=row["title_en"])
        given = {name: row["again"][name] for name in ("likelihood", "impact")}
        trials.assess(risk, by=risk.owner, **given)

    def incident(self, row: Row) -> None:
        trials.log(
            self.find(),
            by=self.engineer,
            kind=LogEntry.Kind.INCIDENT,
            on=timezone.localdate(),
            **picked(row, "text", "severity"),
        )

    def acknowledge(self, row: Row) -> None:
        incident = self.find().incidents.get(entry__text_en=row["text_en"])
        trials.acknowledge(incident, by=self.people[row["by"]])

    def change(self, row: Row) -> None:
        given = picked(row, "what", "why", "on_claims", "days", "touches")
        change = trials.propose(self.find(), by=self.people[row["by"]], **given)
        for person in row["agreed"]:
            trials.agree(change, by=self.people[person])

    def meeting(self, row: Row) -> None:
        actions = [
            {"what": one["what"], "owner": self.people[one["owner"]], "due_on": self.day(one["due"])}
            for one in row["actions"]
        ]
        given = picked(row, "present", "decisions")
        made = trials.minute(self.find(), by=self.engineer, on=timezone.localdate(), actions=actions, **given)
        for action, one in zip(made.actions.order_by("pk"), row["actions"], strict=True):
            if one.get("done"):
                trials.finish_action(action, by=action.owner)

    def day(self, days: int) -> Any:
        return self.today + timedelta(days=days)


def picked(row: Row, *names: str) -> dict[str, Any]:
    """Of the row what it has of these, in both languages where it is text in both."""
    return {name: row[name] for one in names for name in (one, f"{one}_en", f"{one}_zh") if name in row}
