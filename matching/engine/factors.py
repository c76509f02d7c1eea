"""What speaks for or against a match, each as one small function: 0 to 1, or None for what nobody said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Range = tuple[int | None, int | None]
Signals = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Need:
    """The structured side of a wish. An empty set means that nothing was said."""

    topics: frozenset[str] = frozenset()
    trl_wanted: int | None = None
    budget: Range | None = None  # HK$
    months: float | None = None
    site: frozenset[str] = frozenset()  # what the site can give
    certificates: frozenset[str] = frozenset()  # what is asked for


@dataclass(frozen=True, slots=True)
class Offer:
    """The structured side of a solution. An empty set means that nothing was said."""

    topics: frozenset[str] = frozenset()
    trl: int | None = None
    price: Range | None = None  # HK$
    lead_months: float | None = None
    needs: frozenset[str] = frozenset()  # what a trial needs
    certificates: frozenset[str] = frozenset()
    verified_reports: int = 0
    novel: bool | None = None


def meaning(signals: Signals) -> float | None:
    """How alike the texts are to the models; across scripts these see about a sixth less of it."""
    cosines = [signals[name] for name in ("e5", "use") if name in signals]
    if not cosines:
        return None
    scale = 1.0 if signals.get("same_script", 1.0) else 1.2
    return unit(scale * sum(cosines) / len(cosines))


def words(signals: Signals) -> float | None:
    """The share of the wish's words that were found; says nothing between two scripts."""
    return unit(signals["words_share"]) if signals.get("same_script") and "words_share" in signals else None


def concepts(signals: Signals) -> float | None:
    return unit(signals["concepts_share"]) if "concepts_share" in signals else None


def standing(signals: Signals) -> float | None:
    """How far the solution stands out for this wish, in standard deviations: 0 at -2 and 1 at 8.

    A collection can be too small for a standard deviation; then it is guessed from how alike the texts are,
    on a flatter line than that through the pairs of four public sets (.02 + .9 x).
    """
    if "standing" in signals:
        return unit((signals["standing"] + 2) / 10)
    return guessed_standing(meaning(signals), words(signals))


def guessed_standing(likeness: float | None, shared: float | None) -> float | None:
    if likeness is None:
        return None
    return unit(0.26 + 0.6 * likeness + (0.2 * (shared - 0.15) if shared is not None else 0))


def topics(need: Need, offer: Offer) -> float | None:
    if not need.topics or not offer.topics:
        return None
    return len(need.topics & offer.topics) / len(need.topics)


def readiness(need: Need, offer: Offer) -> float | None:
    if need.trl_wanted is None or offer.trl is None:
        return None
    return {0: 1.0, 1: 0.6, 2: 0.3}.get(max(0, need.trl_wanted - offer.trl), 0.0)


def ceiling(budget: Range | None) -> int | None:
    return None if budget is None else budget[1] if budget[1] is not None else budget[0]


def is_without_end(price: Range | None, budget: Range | None) -> bool:
    """Whether a price is told by its lower end alone, and the budget does end."""
    return bool(price and price[0] and price[1] is None and budget and budget[1] is not None)


def band(price: Range | None) -> tuple[int, int] | None:
    """A price with one end open is that end; see `is_without_end`."""
    known = [end for end in price or () if end is not None]
    return (min(known), max(known)) if known else None


def budget(need: Need, offer: Offer) -> float | None:
    """1 when the whole price band is within the budget, a half when it begins at the budget's end.

    A price without end is halfway between the two where it begins within: nobody said that it stays there.
    """
    most, price = ceiling(need.budget), band(offer.price)
    if most is None or price is None:
        return None
    low, high = price
    is_open = is_without_end(offer.price, need.budget)
    if is_open and low < most:
        return 0.75
    if high <= most and not is_open:
        return 1.0
    if low >= most:
        return 0.5 * most / low if low else 0.5
    return 0.5 + 0.5 * (most - low) / (high - low)


def timetable(need: Need, offer: Offer) -> float | None:
    if need.months is None or offer.lead_months is None:
        return None
    return 1.0 if offer.lead_months <= need.months else max(0.0, need.months) / offer.lead_months


def site(need: Need, offer: Offer) -> float | None:
    if not need.site or not offer.needs:
        return None
    return len(offer.needs & need.site) / len(offer.needs)


def certificates(need: Need, offer: Offer) -> float | None:
    """None when none is asked for, or the solution says nothing of its own."""
    if not need.certificates or not offer.certificates:
        return None
    return len(need.certificates & offer.certificates) / len(need.certificates)


def track_record(need: Need, offer: Offer) -> float | None:
    """Every verified report counts half of the one before; none is nothing, not a fault."""
    return 1 - 0.5 ** max(0, offer.verified_reports)


def novelty(need: Need, offer: Offer) -> float | None:
    return None if offer.novel is None else float(offer.novel)


def unit(value: float) -> float:
    return min(1.0, max(0.0, value))


OF_TEXT: dict[str, Callable[[Signals], float | None]] = {
    "meaning": meaning,
    "words": words,
    "concepts": concepts,
    "standing": standing,
}
OF_FACTS: dict[str, Callable[[Need, Offer], float | None]] = {
    "topics": topics,
    "readiness": readiness,
    "budget": budget,
    "timetable": timetable,
    "site": site,
    "certificates": certificates,
    "track_record": track_record,
    "novelty": novelty,
}
FACTORS = (*OF_TEXT, *OF_FACTS)


def values(need: Need, offer: Offer, signals: Signals) -> dict[str, float | None]:
    return {
        **{name: factor(signals) for name, factor in OF_TEXT.items()},
        **{name: factor(need, offer) for name, factor in OF_FACTS.items()},
    }
