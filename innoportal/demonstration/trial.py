"""How a trial goes in the story, from the approval to the published report."""

import json
import math
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO

import numpy as np
from django.utils import timezone

from innoportal.demonstration.chapters import Row, Told, decision, match
from innoportal.demonstration.clock import Story
from innoportal.demonstration.people import content
from innoportal.demonstration.steering import Steering
from innoportal.demonstration.voices import surveyed
from trials import services as trials
from trials.models import Report, Trial

PROMISE = ("metric", "unit", "direction", "target", "method", "statement_en", "statement_zh")
DESIGN = (
    *("companion", "control", "figure", "sampling_en", "sampling_zh", "instrument", "certificate"),
    *("uncertainty", "expected", "spread", "likeness", "per_day"),
)
APPROVALS = [
    ("expert", "It answers the need as it is written, and the site can give what the trial needs."),
    ("expert2", "The evidence fits the readiness asked, and the plan can measure what was promised."),
]


def trial(told: Told, row: Row) -> None:
    """Approved by two experts, planned, locked, run, reported and published; as far as its dates go."""
    story, pair = told.story, row["pair"]
    if "approved" in row:  # a higher rung of the same pair needs no other approval
        reviews = [
            {"expert": expert, "verdict": "approve", "ground": "fits", "reason": reason}
            for expert, reason in APPROVALS
        ]
        decision(told, {"pair": pair, "reviewed": row["approved"] - 1, "reviews": reviews})
    chapter = TrialChapter(told, row)
    chapter.write(story)
    for steered in content("steered", "steering.toml"):
        if steered["pair"] == pair:
            Steering(told, steered, lambda: chapter.trial).write(story)


