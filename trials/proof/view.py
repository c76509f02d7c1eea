"""What the page shows, ready to set: the template holds no rule of its own."""

import json
from collections.abc import Sequence
from typing import Any

from trials.proof import chart, sections
from trials.proof.files import ATTACHMENT
from trials.proof.labels import WORDS
from trials.proof.payload import Claim, Point, Report, Series
from trials.proof.signing import moment
from trials.proof.writing import (
    HONG_KONG,
    MISSING,
    Writer,
    by_paragraph,
    metric_label,
    printable,
    without_data,
)

MAX_LINE = 120  # characters that fit one line, at the foot of the first page or above a chart


class View(Writer):
    """Adds the pieces that a report is made of."""

    def claim(self, claim: Claim) -> dict[str, Any]:
        result = claim.result
        target = self.number(claim.target, claim.target_unit)
        return {
            "statement": self.text(claim.statement),
            "metric": self.text(metric_label(claim.metric)),
            "method": self.text(claim.method),
            "reason": self.text(without_data(claim.reason)[0]),
            "baseline": self.brief(claim.baseline, claim.unit) if claim.baseline is not None else "–",
            "target": self.say(claim.direction, target=target),
            "measured": self.brief(result.effect, claim.target_unit, claim.target)
            if result
            else self.say("no_result"),
            "detail": self._detail(claim),
            "verdict": claim.verdict,
        }

    def _detail(self, claim: Claim) -> list[str]:
        result = claim.result
        if result is None:
            return []
        found = []
        if result.low is not None and result.high is not None:
            low = self.brief(result.low, beside=claim.target)
            high = self.brief(result.high, claim.target_unit, claim.target)
            found.append(self.say("interval", confidence=result.confidence or "95", low=low, high=high))
        found.append(self.say("samples", n=f"{result.n:,}"))
        if result.p is not None:
            found.append(self.say("p_value", p=result.p))
        return found

    def figure(self, number: int, series: Series) -> dict[str, Any]:
        metric = self.flat(metric_label(series.metric))
        unit = printable(series.unit)
        title = self.say("chart", number=number, metric=metric)
        shown = len(series.baseline) + len(series.trial)
        description = self._description(series, metric, unit)
        words = chart.Words(
            title=title,
            description=description,
            y_axis=f"{metric} ({unit})"[:MAX_LINE] if unit else metric[:MAX_LINE],
            x_axis=self.say("date"),
            baseline=self.say("baseline_series"),
            trial=self.say("trial_series"),
            baseline_level=self.say("baseline_level"),
            target=self.say("target_level"),
            day=lambda day: self.day(day.isoformat(), "medium"),
        )
        font = "Noto Sans SC, Noto Sans HK" if self.lang == "zh-hans" else "Noto Sans HK, Noto Sans SC"
        return {
            "title": title,
            "svg": chart.series_svg(
                samples(series.baseline),
                samples(series.trial),
                words=words,
                baseline_level=real(series.baseline_level),
                target_level=real(series.target_level),
                font=font,
            ),
            "alt": description,
            "note": self.say("chart_note", count=f"{series.measurements:,}", shown=f"{shown:,}"),
            "unit": unit,
            "rows": [self._row(name, points) for name, points in self._periods(series)],
        }

    def _periods(self, series: Series) -> list[tuple[str, tuple[Point, ...]]]:
        named = [("baseline_series", series.baseline), ("trial_series", series.trial)]
        return [(self.say(name), points) for name, points in named if points]

    def _row(self, name: str, points: Sequence[Point]) -> list[str]:
        values = [float(point.value) for point in points]
        mean = sum(values) / len(values)
        numbers = [self.brief(str(value)) for value in (mean, min(values), max(values))]
        return [
            name,
            self.days(points[0].at[:10], points[-1].at[:10], "medium"),
            f"{len(points):,}",
            *numbers,
        ]

    def _description(self, series: Series, metric: str, unit: str) -> str:
        times = sorted(point.at[:10] for point in (*series.baseline, *series.trial))
        parts = []
        for name, points in self._periods(series):
            _, _, _, mean, low, high = self._row(name, points)
            parts.append(self.say("chart_part", name=name, mean=mean, low=low, high=high))
        for label, level in (
            ("baseline_level", series.baseline_level),
            ("target_level", series.target_level),
        ):
            if level is not None:
                parts.append(self.say("chart_level", name=self.say(label), level=self.brief(level)))
        first, last = (self.day(one, "medium") for one in (times[0], times[-1])) if times else ("–", "–")
        said = {"metric": metric, "unit": unit, "first": first, "last": last}
        return self.say("chart_text", **said, parts=" ".join(parts))


def real(text: str | None) -> float | None:
    return None if text is None else float(text)


def samples(points: Sequence[Point]) -> list[chart.Sample]:
    return [(moment(point.at), float(point.value)) for point in points]


