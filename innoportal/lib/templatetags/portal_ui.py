"""The tags of the portal's look. docs/components.md shows each in use."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.db.models import Choices
from django.forms import BoundField, Form
from django.template import Context
from django.template.base import Parser, Token
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from innoportal.languages import HTML_LANG
from innoportal.lib.constant import Constant
from innoportal.lib.icons import ICONS, SPRITE
from innoportal.lib.looks import STATUS_LOOKS, VERDICTS
from innoportal.lib.templatetags.languages import escaped, say

register = template.Library()


@register.tag
def constant(parser: Parser, token: Token) -> Constant:
    """`{% constant %}…{% endconstant %}`: words, icons and addresses, drawn once per language and process."""
    nodelist = parser.parse(("endconstant",))
    parser.delete_first_token()
    return Constant(nodelist)


@register.simple_tag
@lru_cache(maxsize=512)  # a list shows a hundred of them, of a handful of kinds
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A drawing of the sprite; hidden from assistive technology unless it has a label of its own.

    :raises KeyError: there is no icon of that name.
    """
    if name not in ICONS:
        raise KeyError(name)
    described = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="ip-icon{}" width="20" height="20" {}><use href="{}#{}"/></svg>',
        f" ip-icon--{size}" if size else "",
        described,
        static(SPRITE),
        name,
    )


@register.simple_tag
def tag(text: str, colour: str = "teal", icon_name: str = "") -> SafeString:
    """A small label: colours are those of govuk-tag."""
    drawn = icon(icon_name) if icon_name else ""
    return mark_safe(  # noqa: S308  each part is escaped
        f'<strong class="govuk-tag govuk-tag--{escaped(colour)}">{drawn}{escaped(text)}</strong>'
    )


@register.simple_tag
def status(thing: Any) -> SafeString:
    """The status of anything with `status` and `get_status_display`, as word, icon and colour."""
    words = getattr(thing, "Status", None)
    if words is None:
        return _marked(thing.status, thing.get_status_display())
    return _status(words, thing.status, get_language())


@lru_cache(maxsize=512)
def _status(words: type[Choices], value: str, language: str | None) -> SafeString:
    return _marked(value, word(words, value))


def _marked(value: Any, shown: Any) -> SafeString:
    colour, drawn = STATUS_LOOKS.get(str(value).replace("-", "_").lower(), ("grey", "information"))
    return tag(shown, colour, drawn)


def word(choices: type[Choices], value: Any) -> Any:
    """As `get_…_display`, which hashes the labels of all choices, translated, for each card anew."""
    member = choices._value2member_map_.get(value)
    return member.label if member else value  # type: ignore[attr-defined]


@register.simple_tag
def verdict(value: str, large: bool = False) -> SafeString:
    """A verdict as icon and word; the icon differs for each, so colour is never needed to tell them apart.

    :raises KeyError: no such verdict.
    """
    return _verdict(value, large, get_language())


@lru_cache(maxsize=64)
def _verdict(value: str, large: bool, language: str | None) -> SafeString:
    word, drawn = VERDICTS[value]
    size = " ip-verdict--large" if large else ""
    return format_html(
        '<strong class="ip-verdict ip-verdict--{}{}">{}{}</strong>',
        value.replace("_", "-"),
        size,
        icon(drawn),
        word,
    )


@register.simple_tag
def html_lang() -> str:
    """The `lang` of the page, as HTML spells it."""
    return HTML_LANG.get(get_language() or "en", "en")


@register.simple_tag
def url_or_nothing(*names: str) -> str:
    """The first of these URL names that exists, or nothing, so that a link can wait for its room."""
    return _first_url(names, get_language(), get_urlconf() or settings.ROOT_URLCONF)


@lru_cache(maxsize=512)  # fifteen on every page, and they differ by the language only
def _first_url(names: tuple[str, ...], language: str | None, urlconf: str) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The query string of this page with some parameters changed; None or "" removes one. Begins with "?"."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = value
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def pagination(context: Context, page_obj: Page, parameter: str = "page") -> SafeString:
    """Numbered pages that keep every other parameter of the query; nothing for a single page."""
    paginator, here = page_obj.paginator, page_obj.number
    if paginator.num_pages <= 1:
        return mark_safe("")
    params = context["request"].GET.copy()

    def link(number: int, attributes: str, inner: str) -> str:
        params[parameter] = str(number)
        url = escape(f"?{params.urlencode()}")
        return f'<a class="govuk-link govuk-pagination__link" href="{url}" {attributes}>{inner}</a>'

    label, named = escape(gettext("Pages of results")), escape(gettext("Page %(number)s"))
    before, after = escape(gettext("Previous page")), escape(gettext("Next page"))
    parts = [f'<nav class="govuk-pagination" aria-label="{label}">']
    title = '<span class="govuk-pagination__link-title">{}</span>'
    if page_obj.has_previous():
        previous = link(here - 1, 'rel="prev"', f"{icon('back')} {title.format(before)}")
        parts.append(f'<div class="govuk-pagination__prev">{previous}</div>')
    parts.append('<ul class="govuk-pagination__list">')
    for number in paginator.get_elided_page_range(here, on_each_side=1, on_ends=1):
        if not isinstance(number, int):  # the ellipsis
            parts.append('<li class="govuk-pagination__item govuk-pagination__item--ellipsis">⋯</li>')
            continue
        look, current = (
            (" govuk-pagination__item--current", ' aria-current="page"') if number == here else ("", "")
        )
        attributes = f'aria-label="{named % {"number": number}}"{current}'
        parts.append(f'<li class="govuk-pagination__item{look}">{link(number, attributes, str(number))}</li>')
    parts.append("</ul>")
    if page_obj.has_next():
        following = link(here + 1, 'rel="next"', f"{title.format(after)} {icon('arrow')}")
        parts.append(f'<div class="govuk-pagination__next">{following}</div>')
    return mark_safe("".join([*parts, "</nav>"]))  # noqa: S308  each part is escaped


