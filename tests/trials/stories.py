"""Trials and reports brought to a state by the services, as people would."""

import io
from datetime import timedelta
from itertools import count

from django.utils import timezone

from accounts.models import User
from tests.factories import MatchFactory, UserFactory, VenueFactory
from trials import services
from trials.models import Report, Trial
from trials.services.signing import SIDES

PLAN = {
    "method_en": "Meters read each hour.",
    "stop_rules_en": "Stop when a room is too warm.",
    "budget_planned": "120000",
}
ENERGY = {
    "statement_en": "Energy falls by at least 15 %.",
    "metric": "energy",
    "unit": "kWh",
    "direction": "decrease",
    "target": "15",
    "method": "before_after",
}
WAVE = (0.0, 1.5, -1.0, 2.0, -2.0, 0.5, 1.0, -1.5, 0.8, -0.6)


def planned(
    *, claims=(ENERGY,), engineer: User | None = None, by: User | None = None, match=None, **fields
) -> Trial:
    engineer = engineer or UserFactory(engineer=True)
    today = timezone.localdate()
    given = {
        "engineer": engineer,
        "venue": VenueFactory(),
        "starts_on": today,
        "ends_on": today + timedelta(days=30),
        **PLAN,
        **fields,
    }
    return services.plan(match or MatchFactory(approved=True), by=by or engineer, claims=claims, **given)


def locked(**kwargs) -> Trial:
    trial = planned(**kwargs)
    for item in Trial.CHECKLIST:
        services.tick(trial, item, by=trial.engineer)
    services.lock(trial, by=trial.engineer)
    return trial


def signed(trial: Trial) -> Trial:
    """For both sides, by the administrator, who belongs to neither."""
    administrator = UserFactory(is_superuser=True)
    for _side in SIDES:
        services.sign(trial, by=administrator)
    return trial


def running(**kwargs) -> Trial:
    trial = signed(locked(**kwargs))
    services.start(trial, by=trial.engineer)
    return trial


def csv_of(metric: str = "energy", *, baseline: float = 100, trial: float = 70, moments: int = 20) -> str:
    """Readings of each hour until now: first the baseline, then the trial."""
    first = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2 * moments)
    lines = ["metric,at,phase,value"]
    hours = count()
    for phase, level in (("baseline", baseline), ("trial", trial)):
        for number in range(moments):
            at = first + timedelta(hours=next(hours))
            lines.append(f"{metric},{at.isoformat()},{phase},{level + WAVE[number % len(WAVE)]}")
    return "\n".join(lines)


def measure(trial: Trial, text: str | None = None) -> services.Import:
    data = (csv_of() if text is None else text).encode()
    return services.import_measurements(trial, by=trial.engineer, file=io.BytesIO(data))


def measured(*, readings: str | None = None, **kwargs) -> Trial:
    trial = running(**kwargs)
    measure(trial, readings)
    services.finish(trial, by=trial.engineer)
    return trial


def drafted(**kwargs) -> Report:
    trial = measured(**kwargs)
    return services.draft_report(trial, by=trial.engineer)


def heard(**kwargs) -> Report:
    """Under verification."""
    report = drafted(**kwargs)
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=UserFactory(), text="We agree.")
    return report


def published(*, verifier: User | None = None, **kwargs) -> Report:
    report = heard(**kwargs)
    sign(report, verifier)
    return report


def sign(report: Report, verifier: User | None = None) -> None:
    services.verify_and_publish(
        report,
        by=verifier or UserFactory(verifier=True),
        statement="I computed the figures again.",
        interests="None.",
    )


def span_of(report: Report, phase: str = "trial", sensor: str = "") -> dict:
    """All readings of the energy of one phase, as a correction of the record names them."""
    rows = report.trial.measurements.filter(phase=phase).order_by("at")
    first, last = rows.first(), rows.last()
    return {"metric": "energy", "sensor": sensor, "since": first.at, "until": last.at}


def amended(report: Report, *, verifier: User | None = None, **fields) -> Report:
    """The draft that follows a correction of the record which a verifier has agreed to."""
    given = {
        "kind": "scale",
        **span_of(report),
        "factor": "1.3",
        "offset": "0",
        "reason_en": "A wrong meter.",
    }
    made = services.amend(
        report, by=report.trial.engineer, **(given | fields if "kind" not in fields else fields)
    )
    services.agree_to_amendment(made, by=verifier or UserFactory(verifier=True))
    return Report.objects.get(trial=report.trial, version=report.version + 1)
