"""What the rows of a trial say, as its report tells it: read here by the draft and by what is signed."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Max, Min, Sum
from django.utils import timezone

from journal.models import Entry
from solutions.models import CoAuthor
from trials import models, plain
from trials.analysis import SHARES
from trials.plain import number
from trials.proof import payload
from trials.proof.payload import Bilingual
from trials.proof.writing import written
from trials.services.as_read import as_read
from trials.steering import financial_year

Span = tuple[date, date]


def pair(thing: Any, name: str) -> Bilingual:
    return Bilingual(tidy(getattr(thing, f"{name}_en")), tidy(getattr(thing, f"{name}_zh")))


def departed(entry: Any) -> Bilingual:
    """A deviation and its reason as the report prints them; where a script has no reason, the other's."""
    said = {}
    for script, other, label in (("en", "zh", "Reason: {}"), ("zh", "en", "原因：{}")):
        text = getattr(entry, f"text_{script}")
        why = getattr(entry, f"reason_{script}") or getattr(entry, f"reason_{other}")
        said[script] = tidy(f"{text}\n\n{label.format(why)}" if text and why else text)
    return Bilingual(**said)


def tidy(text: str) -> str:
    """A browser sends lines ended by two characters; the payload knows one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()


def dates_of(trial: models.Trial) -> tuple[Span | None, Span]:
    """First and last day of baseline and trial, by the readings; by the plan where there are none."""
    spans = {
        row["phase"]: (timezone.localdate(row["first"]), timezone.localdate(row["last"]))
        for row in models.Rollup.objects.days()
        .filter(trial=trial)
        .values("phase")
        .annotate(first=Min("begins"), last=Max("begins"))
    }
    return spans.get("baseline"), spans.get("trial") or _planned(trial)


def _planned(trial: models.Trial) -> Span:
    """Until the day on which it ended; of one that goes on, until today."""
    ends = Entry.objects.about(trial).filter(verb__in=("finish", "stop")).order_by("at", "pk").first()
    last = timezone.localdate(ends.at) if ends else timezone.localdate()
    return trial.starts_on, max(trial.starts_on, min(trial.ends_on, last))


def reason_of_stop(trial: models.Trial) -> str:
    entry = Entry.objects.about(trial).filter(verb="stop").first()
    return entry.reason if entry else ""


def target_unit(claim: models.Claim) -> str:
    in_unit = claim.method == models.Claim.Method.THRESHOLD
    return claim.unit if in_unit else "%"


def sentence_of(claim: models.Claim) -> Bilingual:
    """What was measured of it, in plain words."""
    target = number(float(claim.target))
    said = {"direction": claim.direction, "unit": claim.unit, "figure": claim.figure}
    return plain.sentence(claim.result, target=target, **said)


def in_shares(claim: models.Claim) -> bool:
    """Whether its readings are drawn as the share of each day, in per cent."""
    return claim.method in SHARES and claim.method != models.Claim.Method.ACCEPTANCE


def co_authors(trial: models.Trial) -> tuple[Bilingual, ...]:
    """The organisations that stand for the solution beside its vendor, in the order in which they joined."""
    rows = CoAuthor.objects.accepted().filter(solution=trial.match.solution_id)
    found = rows.select_related("organisation").order_by("accepted_at", "pk")
    return tuple(pair(row.organisation, "name") for row in found)


def pauses(trial: models.Trial) -> tuple[payload.Pause, ...]:
    """When it was paused and until when; a pause that ended with the trial has no day of its own."""
    found, begun = [], None
    entries = Entry.objects.about(trial).filter(verb__in=("pause", "resume", "stop", "finish"))
    for entry in entries.in_order():
        if entry.verb == "pause":
            begun = entry
        elif begun:
            until = _day(entry) if entry.verb == "resume" else None
            found.append(payload.Pause(_day(begun), until, written(begun.reason)))
            begun = None
    if begun:
        found.append(payload.Pause(_day(begun), None, written(begun.reason)))
    return tuple(found)


def _day(entry: Entry) -> str:
    return timezone.localdate(entry.at).isoformat()


def voices(trial: models.Trial, claims: list[models.Claim]) -> tuple[payload.Voices, ...]:
    """How often users gave each answer to a claim of acceptance, which is measured from 1 to 5."""
    found = []
    for place, claim in enumerate(claims, 1):
        mean = claim.result.get("parameters", {}).get("mean")
        if claim.method != models.Claim.Method.ACCEPTANCE or not mean:
            continue
        answers = as_read(trial, [claim.metric]).filter(phase="trial")
        given = Counter(round(value) for value in answers.values_list("read", flat=True))
        counts = tuple(given.get(answer, 0) for answer in range(1, 6))
        found.append(payload.Voices(place, counts, *(number(value) for value in mean)))
    return tuple(found)


def money(trial: models.Trial) -> tuple[payload.FundedMoney, ...]:
    """By financial year (from 1 April) and scheme, as the lines have it; else by the year of the start."""
    found = [
        payload.FundedMoney(
            year_label(row["year"]),
            "HKD",
            f"{row['budget']:.2f}",
            f"{row['paid']:.2f}",
            tidy(row["scheme"]),
            tidy(row["scheme_reference"]),
        )
        for row in trial.budgetlines.values("year", "scheme", "scheme_reference")
        .annotate(budget=Sum("planned"), paid=Sum("spent"))
        .order_by("year", "scheme", "scheme_reference")
    ]
    if found or (trial.budget_planned is None and trial.budget_spent is None):
        return tuple(found)
    label = year_label(financial_year(trial.starts_on))
    planned, spent = (f"{amount or 0:.2f}" for amount in (trial.budget_planned, trial.budget_spent))
    return (payload.FundedMoney(label, "HKD", planned, spent, "", ""),)


def year_label(year: int) -> str:
    """As reports sign it, with a hyphen: of the financial year that begins in 2026, 2026-27."""
    return f"{year}-{(year + 1) % 100:02}"
