"""Rows of matches and what a search found: drawn in Python, as the cards are."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.languages import phrase
from innoportal.lib.templatetags.languages import escaped, said
from innoportal.lib.templatetags.portal_cards import card
from innoportal.lib.templatetags.portal_charts import score
from innoportal.lib.templatetags.portal_ui import fact, status, tag, word
from matching.models import Match

register = template.Library()


@register.simple_tag
def found_card(kind: str, thing: Any) -> SafeString:
    """Reads what matching.views.search leaves on the rows of a page, and asks the database nothing."""
    language = get_language()
    return card(
        kind=kind,
        thing=thing,
        url=thing.get_absolute_url(),
        reference=thing.reference,
        title=thing.title,
        organisation=thing.organisation.name,
        summary=thing.excerpt,
        topics=[phrase(one["name_en"], one["name_zh"], language) for one in thing.shown_topics],
    )


@register.simple_tag
def match_row(match: Any, reasons: Sequence[str]) -> SafeString:
    """A match of the experts' list, as `for_rows` and `reviewed` give it."""
    language = get_language()
    sides = f"{_side(match.wish, language)} · {_side(match.solution, language)}"
    parts = [
        f'<div class="ip-rows__main"><h2 class="govuk-heading-s">{pair(match, language)}</h2>',
        f'<p class="ip-muted ip-small">{sides}</p>',
        f'<ul class="ip-facts">{_feasibility(match.feasibility, language)}',
        f"{_verdicts(match.verdicts, language)}{_judged(language) if match.is_mine else ''}</ul>",
    ]
    if reasons:
        parts.append(f'<p class="ip-muted ip-small">{escape(" ".join(reasons))}</p>')
    parts.append(f'</div><div class="ip-nowrap">{score(match.probability)} {status(match)}</div>')
    return mark_safe("".join(parts))  # noqa: S308  each part is escaped


@register.simple_tag
def match_link(match: Match) -> SafeString:
    """Both titles as one link to the match."""
    return mark_safe(pair(match, get_language()))  # noqa: S308  each part is escaped


def pair(match: Match, language: str | None) -> str:
    return (
        f'<a class="govuk-link" href="{escape(match.get_absolute_url())}">{said(match.wish.title, language)} '
        f"{_between(language)}{said(match.solution.title, language)}</a>"
    )


@lru_cache(maxsize=8)
def _between(language: str | None) -> str:
    heard = escape(_("with"))
    return f'<span aria-hidden="true">×</span><span class="govuk-visually-hidden"> {heard} </span> '


def _side(thing: Any, language: str | None) -> str:
    name = said(thing.organisation.name, language)
    return f'<span class="ip-ref">{escaped(thing.reference or "")}</span> {name}'


@lru_cache(maxsize=32)
def _feasibility(value: str, language: str | None) -> SafeString:
    return fact("check", _("Feasibility"), word(Match.Feasibility, value))


@lru_cache(maxsize=256)
def _verdicts(count: int, language: str | None) -> SafeString:
    shown = _("%(count)s of %(needed)s") % {"count": count, "needed": Match.APPROVALS_NEEDED}
    return fact("people", _("Verdicts"), shown)


@lru_cache(maxsize=8)
def _judged(language: str | None) -> str:
    mark = tag(_("You have judged"), "green", "check")
    return f"<li>{mark}</li>"
