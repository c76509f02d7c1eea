# ruff: noqa: E501  a sentence is one line
"""What a correction of the record changed, in both languages at once: it is signed, so no catalogue may change it."""

from datetime import datetime
from typing import Any, cast

from django.utils import timezone

from trials.models import Amendment, Report
from trials.plain import number
from trials.proof import payload
from trials.proof.payload import Bilingual
from trials.proof.writing import Writer, metric_label, written
from trials.services.record import pair

ENGLISH, CHINESE = Writer("en"), Writer("zh-hant")
SENTENCES = {
    "exclude": (
        "Left out of the analysis: {count} readings of {metric} ({sensor}), from {since} to {until}.",
        "不納入分析：{metric}（{sensor}）由 {since} 至 {until} 的 {count} 個讀數。",
    ),
    "scale": (
        "Read as reading × {factor} {sign} {offset}: {count} readings of {metric} ({sensor}), from {since} to {until}.",
        "以「讀數 × {factor} {sign} {offset}」計算：{metric}（{sensor}）由 {since} 至 {until} 的 {count} 個讀數。",
    ),
    "money": ("Money spent is HK${amount}{line}.", "實際開支為 {amount} 港元{line}。"),
    "incident": ("An incident of {day} was missed: {text}", "遺漏了 {day} 的事故：{text}"),
}
EVERY = Bilingual("each sensor", "所有感測器")


def report_before(report: Report) -> Report | None:
    """The newest signed version before this one."""
    earlier = Report.objects.signed().filter(trial=report.trial_id, version__lt=report.version)
    return earlier.order_by("-version").first()


def amendments_behind(report: Report) -> tuple[payload.Amendment, ...]:
    """What of the record was corrected since the version before, as this one prints and signs it."""
    if report.version == 1:
        return ()
    since = Amendment.objects.in_effect().filter(trial=report.trial_id, report__version=report.version - 1)
    return tuple(_printed(one) for one in since.for_rows())


def _printed(amendment: Amendment) -> payload.Amendment:
    agreed_by, agreed_at = amendment.agreed_by, amendment.agreed_at or timezone.now()
    return payload.Amendment(
        kind=cast("Any", amendment.kind),
        what=amended_said(amendment),
        reason=pair(amendment, "reason"),
        asked_by="engineer" if amendment.proposed_by_id == amendment.trial.engineer_id else "office",
        asked_on=timezone.localdate(amendment.proposed_at).isoformat(),
        agreed_by=written(agreed_by.name if agreed_by else ""),
        agreed_on=timezone.localdate(agreed_at).isoformat(),
    )


def amended_said(amendment: Amendment) -> Bilingual:
    """One sentence, of what is to be read otherwise than the version before said."""
    given = {
        Amendment.Kind.MONEY: _money,
        Amendment.Kind.INCIDENT: _incident,
    }.get(Amendment.Kind(amendment.kind), _readings)(amendment)
    english, chinese = SENTENCES[amendment.kind]
    return Bilingual(
        english.format(**{name: said.en for name, said in given.items()}),
        chinese.format(**{name: said.zh for name, said in given.items()}),
    )


def _readings(amendment: Amendment) -> dict[str, Bilingual]:
    name = metric_label(Bilingual(amendment.metric, amendment.metric))
    given = {
        "metric": name,
        "sensor": _same(amendment.sensor) if amendment.sensor else EVERY,
        "count": _same(f"{amendment.concerned:,}"),
        "since": _moment(amendment.since),
        "until": _moment(amendment.until),
    }
    if amendment.factor is None or amendment.offset is None:
        return given
    sign = "+" if amendment.offset >= 0 else "−"
    figures = {"factor": amendment.factor, "offset": abs(amendment.offset)}
    return (
        given | {"sign": _same(sign)} | {one: _same(number(float(value))) for one, value in figures.items()}
    )


def _money(amendment: Amendment) -> dict[str, Bilingual]:
    said = ENGLISH.number(f"{amendment.amount:.2f}".removesuffix(".00"))
    line = amendment.line
    label = pair(line, "label") if line else Bilingual()
    named = Bilingual(f" ({label.en or label.zh})", f"（{label.zh or label.en}）") if label else Bilingual()
    return {"amount": _same(said), "line": named}


def _incident(amendment: Amendment) -> dict[str, Bilingual]:
    text, on = pair(amendment, "text"), amendment.on.isoformat() if amendment.on else ""
    return {
        "day": Bilingual(ENGLISH.day(on), CHINESE.day(on)),
        "text": Bilingual(text.en or text.zh, text.zh or text.en),
    }


def _moment(at: datetime | None) -> Bilingual:
    text = timezone.localtime(at).isoformat()
    return Bilingual(ENGLISH.time(text), CHINESE.time(text))


def _same(text: str) -> Bilingual:
    return Bilingual(text, text)
