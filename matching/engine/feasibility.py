"""Whether a match could be tried at all, kept apart from how well it fits; and what nobody has said yet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from matching.engine.factors import Need, Offer, band, ceiling, is_without_end

Verdict = Literal["feasible", "conditional", "not_feasible"]
Side = Literal["wish", "solution"]
Parameters = dict[str, int | float | list[str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and its figures, so that a page can say it in any language."""

    code: str
    blocking: bool
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Feasibility:
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not said: it lowers the confidence, never the score."""

    code: str
    side: Side
    factor: str


GAPS = {  # (wish's, solution's) code for what a factor had to know
    "topics": ("topics_missing", "topics_missing"),
    "readiness": ("trl_wanted_missing", "trl_missing"),
    "budget": ("budget_missing", "price_missing"),
    "timetable": ("timetable_missing", "lead_time_missing"),
    "site": ("site_missing", "trial_needs_missing"),
}


def judge(need: Need, offer: Offer) -> Feasibility:
    reasons = tuple(r for rule in (trl, price, lead_time, needs, papers) for r in rule(need, offer))
    if any(r.blocking for r in reasons):
        return Feasibility("not_feasible", reasons)
    return Feasibility("conditional" if reasons else "feasible", reasons)


def trl(need: Need, offer: Offer) -> Iterator[Reason]:
    """One or two levels may be won during a trial; three are another project."""
    if need.trl_wanted is None or offer.trl is None or offer.trl >= need.trl_wanted:
        return
    far = need.trl_wanted - offer.trl >= 3
    figures: Parameters = {"offered": offer.trl, "wanted": need.trl_wanted}
    yield Reason("trl_far_below" if far else "trl_below", far, figures)


def price(need: Need, offer: Offer) -> Iterator[Reason]:
    most, asked = ceiling(need.budget), band(offer.price)
    if most is None or asked is None:
        return
    low, high = asked
    is_open = is_without_end(offer.price, need.budget) and low >= most
    if high <= most and not is_open:
        return
    figures: Parameters = {"price_from": low, "price_to": high, "budget_to": most}
    if low > 1.5 * most:
        yield Reason("price_far_above_budget", True, figures)
    else:
        yield Reason(
            "price_above_budget" if low > most or is_open else "price_may_exceed_budget", False, figures
        )


def lead_time(need: Need, offer: Offer) -> Iterator[Reason]:
    if need.months is None or offer.lead_months is None or offer.lead_months <= need.months:
        return
    far = offer.lead_months > 2 * need.months
    figures: Parameters = {"lead_months": offer.lead_months, "months": need.months}
    yield Reason("lead_time_far_after_timetable" if far else "lead_time_after_timetable", far, figures)


def needs(need: Need, offer: Offer) -> Iterator[Reason]:
    """A site may be given one thing for a trial; where it lacks most, it is the wrong site."""
    lacking = sorted(offer.needs - need.site) if need.site else []
    if lacking:
        most = len(lacking) > len(offer.needs) / 2
        yield Reason("site_lacks_most" if most else "site_lacks", most, {"needs": lacking})


def papers(need: Need, offer: Offer) -> Iterator[Reason]:
    lacking = sorted(need.certificates - offer.certificates) if offer.certificates else []
    if lacking:
        yield Reason("certificates_lacking", False, {"certificates": lacking})


def gaps(need: Need, offer: Offer) -> tuple[Gap, ...]:
    """In the order of the factors, the wish's first."""
    said = {
        "topics": (need.topics, offer.topics),
        "readiness": (need.trl_wanted, offer.trl),
        "budget": (ceiling(need.budget), band(offer.price)),
        "timetable": (need.months, offer.lead_months),
        "site": (need.site, offer.needs),
    }
    sides: tuple[Side, Side] = ("wish", "solution")
    found = [
        Gap(code, side, factor)
        for factor, values in said.items()
        for code, side, value in zip(GAPS[factor], sides, values, strict=True)
        if value is None or value == frozenset()
    ]
    if need.certificates and not offer.certificates:
        found.append(Gap("certificates_missing", "solution", "certificates"))
    if offer.novel is None:
        found.append(Gap("novelty_missing", "solution", "novelty"))
    return tuple(found)
