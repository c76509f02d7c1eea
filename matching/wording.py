"""The engine's codes as sentences. It speaks in figures, a page in its reader's language."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoportal.languages import listed
from wishes.models import Wish

Text = str | Promise

FACTORS: dict[str, Text] = {
    "meaning": gettext_lazy("Meaning of the two texts"),
    "words": gettext_lazy("Words that both use"),
    "concepts": gettext_lazy("Technical terms that both use, in any language"),
    "standing": gettext_lazy("How far it stands out among all solutions for this wish"),
    "topics": gettext_lazy("Topics"),
    "readiness": gettext_lazy("Readiness (TRL)"),
    "budget": gettext_lazy("Price within the budget"),
    "timetable": gettext_lazy("Ready in time"),
    "site": gettext_lazy("Suits the site"),
    "certificates": gettext_lazy("Certificates"),
    "track_record": gettext_lazy("Verified reports"),
    "novelty": gettext_lazy("New to Hong Kong"),
}

GAPS: dict[tuple[str, str], Text] = {  # (code, side)
    ("topics_missing", "wish"): gettext_lazy("The wish names no topics."),
    ("topics_missing", "solution"): gettext_lazy("The solution names no topics."),
    ("trl_wanted_missing", "wish"): gettext_lazy("The wish does not say how ready the technology must be."),
    ("trl_missing", "solution"): gettext_lazy("The solution does not state its readiness (TRL)."),
    ("budget_missing", "wish"): gettext_lazy("The wish names no budget."),
    ("price_missing", "solution"): gettext_lazy("The solution names no price for a trial."),
    ("timetable_missing", "wish"): gettext_lazy("The wish does not say by when it is wanted."),
    ("lead_time_missing", "solution"): gettext_lazy("The solution does not say how soon a trial can start."),
    ("site_missing", "wish"): gettext_lazy("The wish does not say what the site can give."),
    ("trial_needs_missing", "solution"): gettext_lazy("The solution does not say what a trial needs."),
    ("certificates_missing", "solution"): gettext_lazy(
        "The solution names no certificates, and the wish asks for some."
    ),
    ("novelty_missing", "solution"): gettext_lazy(
        "The solution does not say whether it is new to Hong Kong."
    ),
}

SECTIONS: dict[str, Text] = {
    "need": gettext_lazy("The need today"),
    "outcome": gettext_lazy("Outcome wanted"),
    "constraints": gettext_lazy("Constraints"),
    "site": gettext_lazy("Site"),
    "summary": gettext_lazy("What it does"),
    "method": gettext_lazy("How it works"),
}

# (from, word): what a person who may not read the figure reads of it
BANDS: tuple[tuple[float, str, Text], ...] = (
    (0.6, "strong", gettext_lazy("Strong fit")),
    (0.3, "good", gettext_lazy("Good fit")),
    (0.1, "possible", gettext_lazy("Possible fit")),
    (0.0, "weak", gettext_lazy("Weak fit")),
)


def band(probability: float) -> tuple[str, str]:
    """A fit as (code, words)."""
    return next((code, str(words)) for floor, code, words in BANDS if probability >= floor)


def gap(row: Mapping[str, Any]) -> str:
    """A code from an engine newer than this page is shown as it is rather than hidden."""
    return str(GAPS.get((row["code"], row["side"]), row["code"]))


def dollars(amount: int | float) -> str:
    return f"HK${intcomma(int(amount))}"


def site_words(needs: Sequence[str]) -> str:
    names = dict(Wish.SiteGift.choices)
    return listed(names.get(need, need) for need in needs)


def trl_below(offered: int, wanted: int) -> str:
    return _("Readiness is TRL %(offered)s; the wish asks for TRL %(wanted)s. A trial may close this.") % {
        "offered": offered,
        "wanted": wanted,
    }


def trl_far_below(offered: int, wanted: int) -> str:
    return _(
        "Readiness is TRL %(offered)s; the wish asks for TRL %(wanted)s. That is too far for a trial."
    ) % {
        "offered": offered,
        "wanted": wanted,
    }


def price_may_exceed_budget(price_from: int, price_to: int, budget_to: int) -> str:
    return _("The price may reach %(price)s; the budget ends at %(budget)s.") % {
        "price": dollars(price_to),
        "budget": dollars(budget_to),
    }


def price_above_budget(price_from: int, price_to: int, budget_to: int) -> str:
    return _("The price begins at %(price)s; the budget ends at %(budget)s.") % {
        "price": dollars(price_from),
        "budget": dollars(budget_to),
    }


def price_far_above_budget(price_from: int, price_to: int, budget_to: int) -> str:
    return _("The price begins at %(price)s, far above the budget, which ends at %(budget)s.") % {
        "price": dollars(price_from),
        "budget": dollars(budget_to),
    }


def lead_time_after_timetable(lead_months: float, months: float) -> str:
    return _("A trial can start in %(lead)s months; it is wanted within %(wanted)s.") % {
        "lead": f"{lead_months:g}",
        "wanted": f"{months:g}",
    }


def lead_time_far_after_timetable(lead_months: float, months: float) -> str:
    return _("A trial can start only in %(lead)s months; it is wanted within %(wanted)s.") % {
        "lead": f"{lead_months:g}",
        "wanted": f"{months:g}",
    }


def site_lacks(needs: Sequence[str]) -> str:
    return _("The site does not have: %(needs)s.") % {"needs": site_words(needs)}


def site_lacks_most(needs: Sequence[str]) -> str:
    return _("The site lacks most of what a trial needs: %(needs)s.") % {"needs": site_words(needs)}


def certificates_lacking(certificates: Sequence[str]) -> str:
    return _("Certificates asked for and not held: %(names)s.") % {"names": listed(certificates)}


REASONS: dict[str, Callable[..., str]] = {
    function.__name__: function
    for function in (
        trl_below,
        trl_far_below,
        price_may_exceed_budget,
        price_above_budget,
        price_far_above_budget,
        lead_time_after_timetable,
        lead_time_far_after_timetable,
        site_lacks,
        site_lacks_most,
        certificates_lacking,
    )
}


def reason(row: Mapping[str, Any]) -> str:
    said = REASONS.get(row["code"])
    return said(**row["parameters"]) if said else row["code"]


CHANGES: dict[tuple[str, str], Text] = {  # (factor, side): what would have to be so
    ("topics", "wish"): gettext_lazy("The wish names the topics of the solution."),
    ("topics", "solution"): gettext_lazy("The solution names all topics of the wish."),
    ("readiness", "wish"): gettext_lazy("The wish is content with TRL %(trl)s."),
    ("readiness", "solution"): gettext_lazy("The solution reaches TRL %(trl)s."),
    ("budget", "wish"): gettext_lazy("The budget reaches %(budget)s."),
    ("budget", "solution"): gettext_lazy("The whole price is within %(price)s."),
    ("timetable", "wish"): gettext_lazy("The wish can wait %(months)s months."),
    ("timetable", "solution"): gettext_lazy("A trial can start within %(months)s months."),
    ("site", "wish"): gettext_lazy("The site has what a trial needs: %(needs)s."),
    ("site", "solution"): gettext_lazy("A trial needs no more than the site has: %(needs)s."),
    ("certificates", "solution"): gettext_lazy("The solution holds the certificates: %(names)s."),
    ("track_record", "solution"): gettext_lazy("One more report of the vendor is verified."),
    ("novelty", "solution"): gettext_lazy("The solution states that it is new to Hong Kong."),
}


def change(factor: str, side: str, parameters: Mapping[str, Any]) -> str:
    """What would have to be so, as a sentence."""
    figures = {
        "trl": parameters.get("trl"),
        "budget": dollars(parameters.get("budget", 0)),
        "price": dollars(parameters.get("price", 0)),
        "months": f"{parameters.get('months', 0):g}",
        "needs": site_words(parameters.get("needs", [])),
        "names": listed(parameters.get("certificates", [])),
    }
    return str(CHANGES[factor, side]) % figures


def reasons(score: Mapping[str, Any]) -> list[str]:
    return [reason(row) for row in score.get("reasons", [])]


def obstacles(score: Mapping[str, Any]) -> list[str]:
    """The reasons that rule a match out."""
    return [reason(row) for row in score.get("reasons", []) if row["blocking"]]


def gaps(score: Mapping[str, Any]) -> list[str]:
    return [gap(row) for row in score.get("gaps", [])]


def bars(score: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the picture of a score; with the starting value they add up to the total that is shown."""
    rows = [{"label": _("Starting value, before anything is known"), "value": score.get("intercept", 0.0)}]
    for one in score.get("contributions", []):
        value = one["value"]
        note = _("not known") if value is None else format_lazy("{} %", round(100 * value))
        rows.append(
            {
                "label": str(FACTORS.get(one["name"], one["name"])),
                "value": one["logit_share"],
                "note": str(note),
            }
        )
    return rows


def total(score: Mapping[str, Any]) -> float:
    return score.get("intercept", 0.0) + sum(one["logit_share"] for one in score.get("contributions", []))