class TrialChapter:
    def __init__(self, told: Told, row: Row) -> None:
        self.told, self.row, self.cast = told, row, told.cast
        self.engineer = told.cast.people[row["engineer"]]

    def write(self, story: Story) -> None:
        days = self.row
        story.at(days["planned"], self.plan)
        if "locked" in days:
            story.at(days["locked"], lambda: trials.lock(self.trial, by=self.engineer))
            story.at(days["locked"] + 1, self.sign)
        if "started" in days:
            story.at(days["started"], self.start)
            for note in days["log"]:
                story.at(days["started"] + note["day"], partial(self.note, note))
        if "aired" in days:
            story.at(days["aired"], self.air)
        if "opened" in days:
            story.at(days["opened"], self.open)
        self.write_end(story)

    def write_end(self, story: Story) -> None:
        days = self.row
        if "paused" in days:
            story.at(days["paused"] - 1, self.measure)
            pause = days["pause_reason"]
            story.at(days["paused"], lambda: trials.pause(self.trial, by=self.engineer, reason=pause))
        elif "stopped" in days:
            story.at(days["stopped"], self.measure)
            reason = days["stop_reason"]
            story.at(days["stopped"], lambda: trials.stop(self.trial, by=self.engineer, reason=reason))
        elif "finished" in days:
            story.at(days["finished"], self.measure)
            story.at(days["finished"], lambda: trials.finish(self.trial, by=self.engineer))
        elif "started" in days:
            story.at(-1, self.measure)
            story.at(-1, self.book)
            for survey in days.get("surveys", ()):
                surveyed(story, survey, lambda: self.trial)
            for sensor in days.get("sensors", ()):
                story.at(-1, partial(self.hear, sensor))
        if published := days.get("published"):
            story.at(published - 34, self.report)
            # A vendor that keeps silent has all its days before the window closes.
            story.at(published - (25 if days.get("comment_en") else 10), self.comment)
            story.at(published, self.publish)
        elif "handed" in days:
            story.at(days["handed"], self.report)

    @property
    def trial(self) -> Trial:
        return self.on(self.row.get("rung", ""))

    def on(self, rung: str) -> Trial:
        """The pair's trial on this rung."""
        return Trial.objects.select_related("match__wish", "match__solution").get(
            match__wish=self.told.wishes[self.row["pair"][0]].pk,
            match__solution=self.told.solutions[self.row["pair"][1]].pk,
            rung=rung,
        )

    @property
    def report_row(self) -> Report:
        return Report.objects.select_related("trial__match__wish", "trial__match__solution").get(
            trial=self.trial
        )

    def plan(self) -> None:
        row, story = self.row, self.told.story
        names = ["kind", "scale_en", "scale_zh", "method_en", "method_zh", "stop_rules_en", "stop_rules_zh"]
        names += ["rung", "exit_en", "exit_zh"]
        values = {name: row[name] for name in names if name in row}
        if "exit_cost" in row:
            values["exit_cost"] = Decimal(row["exit_cost"])
        if "budget_planned" in row:
            values["budget_planned"] = Decimal(row["budget_planned"])
        first = row.get("started", 20)
        last = row.get("finished", row.get("stopped", max(first + 120, 40)))
        values |= {
            "engineer": self.engineer,
            "venue": self.told.venues[row["venue"]],
            "starts_on": story.today + timedelta(days=first),
            "ends_on": story.today + timedelta(days=last),
        }
        if "after" in row:  # the claims are carried over from the rung below
            below = self.on(row["after"])
            made = trials.next_rung(below, by=self.engineer, match=below.match)
            trials.update_plan(made, by=self.engineer, **values)
            return
        claims = [self.claim(claim) for claim in row["claims"]]
        trials.plan(match(self.told, row["pair"]), by=self.engineer, claims=claims, **values)

    def claim(self, claim: Row) -> Row:
        said = {name: claim[name] for name in (*PROMISE, *DESIGN) if name in claim}
        found = {name: str(value) if isinstance(value, float) else value for name, value in said.items()}
        if "calibrated" in claim:
            found["calibrated_on"] = (self.told.story.today + timedelta(days=claim["calibrated"])).isoformat()
        return found | {"baseline": claim.get("known")}

    def sign(self) -> None:
        """For each side by one who approves there; by the administrator where the cast has nobody."""
        wish, solution = (self.told.wishes[self.row["pair"][0]], self.told.solutions[self.row["pair"][1]])
        for side in (wish, solution):
            approver = self.cast.approvers.get(side.organisation.slug)
            trials.sign(self.trial, by=approver or self.cast.people["administrator"])

    def start(self) -> None:
        trial = self.trial
        for item in Trial.CHECKLIST:
            trials.tick(trial, item, by=self.engineer)
        trials.start(self.trial, by=self.engineer)

    def air(self) -> None:
        """The department lets everyone read what is measured."""
        wish = self.told.wishes[self.row["pair"][0]]
        trials.show_live(self.trial, by=self.cast.approvers[wish.organisation.slug])

    def open(self) -> None:
        """The department lets everyone take the readings away."""
        wish = self.told.wishes[self.row["pair"][0]]
        approver = self.cast.approvers.get(wish.organisation.slug)
        trials.open_data(self.trial, by=approver or self.cast.people["administrator"])

    def note(self, note: Row) -> None:
        names = ("kind", "severity", "text_en", "text_zh", "reason_en", "reason_zh")
        values = {name: note[name] for name in names if name in note}
        trials.log(self.trial, by=self.engineer, on=timezone.localdate(), **values)

    def measure(self) -> None:
        file = readings(self.row, self.told.story)
        trials.import_measurements(self.trial, by=self.engineer, file=BytesIO(file))
        if "budget_spent" in self.row:
            trials.spend(self.trial, by=self.engineer, budget_spent=Decimal(self.row["budget_spent"]))

    def book(self) -> None:
        """The venue, for the days that are left."""
        trial = self.trial
        first = timezone.localdate()
        last = max(trial.ends_on, first + timedelta(days=14))
        trials.book_venue(trial.venue, by=self.engineer, trial=trial, first=first, last=last)

    def hear(self, sensor: Row) -> None:
        """A device, and one message of it as its network server posts it."""
        trial = self.trial
        names = ("name", "dev_eui", "f_port", "fields")
        trials.save_sensor(trial, by=self.engineer, **{name: sensor[name] for name in names})
        trials.make_token(trial, by=self.engineer)
        uplink = {
            "deviceInfo": {"devEui": sensor["dev_eui"]},
            "fPort": sensor["f_port"],
            "fCnt": 2016,
            "time": timezone.now().isoformat(),
            "object": sensor["object"],
            "rxInfo": [{"gatewayId": "0016c001ff10a235", "rssi": -97, "snr": 7.2}],
        }
        trials.take_uplink(trial.tokens.in_force().get(), json.dumps(uplink).encode())

    def report(self) -> None:
        trials.draft_report(self.trial, by=self.engineer)
        if benefit := self.row.get("benefit"):
            self.count(**benefit)
        names = [f"{name}_{script}" for name in ("summary", "suits", "limits") for script in ("en", "zh")]
        prose = {name: self.row[name] for name in names if name in self.row}
        begun = self.report_row
        for name in ("summary_en", "summary_zh"):  # a person's words, then what the record says of each claim
            prose[name] = "\n\n".join(filter(None, (prose.get(name), getattr(begun, name))))
        trials.update_report(self.report_row, by=self.engineer, **prose)
        people = self.cast.people
        trials.assign_verifier(self.report_row, by=people["office"], verifier=people["verifier"])
        trials.hand_to_vendor(self.report_row, by=self.engineer)

    def count(self, *, claim: str, basis_en: str, basis_zh: str, unit: str, **amounts: str) -> None:
        """What a year costs and saves; the sections that tell of it are written again."""
        figures = {name: Decimal(value) for name, value in amounts.items()}
        measured = self.trial.claims.get(metric=claim)
        said = {"claim": measured, "unit": unit, "basis_en": basis_en, "basis_zh": basis_zh}
        trials.enter_benefit(self.report_row, by=self.engineer, **said, **figures)
        for section in ("summary", "benefit"):
            trials.write_again(self.report_row, by=self.engineer, section=section)

    def comment(self) -> None:
        key = self.told.solutions[self.row["pair"][1]].organisation.slug
        vendor = self.cast.members.get(key) or self.cast.approvers[key]
        if text := self.row.get("comment_en"):
            trials.comment(self.report_row, by=vendor, text=text)
        else:
            trials.close_comment(self.report_row)

    def publish(self) -> None:
        trials.verify_and_publish(
            self.report_row,
            by=self.cast.people["verifier"],
            statement=self.row["statement"],
            interests=self.row["interests"],
        )


