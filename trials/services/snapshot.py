"""The rows of a trial as the payload that is signed: read once, here, and never again for the public."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from statistics import fmean
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDay
from django.utils import timezone

from accounts.models import Organisation, User
from trials import models
from trials.analysis import CHANGES
from trials.plain import number
from trials.proof import payload
from trials.proof.figures import changed
from trials.proof.payload import Bilingual
from trials.proof.writing import written
from trials.readings import HONG_KONG
from trials.sentences import both, joined
from trials.services.amended import report_before
from trials.services.as_read import amended, as_read
from trials.services.assigning import first_signature
from trials.services.contents import contents, maybe, moment
from trials.services.facts import day
from trials.services.record import in_shares, pair
from trials.validity import later

MOST_READ = 50_000  # readings of a phase; of more, the chart has the means of the days
MAX_POINTS = 240  # of one phase in the chart; the analysis used every reading
UNDRAWN = ("detection", "acceptance")  # whose target is no level of what is drawn


def snapshot(
    report: models.Report, *, reference: str, verifier: User, statement: str, interests: str,
    at: datetime, previous_hash: str, corrects: payload.Correction | None,
) -> payload.Report:  # fmt: skip
    """Everything that the report says, as it stands at this moment."""
    claims = report.trial.claims.order_by("position", "pk")
    said = contents(report)
    amendments = said.pop("amendments", ())
    made = payload.FundedReport(
        schema="innoportal-report/3",
        reference=reference,
        demonstration=settings.DEMONSTRATION,
        issuer=payload.Issuer(Bilingual("InnoPortal", "InnoPortal 創科網上平台"), settings.SITE_URL),
        **said,
        series=tuple(series for claim in claims if (series := _series(claim))),
        vendor_comment=heard(report),
        verifier=_verifier(report, verifier, statement, interests, at),
        published_at=moment(at),
        previous_hash=previous_hash or None,
        corrects=corrects,
        valid_until=later(timezone.localdate(at), report.valid_years).isoformat(),
    )
    return _amended(report, made, amendments) if amendments else made


def _amended(
    report: models.Report, made: payload.FundedReport, amendments: tuple[payload.Amendment, ...]
) -> payload.Report:
    """With the figures of the version before beside those of this one, as each was signed."""
    old = report_before(report)
    before = payload.Report.from_dict((old.envelope or {})["payload"]) if old else made
    values = {**vars(made), "schema": payload.AMENDED}
    return payload.AmendedReport(**values, amendments=amendments, changed=changed(before, made))


def heard(report: models.Report) -> Bilingual:
    """The vendor's comment, and of which draft where it was an earlier one; or that it made none."""
    if not report.vendor_comment:
        if not (report.comment_from and report.comment_until):
            return Bilingual()
        return both("unheard", first=day(report.comment_from), last=day(report.comment_until))
    own, on = written(report.vendor_comment), report.vendor_commented_at
    handed = first_signature(report)
    if on is None or handed is None or on >= handed.at:
        return own
    # Heard again on a changed draft, the vendor said nothing: what it said is of the draft before.
    earlier = both("heard_earlier", day=day(timezone.localdate(on)), again=day(timezone.localdate(handed.at)))
    return joined(earlier, Bilingual(own.en or own.zh, own.zh or own.en))


def _verifier(
    report: models.Report, verifier: User, statement: str, interests: str, at: datetime
) -> payload.Verifier:
    """In their own words, which every reader gets, and what the portal checked of them."""
    own = written(statement)
    said = joined(Bilingual(own.en or own.zh, own.zh or own.en), _attested(report, at))
    return payload.Verifier(written(verifier.name), _employer(verifier), said, written(interests), moment(at))


def _attested(report: models.Report, at: datetime) -> Bilingual:
    """That the verifier is a third person, and who signed first; nobody's name but the verifier's."""
    entry = first_signature(report)
    if entry is None or not (mark := entry.details.get("fingerprint")):
        return both("attested", day=timezone.localdate(at))
    who = "attested_engineer" if entry.actor_id == report.trial.engineer_id else "attested_office"
    first = both(who, day=timezone.localdate(entry.at), hash=mark)
    return joined(both("attested", day=timezone.localdate(at)), first)


def levels(claim: models.Claim) -> tuple[float | None, float | None]:
    """The baseline's mean and the level that the target asks for, in the unit of the readings."""
    base = (claim.result.get("estimate") or {}).get("baseline_mean")
    if claim.method not in CHANGES:
        return base, None if claim.method in UNDRAWN else float(claim.target)
    if base is None:
        return None, None
    sign = -1 if claim.direction == models.Claim.Direction.DECREASE else 1
    return base, base * (1 + sign * float(claim.target) / 100)


def points(claim: models.Claim, phase: str) -> list[tuple[datetime, float]]:
    """What is drawn of one phase: the mean of the sensors at each moment; of cases, the share of each day.

    Of a group beside a control, the group: the level that is drawn beside it is what the control expects.
    """
    days = models.Rollup.objects.days().filter(trial=claim.trial_id, metric=claim.metric, phase=phase)
    days = days.exclude(sensor__in=claim.controls)
    rows = as_read(claim.trial, [claim.metric]).filter(phase=phase).exclude(sensor__in=claim.controls)
    if (days.aggregate(size=Sum("count"))["size"] or 0) > MOST_READ:
        scale = 100 if claim.method == models.Claim.Method.PROPORTION else 1
        return [(begins, scale * total / count) for begins, count, total in _by_day(claim, days, rows)]
    pairs = list(rows.order_by("at", "pk").values_list("at", "read"))
    if in_shares(claim):
        by_day = groupby(pairs, key=lambda one: timezone.localdate(one[0]))
        grouped = [list(group) for _day, group in by_day]
        return [(group[0][0], 100 * fmean(value for _at, value in group)) for group in grouped]
    by_time = groupby(pairs, key=lambda one: one[0])
    return [(at, fmean(value for _at, value in group)) for at, group in by_time]


def _by_day(claim: models.Claim, days: QuerySet, rows: QuerySet) -> QuerySet:
    """Begin, count and sum of each day; what was summed up knows of no corrections."""
    if amended(claim.trial, [claim.metric]):
        begun = rows.annotate(begins=TruncDay("at", tzinfo=HONG_KONG)).values_list("begins")
        return begun.annotate(n=Count("pk"), sum=Sum("read")).order_by("begins")
    return days.values_list("begins").annotate(n=Sum("count"), sum=Sum("total")).order_by("begins")


def thinned(found: Sequence[Any], limit: int = MAX_POINTS) -> list[Any]:
    """Evenly chosen, first and last among them."""
    if len(found) <= limit:
        return list(found)
    return [found[round(index * (len(found) - 1) / (limit - 1))] for index in range(limit)]


def _series(claim: models.Claim) -> payload.Series | None:
    drawn = {
        phase: tuple(
            payload.Point(at.astimezone(UTC).isoformat(), number(value))
            for at, value in thinned(points(claim, phase))
        )
        for phase in ("baseline", "trial")
    }
    if not any(drawn.values()):
        return None
    base, target = levels(claim)
    return payload.Series(
        metric=Bilingual(claim.metric, claim.metric),
        unit="%" if in_shares(claim) else claim.unit,
        baseline=drawn["baseline"],
        trial=drawn["trial"],
        baseline_level=maybe(base),
        target_level=maybe(target),
        measurements=claim.result["readings"],
    )


def _employer(verifier: User) -> Bilingual:
    organisation = Organisation.objects.filter(memberships__user=verifier).order_by("pk").first()
    return pair(organisation, "name") if organisation else Bilingual()
