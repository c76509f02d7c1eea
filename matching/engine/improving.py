"""What one change of a fact would do to a score: each is made, and the pair scored anew."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from matching.engine.factors import Need, Offer, Signals, band, ceiling
from matching.engine.feasibility import Parameters, Side, Verdict
from matching.engine.rank import DEFAULT_WEIGHTS, Weights, score


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of one side as the other side would have it, and what the score would be then.

    `is_new` when nothing was said of it: the gain is then what stating it may bring at most.
    """

    factor: str
    side: Side
    is_new: bool
    probability: float
    gain: float  # of the probability
    feasibility: Verdict
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A changed pair before it is scored."""

    side: Side
    is_new: bool
    need: Need
    offer: Offer
    parameters: Parameters = field(default_factory=dict)


def improvements(
    need: Need, offer: Offer, signals: Signals, weights: Weights = DEFAULT_WEIGHTS
) -> tuple[Change, ...]:
    """The single changes that raise the score, the one that raises it most first.

    Of the facts that someone can change or state; not what a side might take back, since to ask for less than
    is needed or to hide a weakness mends nothing.
    """
    now = score(need, offer, signals, weights).probability
    found = []
    for factor, ways in WAYS.items():
        for made in ways(need, offer):
            then = score(made.need, made.offer, signals, weights)
            if then.probability > now:
                found.append(
                    Change(
                        factor,
                        made.side,
                        made.is_new,
                        then.probability,
                        then.probability - now,
                        then.feasibility.verdict,
                        made.parameters,
                    )
                )
    return tuple(sorted(found, key=lambda change: -change.gain))


def asked(need: Need, offer: Offer, is_new: bool, parameters: Parameters, **said: Any) -> Made:
    return Made("wish", is_new, replace(need, **said), offer, parameters)


def offered(need: Need, offer: Offer, is_new: bool, parameters: Parameters, **said: Any) -> Made:
    return Made("solution", is_new, need, replace(offer, **said), parameters)


def topics(need: Need, offer: Offer) -> Iterator[Made]:
    if need.topics:
        yield offered(need, offer, not offer.topics, {}, topics=offer.topics | need.topics)
    elif offer.topics:
        yield asked(need, offer, True, {}, topics=offer.topics)


def readiness(need: Need, offer: Offer) -> Iterator[Made]:
    if need.trl_wanted is not None:
        yield offered(need, offer, offer.trl is None, {"trl": need.trl_wanted}, trl=need.trl_wanted)
    if offer.trl is not None:
        yield asked(need, offer, need.trl_wanted is None, {"trl": offer.trl}, trl_wanted=offer.trl)


def budget(need: Need, offer: Offer) -> Iterator[Made]:
    most, price = ceiling(need.budget), band(offer.price)
    if most is not None:
        low = min(price[0], most) if price else 0
        yield offered(need, offer, price is None, {"price": most}, price=(low, most))
    if price is not None:
        is_open = offer.price is not None and offer.price[1] is None
        reach = (price[0], None) if is_open else (0, price[1])
        yield asked(need, offer, most is None, {"budget": price[1]}, budget=reach)


def timetable(need: Need, offer: Offer) -> Iterator[Made]:
    if need.months is not None:
        yield offered(
            need, offer, offer.lead_months is None, {"months": need.months}, lead_months=need.months
        )
    if offer.lead_months is not None:
        yield asked(need, offer, need.months is None, {"months": offer.lead_months}, months=offer.lead_months)


def site(need: Need, offer: Offer) -> Iterator[Made]:
    """A trial that needs nothing of what the site has is no change of the trial but another one."""
    if offer.needs:
        lacking = sorted(offer.needs - need.site)
        yield asked(need, offer, not need.site, {"needs": lacking}, site=need.site | offer.needs)
    both = need.site & (offer.needs or need.site)
    if both:
        yield offered(need, offer, not offer.needs, {"needs": sorted(both)}, needs=both)


def certificates(need: Need, offer: Offer) -> Iterator[Made]:
    lacking = sorted(need.certificates - offer.certificates)
    yield offered(
        need,
        offer,
        not offer.certificates,
        {"certificates": lacking},
        certificates=offer.certificates | need.certificates,
    )


def track_record(need: Need, offer: Offer) -> Iterator[Made]:
    yield offered(need, offer, False, {}, verified_reports=max(0, offer.verified_reports) + 1)


def novelty(need: Need, offer: Offer) -> Iterator[Made]:
    """What is known not to be new cannot become so."""
    if offer.novel is None:
        yield offered(need, offer, True, {}, novel=True)


WAYS: Mapping[str, Callable[[Need, Offer], Iterator[Made]]] = {
    "topics": topics,
    "readiness": readiness,
    "budget": budget,
    "timetable": timetable,
    "site": site,
    "certificates": certificates,
    "track_record": track_record,
    "novelty": novelty,
}
