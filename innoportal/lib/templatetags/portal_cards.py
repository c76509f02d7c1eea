"""A wish, solution, trial or report in a list.

Written in Python: as templates within templates, 25 of them were half of a page's work.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from innoportal.lib.templatetags.languages import say
from innoportal.lib.templatetags.portal_charts import score
from innoportal.lib.templatetags.portal_ui import icon, status, verdict

register = template.Library()

CARD = """<article class="ip-card ip-card--{kind}">
  <p class="ip-card__top">
    <span class="ip-card__kind">{drawn} <span class="ip-ref">{reference}</span></span>{mark}
  </p>
  <h{level} class="ip-card__title"><a href="{url}">{title}</a></h{level}>
  {organisation}{summary}{score}{facts}{topics}
</article>"""


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
) -> SafeString:
    """To be wrapped in `<li>`; `facts` are list items made by `fact`, `topics` print as their names.

    :raises KeyError: no such kind or verdict.
    """
    mark: SafeString | str = verdict(verdict_value) if verdict_value else status(thing) if thing else ""
    return format_html(
        CARD,
        kind=kind,
        drawn=icon(kind),
        reference=reference,
        mark=mark,
        level=level or 2,
        url=url,
        title=say(title),
        organisation=_organisation(organisation),
        summary=format_html('<p class="ip-card__summary">{}</p>', say(summary)) if summary else "",
        score=_score(probability),
        facts=format_html('<ul class="ip-facts">{}</ul>', facts) if facts else "",
        topics=_topics(topics),
    )


def _organisation(name: str) -> SafeString | str:
    if not name:
        return ""
    return format_html('<p class="ip-card__organisation">{} {}</p>', icon("building"), say(name))


def _score(probability: float | None) -> SafeString | str:
    if probability is None or probability == "":  # a template says "" for what it does not know
        return ""
    ring = render_to_string("components/score.html", score(probability))
    return format_html('<p class="ip-card__score">{}</p>', ring)


def _topics(topics: Iterable[Any]) -> SafeString | str:
    chips = format_html_join(
        "", '<li><span class="ip-chip">{}</span></li>', ((topic,) for topic in topics or ())
    )
    return format_html('<ul class="ip-chips" aria-label="{}">{}</ul>', _("Topics"), chips) if chips else ""


def joined(*facts: SafeString) -> SafeString:
    """What `fact` made, as the `facts` of a card."""
    return mark_safe("".join(facts))  # noqa: S308  each is SafeString
