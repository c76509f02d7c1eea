"""What a year with the solution is worth, by what was measured and entered. Values in, values out."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Terms:
    """Money in one currency. ``per_year`` counts what the metric comes to in a year without the solution."""

    per_year: Decimal | None = None
    price: Decimal | None = None
    other_saving: Decimal = Decimal(0)
    running_cost: Decimal = Decimal(0)
    outlay: Decimal = Decimal(0)


@dataclass(frozen=True)
class Worth:
    """``net`` is a year's saving less its running cost; where it is not above 0, nothing is paid back."""

    saving: Decimal
    low: Decimal | None
    high: Decimal | None
    net: Decimal
    payback_years: Decimal | None


def worth(terms: Terms, effect: Decimal | None, low: Decimal | None, high: Decimal | None) -> Worth:
    """A year's saving: per cent saved x what a year comes to x its price, and what else is saved.

    ``effect`` and its interval are per cents of a change in the promised direction; None where no claim bears
    on the saving. Payback is simple: outlay over net saving, without interest.
    """
    saving = _in_money(terms, effect) or Decimal(0)
    ends = (_in_money(terms, low), _in_money(terms, high))
    whole = saving + terms.other_saving
    net = _cents(whole - terms.running_cost)
    return Worth(
        saving=_cents(whole),
        low=None if ends[0] is None else _cents(ends[0] + terms.other_saving),
        high=None if ends[1] is None else _cents(ends[1] + terms.other_saving),
        net=net,
        payback_years=(terms.outlay / net).quantize(TENTH, ROUND_HALF_UP) if net > 0 else None,
    )


def _in_money(terms: Terms, per_cent: Decimal | None) -> Decimal | None:
    if per_cent is None or terms.per_year is None or terms.price is None:
        return None
    return terms.per_year * per_cent / 100 * terms.price


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
