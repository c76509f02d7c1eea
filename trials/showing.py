"""Claims and signed payloads as the templates read them; a signed report is shown from its payload alone."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.languages import Phrase, listed, phrase
from innoportal.lib.templatetags.languages import day
from trials.models import Amendment, Claim
from trials.plain import SIZES, WAYS, number, why
from trials.proof import sections
from trials.proof.payload import AmendedReport, Bilingual, FullReport, Report, Series
from trials.proof.signing import moment
from trials.proof.view import View, data_of
from trials.proof.writing import Writer, by_paragraph, metric_label, without_data
from trials.services.amended import amended_said
from trials.services.record import sentence_of, target_unit

FIRM = "\u00a0"  # a space at which no line ends


def said(text: Bilingual) -> Phrase:
    return phrase(text.en, text.zh)


def metric_said(name: str) -> Phrase:
    return said(metric_label(Bilingual(name, name)))


def claim_shown(claim: Claim) -> dict[str, Any]:
    """A claim of the trial's own page: promise, and the finding once there is one."""
    found = claim.result
    unit = target_unit(claim)
    shown: dict[str, Any] = {
        "statement": claim.statement,
        "metric": metric_said(claim.metric),
        "unit": claim.unit,
        "promise": f"{claim.get_direction_display()} {_in(number(float(claim.target)), unit)}",
        "method": claim.get_method_display(),
        "sampling": claim.sampling,
        "instrument": instrument(claim),
        "verdict": claim.verdict,
        "figures": [],
        "beside": [],
    }
    if found:
        shown["said"] = said(sentence_of(claim))
        shown["why"] = said(why(found))
        shown["figures"] = _figures(found, unit, str(claim.target))
        shown["beside"] = _beside(found, unit)
    return shown


def instrument(claim: Claim) -> str:
    """With what it is measured: its name, uncertainty, day and number of the calibration."""
    parts = (claim.instrument, claim.uncertainty, day(claim.calibrated_on), claim.certificate)
    return listed(part for part in parts if part)


def _in(figure: str, unit: str) -> str:
    """A figure in its unit, on one line; Chinese writes the sign of per cent without a space."""
    is_close = unit.startswith("%") and (get_language() or "").startswith("zh")
    return f"{figure}{'' if is_close else FIRM}{unit}"


def _figures(found: dict[str, Any], unit: str, target: str) -> list[tuple[str, str]]:
    estimate = found["estimate"]
    figures = [
        (_("Moments measured"), str(found["n_baseline"] + found["n_trial"])),
        (_("Flagged"), str(found["flagged"])),
    ]
    if estimate:
        write = Writer(get_language() or "en")
        effect, low, high = (
            write.brief(str(estimate[name]), beside=target) for name in ("effect", "low", "high")
        )
        figures.insert(0, (_("Estimate"), _in(effect, unit)))
        figures.insert(1, (_("95 % interval"), _in(f"{low} – {high}", unit)))
    return figures


def _beside(found: dict[str, Any], unit: str) -> list[tuple[str, str]]:
    """Effect size, robust alternative and the fit of a model: shown, and deciding nothing."""
    write, figures = Writer(get_language() or "en"), []
    if size := found.get("size"):
        figures.append((_("Effect size"), f"{write.brief(number(size['value']))} · {_named(SIZES, size)}"))
    if other := found.get("robust"):
        effect, low, high = (write.brief(number(other[name])) for name in ("effect", "low", "high"))
        figures.append(
            (_("Robust alternative"), f"{effect} ({_in(f'{low} – {high}', unit)}) · {_named(WAYS, other)}")
        )
    known = found.get("parameters", {})
    if "model" in known:
        figures += [
            (_("Model of the baseline"), known["model"]),
            ("CV(RMSE)", f"{write.brief(number(known['cv_rmse']))} % (≤ {known['limit_cv_rmse']:g} %)"),
            ("NMBE", f"{write.brief(number(known['nmbe']))} % (± {known['limit_nmbe']:g} %)"),
        ]
    return figures


def _named(names: dict[str, tuple[str, str]], thing: dict[str, Any]) -> str:
    return str(phrase(*names[thing["name"]]))


def amendment_shown(amendment: Amendment) -> dict[str, Any]:
    """What is to be read otherwise, in a sentence or two."""
    return {"what": said(amended_said(amendment)), "reason": amendment.reason}


