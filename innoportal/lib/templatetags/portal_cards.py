"""A wish, solution, trial or report in a list.

Written in Python: as templates within templates, 25 of them were half of a page's work.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.languages import Phrase
from innoportal.lib.templatetags.languages import escaped, said
from innoportal.lib.templatetags.portal_charts import score
from innoportal.lib.templatetags.portal_ui import icon, status, verdict

register = template.Library()

SHOWN = 400  # characters of a summary: more than the three lines that the stylesheet leaves of it


@register.simple_tag
def card(
    *,
    kind: str,
    url: str,
    title: str,
    reference: str | None = "",
    organisation: str = "",
    thing: Any = None,
    summary: str = "",
    topics: Iterable[Any] = (),
    facts: str = "",
    probability: float | None = None,
    verdict_value: str = "",
    level: int | str = 2,
    below: str = "",
) -> SafeString:
    """To be wrapped in `<li>`; `facts` are list items made by `fact`, `topics` print as their names.

    What stands `below` can be used by itself: it lies above the link that the whole card is.

    :raises KeyError: no such kind or verdict.
    """
    language, heading = get_language(), f"h{int(level or 2)}"
    mark = verdict(verdict_value) if verdict_value else status(thing) if thing else ""
    parts = [
        f'<article class="ip-card ip-card--{escaped(kind)}"><p class="ip-card__top">',
        f'<span class="ip-card__kind">{icon(kind)} ',
        f'<span class="ip-ref">{escaped(reference or "")}</span></span>',
        f'{mark}</p>\n<{heading} class="ip-card__title">',
        f'<a href="{escaped(url)}">{said(title, language)}</a></{heading}>\n',
    ]
    if organisation:
        parts.append(
            f'<p class="ip-card__organisation">{icon("building")} {said(organisation, language)}</p>\n'
        )
    if summary:
        parts.append(f'<p class="ip-card__summary">{said(_shortened(summary), language)}</p>\n')
    if probability not in (None, ""):  # a template says "" for what it does not know
        parts.append(f'<p class="ip-card__score">{score(probability)}</p>')
    if facts:
        parts.append(f'<ul class="ip-facts">{escaped(facts)}</ul>\n')
    chips = [f'<li><span class="ip-chip">{escaped(topic)}</span></li>' for topic in topics or ()]
    if chips:
        label = escape(_("Topics"))
        parts += [f'<ul class="ip-chips" aria-label="{label}">', *chips, "</ul>"]
    return mark_safe("".join([*parts, escaped(below), "</article>"]))  # noqa: S308  every part is escaped


def _shortened(text: str) -> str:
    if len(text) <= SHOWN:
        return text
    short = f"{text[:SHOWN].rstrip()}…"
    return Phrase(short, text.lang) if isinstance(text, Phrase) else short


def joined(*facts: SafeString) -> SafeString:
    """What `fact` made, as the `facts` of a card."""
    return mark_safe("".join(facts))  # noqa: S308  each is SafeString
