from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from innoportal.languages import phrase
from innoportal.lib.templatetags.portal_cards import card, joined
from innoportal.lib.templatetags.portal_ui import fact, word
from solutions.models import Solution

register = template.Library()


@register.simple_tag
def solution_card(solution: Solution, level: int | str = 2) -> SafeString:
    """Reads what `for_cards` gives, and asks the database nothing."""
    language = get_language()
    return card(
        kind="solution",
        url=solution.get_absolute_url(),
        reference=solution.reference,
        title=solution.title,
        organisation=solution.organisation.name,
        thing=solution,
        summary=solution.summary,
        topics=[phrase(one["name_en"], one["name_zh"], language) for one in solution.shown_topics],
        facts=_facts(solution, language),
        level=level,
    )


def _facts(solution: Solution, language: str | None) -> SafeString:
    return joined(
        _readiness(solution.trl, language),
        _price(solution.price, language),
        _start(solution.lead_months, language),
    )


@lru_cache(maxsize=64)
def _readiness(trl: int | None, language: str | None) -> SafeString:
    return fact("level", _("Readiness"), _("TRL %(trl)s") % {"trl": trl} if trl else "")


@lru_cache(maxsize=64)
def _price(band: str, language: str | None) -> SafeString:
    return fact("money", _("Price of a trial"), word(Solution.Price, band))


@lru_cache(maxsize=512)
def _start(months: int | None, language: str | None) -> SafeString:
    shown = ngettext("in %(months)s month", "in %(months)s months", months or 0) % {"months": months}
    return fact("calendar", _("A trial can start"), "" if months is None else shown)
