"""Trials and signed reports: one series of readings for all; analysis, payload and signature are real."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from innoportal.bench.things import BATCH
from journal.models import Counter
from matching.models import Match
from trials import analysis, keys
from trials.models import Claim, Measurement, Report, Trial, Venue
from trials.proof.signing import sign
from trials.services.snapshot import snapshot

REPORTS = 200
METRICS = (("energy", "kWh/day", 15), ("noise", "dB", 10))
STATEMENT = {
    "statement_en": "{metric} falls by at least {target} %.",
    "statement_zh": "{metric}最少減少{target}%。",
}
DAYS = 40
SAID = {
    "summary_en": "The trial ran as planned, and the readings are complete.",
    "summary_zh": "試驗按計劃進行，讀數齊全。",
    "limits_en": "One site, one season.",
    "limits_zh": "一個場地，一個季節。",
}


class Trying:
    def __init__(self, engineer: User, verifier: User, owner: Organisation, chance: random.Random) -> None:
        self.engineer, self.verifier, self.chance = engineer, verifier, chance
        self.venue = Venue.objects.create(
            slug="bench-venue", organisation=owner, name_en="Plant room", name_zh="機房", gives=["power"]
        )
        self.now = timezone.now()

    def try_out(self, matches: list[Match]) -> None:
        """A trial for each match that has come so far, and reports for those that are closed."""
        closed = [row for row in matches if row.status == Match.Status.CLOSED][:REPORTS]
        running = [row for row in matches if row.status == Match.Status.ON_TRIAL]
        trials = self.trials(running, Trial.Status.RUNNING) + self.trials(
            closed, Trial.Status.CLOSED, after=len(running)
        )
        year = self.now.year
        Counter.objects.create(prefix="T", year=year, last=len(trials))
        self.measure(trials)
        self.report(trials[len(running) :])
        Counter.objects.create(prefix="R", year=year, last=len(closed))

    def trials(self, matches: list[Match], status: str, after: int = 0) -> list[Trial]:
        rows = []
        for number, match in enumerate(matches, after + 1):
            began = timezone.localdate() - timedelta(days=self.chance.randint(DAYS + 1, 400))
            rows.append(
                Trial(
                    match=match,
                    engineer=self.engineer,
                    created_by=self.engineer,
                    venue=self.venue,
                    status=status,
                    reference=f"T-{self.now.year}-{number:04}",
                    starts_on=began,
                    ends_on=began + timedelta(days=DAYS),
                    method_en="Metered daily before and after.",
                    method_zh="前後每日量度。",
                    stop_rules_en="Stop when the plant is unsafe.",
                    stop_rules_zh="設備不安全即停止。",
                    plan_locked_at=self.now - timedelta(days=450),
                    plan_hash=f"{number:064x}",  # stands for a fingerprint: no page computes it again
                    checklist={item: began.isoformat() for item in Trial.CHECKLIST},
                )
            )
        return rows

    def measure(self, trials: list[Trial]) -> None:
        """Claims, and a reading a day of each metric."""
        claims = [self.claim(trial, place) for trial in trials for place in range(len(METRICS))]
        series = [self.series() for _ in METRICS]
        for claim in claims:
            if claim.trial.status == Trial.Status.CLOSED:
                claim.result = self.finding(claim, series[claim.position])
                claim.verdict = claim.result["verdict"]
        Trial.objects.bulk_create(trials, batch_size=BATCH)
        Claim.objects.bulk_create(claims, batch_size=BATCH)
        rows = [
            Measurement(trial=claim.trial, metric=claim.metric, sensor="meter", **reading)
            for claim in claims
            for reading in self.readings(claim, series[claim.position])
        ]
        Measurement.objects.bulk_create(rows, batch_size=5 * BATCH)

    def claim(self, trial: Trial, place: int) -> Claim:
        metric, unit, target = METRICS[place]
        said = {name: text.format(metric=metric, target=target) for name, text in STATEMENT.items()}
        return Claim(
            trial=trial, position=place, metric=metric, unit=unit, target=target, direction="decrease",
            method=Claim.Method.BEFORE_AFTER, **said,
        )  # fmt: skip

    def series(self) -> list[float]:
        """Baseline, then trial: lower by a fifth or so."""
        fall = self.chance.uniform(0.7, 0.95)
        return [self.chance.gauss(100 if day < DAYS else 100 * fall, 4) for day in range(2 * DAYS)]

    def readings(self, claim: Claim, series: list[float]) -> list[dict[str, Any]]:
        began = timezone.make_aware(datetime.combine(claim.trial.starts_on, datetime.min.time()))
        return [
            {
                "at": began + timedelta(days=day - DAYS),
                "phase": "baseline" if day < DAYS else "trial",
                "value": round(value, 3),
            }
            for day, value in enumerate(series)
        ]

    def finding(self, claim: Claim, series: list[float]) -> dict[str, Any]:
        promise = analysis.Promise(claim.method, claim.direction, float(claim.target))
        rows = [analysis.Reading(sensor="meter", **one) for one in self.readings(claim, series)]
        return analysis.judge(promise, rows).to_dict() | {"flagged": 0}

    def report(self, trials: list[Trial]) -> None:
        """Signed as the portal signs them, each naming the one before."""
        key, before = keys.signing_key(), ""
        for number, trial in enumerate(trials, 1):
            verdicts = [claim.verdict for claim in trial.claims.all()]
            report = Report(
                trial=trial,
                verdict=analysis.overall(verdicts),
                created_by=self.engineer,
                status=Report.Status.PUBLISHED,
                reference=f"R-{self.now.year}-{number:04}",
                verifier=self.verifier,
                statement="I read the raw data.",
                interests="None.",
                published_at=self.now - timedelta(hours=len(trials) - number),
                previous_hash=before,
                **SAID,
            )
            report.envelope = self.envelope(report, key)
            report.payload_hash = before = report.envelope["hash"]
            report.save(force_insert=True)

    def envelope(self, report: Report, key: Any) -> dict[str, Any]:
        payload = snapshot(
            report,
            reference=report.reference or "",
            verifier=self.verifier,
            statement=report.statement,
            interests=report.interests,
            at=report.published_at or self.now,
            previous_hash=report.previous_hash,
            corrects=None,
        )
        return sign(payload.to_dict(), key)