def report_shown(envelope: dict[str, Any]) -> dict[str, Any]:
    """Everything that the page of a signed report says, from the payload and nothing else."""
    report = Report.from_dict(envelope["payload"])
    write = View(get_language() or "en")
    return {
        "reference": report.reference,
        "version": report.version,
        "demonstration": report.demonstration,
        "title": said(report.trial.title),
        "verdict": report.verdict,
        "summary": said(report.summary),
        "facts": _facts(write, report),
        **_sections(write, report),
        "claims": [_claim(write, claim) for claim in report.claims],
        "charts": [_chart(write, series) for series in report.series],
        **_course(write, report),
        "vendor_comment": said(report.vendor_comment),
        "limits": said(report.limits),
        "verifier": _verifier(write, report),
        "published": write.time(report.published_at),
        "previous_hash": report.previous_hash or "",
        "correction": (report.corrects.version, said(report.corrects.reason)) if report.corrects else None,
        "corrected": _corrected(write, report),
        "data": data_of(report),
        "hash": envelope["hash"],
        "key_id": envelope["key_id"],
    }


def _corrected(write: View, report: Report) -> dict[str, Any] | None:
    """As `sections.corrected`, with the words that people wrote in the reader's language."""
    if not isinstance(report, AmendedReport) or (shown := sections.corrected(write, report)) is None:
        return None
    pairs = zip(shown["made"], report.amendments, strict=True)
    made = [{**row, "what": said(one.what), "reason": said(one.reason)} for row, one in pairs]
    return shown | {"made": made}


def _sections(write: View, report: Report) -> dict[str, Any]:
    """The prose of a full report and what stands beside it in tables; of an older one nothing."""
    if not isinstance(report, FullReport):
        return {"full": False}
    shown = sections.tables(write, report)
    return shown | {
        "full": True,
        "prose": {name: said(text) for name, text in vars(report.prose).items()},
        "pauses": [
            (row["on"], said(one.reason)) for row, one in zip(shown["pauses"], report.pauses, strict=True)
        ],
        "basis": said(report.benefit.basis) if report.benefit else None,
    }


def _course(write: View, report: Report) -> dict[str, Any]:
    """What was planned, what came otherwise, and what it took."""
    plan = report.plan
    return {
        "plan": {
            "hash": plan.hash,
            "locked": write.time(plan.locked_at),
            "method": said(plan.method),
            "stop_rules": said(plan.stop_rules),
        },
        "deviations": [(write.day(one.on), said(one.text)) for one in report.deviations],
        "incidents": [
            (write.day(one.on), write.say(one.severity), said(one.text)) for one in report.incidents
        ],
        "money": [
            (sections.source(one), *(write.money(one.currency, amount) for amount in (one.budget, one.spent)))
            for one in report.money
        ],
    }


def _verifier(write: View, report: Report) -> dict[str, Any]:
    verifier = report.verifier
    return {
        "name": said(verifier.name),
        "organisation": said(verifier.organisation),
        "statement": [said(one) for one in by_paragraph(verifier.statement)],
        "interests": said(verifier.interests),
        "signed": write.time(verifier.signed_at),
    }


def _facts(write: View, report: Report) -> list[tuple[str, Any]]:
    dates = report.dates
    found: list[tuple[str, Any]] = [
        (write.say("wish"), f"{report.wish.reference} {said(report.wish.title)}"),
        (write.say("solution"), f"{report.solution.reference} {said(report.solution.title)}"),
        (write.say("trial"), report.trial.reference),
        *((write.say(party.role), said(party.name)) for party in report.organisations),
        *((write.say("co_author"), said(name)) for name in sections.co_authors(report)),
        *((write.say("venue"), said(venue)) for venue in report.venues),
        (write.say("baseline_dates"), write.days(dates.baseline_from, dates.baseline_until)),
        (write.say("trial_dates"), write.days(dates.started_on, dates.ended_on)),
        (
            write.say("scale"),
            " · ".join(filter(None, (write.say(report.trial.kind), said(report.trial.scale)))),
        ),
    ]
    return [(label, value) for label, value in found if value]


def _claim(write: View, claim: Any) -> dict[str, Any]:
    return write.claim(claim) | {
        "statement": said(claim.statement),
        "metric": said(metric_label(claim.metric)),
        "method": said(claim.method),
        "reason": said(without_data(claim.reason)[0]),
    }


def _chart(write: View, series: Series) -> dict[str, Any]:
    drawn = (("baseline", series.baseline), ("trial", series.trial))
    return {
        "caption": _("Readings: %(metric)s") % {"metric": said(metric_label(series.metric))},
        "unit": series.unit,
        "target": float(series.target_level) if series.target_level is not None else None,
        "note": write.say(
            "chart_note",
            count=f"{series.measurements:,}",
            shown=f"{len(series.baseline) + len(series.trial):,}",
        ),
        "series": [
            {
                "name": write.say(f"{kind}_series"),
                "kind": kind,
                "points": [(moment(point.at), float(point.value)) for point in points],
            }
            for kind, points in drawn
            if points
        ],
    }