def _last_day(row: Row) -> int:
    if "finished" in row:
        return int(row["finished"])
    return int(row["stopped"] if "stopped" in row else row.get("paused", 0)) - 1


def readings(row: Row, story: Story) -> bytes:
    """The trial's CSV: daily values that follow each other as real ones do, the same in every telling."""
    lines = ["metric,at,phase,value,sensor"]
    started = story.moment(row["started"]).replace(hour=12, minute=0)
    last = story.moment(_last_day(row)).replace(hour=12, minute=0)
    for number, claim in enumerate(row["claims"]):
        if "share" in claim:
            lines += _cases(claim, started, last)
        elif "up" in claim:
            lines += _uptime(claim, started, last)
        elif "trial" in claim:
            lines += _days(claim, started, last, seed=sum(map(ord, claim["metric"])) + number)
    return ("\n".join(lines) + "\n").encode()


def _cases(claim: Row, started: datetime, last: datetime) -> list[str]:
    """Successes and failures as 1 and 0, content and other answers as 5 and 3."""
    successes, cases = round(claim["share"] * claim["cases"]), claim["cases"]
    yes, no = (5, 3) if claim["method"] == "acceptance" else (1, 0)
    order = np.random.default_rng(cases).permutation(cases)
    gap = (last - started) / (cases + 1)
    return [
        f"{claim['metric']},{(started + gap * (n + 1)).replace(second=0, microsecond=0).isoformat()},trial,"
        f"{yes if place < successes else no},logbook"
        for n, place in enumerate(order)
    ]


def _days(claim: Row, started: datetime, last: datetime, *, seed: int) -> list[str]:
    noise = np.random.default_rng(seed)
    before, after = claim["days"]
    after = min(after, (last - started).days)
    lines, drift, outdoor = [], 0.0, claim.get("companion")
    for day in range(-before, after + 1):
        drift = 0.4 * drift + noise.normal(0, claim["sd"])
        phase, mean = ("baseline", claim["baseline"]) if day < 0 else ("trial", claim["trial"])
        at = (started + timedelta(days=day)).isoformat()
        if outdoor:
            temperature = 25 + 4 * math.sin(day / 4) + noise.normal(0, 0.8) + (day > 0)
            lines.append(f"{outdoor},{at},{phase},{temperature:.1f},station")
            mean *= 0.72 + 0.04 * max(0.0, temperature - 18)
        lines.append(f"{claim['metric']},{at},{phase},{max(mean + drift, 0):.3f},meter-1")
    return lines


def _uptime(claim: Row, started: datetime, last: datetime) -> list[str]:
    """The share of each day that it worked: all of it, but for the days of outages."""
    days = range((last - started).days + 1)
    found = [(started + timedelta(days=day), claim["up"].get(str(day), 1)) for day in days]
    return [f"{claim['metric']},{at.isoformat()},trial,{share},logbook" for at, share in found]