def view(envelope: dict[str, Any], report: Report, *, lang: str, verify_url: str) -> dict[str, Any]:
    """Everything that the template sets; it holds no rule of its own."""
    write = View(lang)
    shown = _content(write, report)
    return shown | {
        "glyphs_missing": MISSING in json.dumps(shown, ensure_ascii=False),
        "lang": "en" if lang == "en" else "zh",
        "region": {"en": "GB", "zh-hant": "HK", "zh-hans": "CN"}[lang],
        "labels": _labels(write, report, verify_url),
        "proof": _proof(write, envelope, report, verify_url),
    }


def _content(write: View, report: Report) -> dict[str, Any]:
    return {
        "title": write.text(report.trial.title),
        "document_title": f"{report.reference} v{report.version}: {write.flat(report.trial.title)}",
        "reference": report.reference,
        "version": report.version,
        "demonstration": report.demonstration,
        "published": write.day(moment(report.published_at).astimezone(HONG_KONG).date().isoformat()),
        "verdict": report.verdict,
        "summary": write.text(report.summary),
        "facts": _facts(write, report),
        "claims": [write.claim(claim) for claim in report.claims],
        "figures": [write.figure(number, series) for number, series in enumerate(report.series, 1)],
        "plan": {
            "hash": report.plan.hash,
            "method": write.text(report.plan.method),
            "stop_rules": write.text(report.plan.stop_rules),
        },
        "deviations": [{"on": write.day(d.on), "text": write.text(d.text)} for d in report.deviations],
        "incidents": [
            {"on": write.day(i.on), "severity": write.say(i.severity), "text": write.text(i.text)}
            for i in report.incidents
        ],
        "money": [
            [printable(sections.source(m)), *(write.money(m.currency, one) for one in (m.budget, m.spent))]
            for m in report.money
        ],
        "vendor_comment": write.text(report.vendor_comment),
        "limits": write.text(report.limits),
        "verifier": _verifier(write, report),
        **sections.content(write, report),
        "correction": report.corrects and write.text(report.corrects.reason),
        "corrects": report.corrects is not None,
        "corrected": sections.corrected(write, report),
    }


def _labels(write: View, report: Report, verify_url: str) -> dict[str, str]:
    filled: dict[str, dict[str, object]] = {
        "plan_text": {"when": write.time(report.plan.locked_at)},
        "check_text": {"file": ATTACHMENT},
        "qr": {"url": verify_url},
        "correction": {"version": report.corrects.version if report.corrects else ""},
        "version_before": {"version": report.corrects.version if report.corrects else ""},
        "page": {"page": "{page}", "pages": "{pages}"},
    }
    plain = [name for name, (english, _) in WORDS.items() if "{" not in english]
    return {name: write.say(name, **filled.get(name, {})) for name in [*plain, *filled]}


def _facts(write: View, report: Report) -> list[list[Any]]:
    """Label, text, reference."""
    kind = {"t": write.say(report.trial.kind), "lang": "", "region": ""}
    dates = report.dates
    found: list[list[Any]] = [
        [write.say("trial"), write.text(report.trial.title), report.trial.reference],
        [write.say("wish"), write.text(report.wish.title), report.wish.reference],
        [write.say("solution"), write.text(report.solution.title), report.solution.reference],
    ]
    found += [[write.say(party.role), write.text(party.name), ""] for party in report.organisations]
    found += [[write.say("co_author"), write.text(name), ""] for name in sections.co_authors(report)]
    found += [[write.say("venue"), write.text(venue), ""] for venue in report.venues]
    for label, span in (
        ("baseline_dates", write.days(dates.baseline_from, dates.baseline_until)),
        ("trial_dates", write.days(dates.started_on, dates.ended_on)),
    ):
        if span:
            found.append([write.say(label), {"t": span, "lang": "", "region": ""}, ""])
    found.append([write.say("scale"), kind, ""])
    if report.trial.scale:
        found[-1].append(write.text(report.trial.scale))
    return [row for row in found if row[1]]


def _verifier(write: View, report: Report) -> dict[str, Any]:
    verifier = report.verifier
    return {
        "short": len(write.flat(verifier.name)) + len(write.flat(verifier.organisation)) <= MAX_LINE,
        "name": write.text(verifier.name),
        "organisation": write.text(verifier.organisation),
        "statement": [write.text(one) for one in by_paragraph(verifier.statement) if one],
        "interests": write.text(verifier.interests),
        "signed": write.time(verifier.signed_at),
    }


def data_of(report: Report) -> list[tuple[int, str]]:
    """The number of each claim whose reason names the fingerprint of its readings, and that fingerprint."""
    found = [(number, without_data(claim.reason)[1]) for number, claim in enumerate(report.claims, 1)]
    return [(number, data) for number, data in found if data]


def _proof(write: View, envelope: dict[str, Any], report: Report, verify_url: str) -> dict[str, Any]:
    return {
        "hash": envelope["hash"],
        "key_id": envelope["key_id"],
        "algorithm": envelope["algorithm"],
        "signature": envelope["signature"],
        "previous": report.previous_hash,
        "data": [[write.say("data_hash", number=number), data] for number, data in data_of(report)],
        "url": verify_url,
        "file": ATTACHMENT,
    }