@register.simple_tag
def breadcrumbs(*steps: str) -> SafeString:
    """Pairs of text and URL: `{% breadcrumbs _("Wishes") list_url %}`. The page itself is not in them."""
    pairs = zip(steps[::2], steps[1::2], strict=True)
    items = format_html_join(
        "",
        '<li class="govuk-breadcrumbs__list-item"><a class="govuk-breadcrumbs__link" href="{}">{}</a></li>',
        ((url, text) for text, url in pairs),
    )
    return format_html(
        '<nav class="govuk-breadcrumbs govuk-breadcrumbs--collapse-on-mobile" aria-label="{}">'
        '<ol class="govuk-breadcrumbs__list">{}</ol></nav>',
        _("Breadcrumb"),
        items,
    )


@register.filter
def grouped(number: Any) -> str:
    """A whole number with a comma at each thousand, as Hong Kong writes it in every language."""
    return f"{number:,}" if isinstance(number, int) else str(number)


@register.filter
def percent(value: float | None) -> str:
    """A share between 0 and 1 as whole percent; nothing for None.

    What is nearly certain, or nearly done, is not said to be so: 0% and 100% are for 0 and 1 alone.
    """
    if value is None:
        return ""
    return f"{round(value * 100) if value in (0, 1) else min(max(round(value * 100), 1), 99)}%"


@register.filter
def highlight(text: str, spans: Iterable[tuple[int, int]]) -> SafeString:
    """The text, escaped, with `<mark>` around the character ranges [start, end); they may overlap."""
    parts: list[SafeString | str] = []
    at = 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        parts += [escape(text[at:start]), format_html("<mark>{}</mark>", text[start:end])]
        at = end
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))  # noqa: S308  every part is escaped


@register.simple_tag(takes_context=True)
def active_filters(context: Context, form: Form) -> list[dict[str, str]]:
    """What a filter form narrows by: label, value, and the URL of this page without it."""
    chosen = []
    for field in form:
        values = field.value()
        for value in values if isinstance(values, (list, tuple)) else [values]:
            if value in (None, ""):
                continue
            params = context["request"].GET.copy()
            params.setlist(field.name, [other for other in params.getlist(field.name) if other != str(value)])
            params.pop("page", None)
            shown = dict(_flat_choices(field)).get(str(value), str(value))
            chosen.append(
                {"label": str(field.label), "value": shown, "url": f"?{params.urlencode() or 'view='}"}
            )
    return chosen


def _flat_choices(field: BoundField) -> Iterator[tuple[str, str]]:
    for key, label in getattr(field.field, "choices", ()):
        inner = label if isinstance(label, (list, tuple)) else [(key, label)]
        yield from ((str(code), str(word)) for code, word in inner)


@register.simple_tag
def row(label: str, value: Any, url: str = "") -> SafeString:
    """A row of a summary list, or nothing where there is no value."""
    if value in (None, "", [], ()):
        return mark_safe("")
    shown = format_html('<a class="govuk-link" href="{}">{}</a>', url, say(value)) if url else say(value)
    return format_html(
        '<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">{}</dt>'
        '<dd class="govuk-summary-list__value">{}</dd></div>',
        label,
        shown,
    )


@register.simple_tag
def stat(number: Any, label: str, url: str = "", icon_name: str = "") -> SafeString:
    """One tile of an `<ul class="ip-stats">`."""
    text = format_html(
        '{}<span class="ip-stat__number">{}</span><span class="ip-stat__label">{}</span>',
        icon(icon_name) if icon_name else "",
        grouped(number),
        label,
    )
    inner = format_html('<a class="ip-stat__link" href="{}">{}</a>', url, text) if url else text
    return format_html('<li class="ip-stat">{}</li>', inner)


@register.simple_tag
def fact(icon_name: str, label: Any, value: Any) -> SafeString:
    """One key fact of a card's `<ul class="ip-facts">`, or nothing where there is no value."""
    if value in (None, ""):
        return mark_safe("")
    return mark_safe(  # noqa: S308  each part is escaped
        f'<li class="ip-fact">{icon(icon_name)}<span class="govuk-visually-hidden">{escaped(label)}: </span>'
        f"{say(value)}</li>"
    )
