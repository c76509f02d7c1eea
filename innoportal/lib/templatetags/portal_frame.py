"""What base.html draws around every page, and what of it depends on the address."""

from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innoportal.languages import HTML_LANG
from innoportal.lib.looks import LANGUAGES
from innoportal.lib.templatetags.portal_ui import url_or_nothing

register = template.Library()

# word → URL names, of which the first that exists is used
MENU = (
    (_("Wishes"), ("wishes:list",)),
    (_("Solutions"), ("solutions:list",)),
    (_("Trials"), ("trials:list",)),
    (_("Reports"), ("reports:list", "trials:report-list", "trials:reports")),
    (_("Search"), ("search:search",)),
)


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[dict[str, Any]]:
    """This page in each language: only the first part of the path differs, and the query stays."""
    request = context.get("request")
    path = request.get_full_path() if request else "/"
    _start, first, *rest = path.split("/", 2)
    language = get_language()
    tail = rest[0] if rest and any(first == code for code, _label, _name in LANGUAGES) else ""
    links = []
    for code, label, name in LANGUAGES:
        here = f"/{code}/{tail}"
        links.append(
            {
                "code": code,
                "lang": HTML_LANG[code],
                "label": label,
                "name": name,
                "url": here,
                "absolute": settings.SITE_URL + here,  # never the host that a request claims
                "current": code == language,
            }
        )
    return links


@register.simple_tag
def language_alternates(links: list[dict[str, Any]]) -> SafeString:
    """The `<link>` of each language, for search engines."""
    rows = (
        f'<link rel="alternate" hreflang="{one["lang"]}" href="{escape(one["absolute"])}">' for one in links
    )
    return mark_safe("".join(rows))  # noqa: S308  the address is escaped, the rest is ours


@register.simple_tag
def language_menu(links: list[dict[str, Any]]) -> SafeString:
    """The items of the menu of languages."""
    rows = []
    for one in links:
        lang, named = f'lang="{one["lang"]}"', f'title="{one["name"]}">{one["label"]}'
        if one["current"]:
            rows.append(f'<li><span {lang} aria-current="true" {named}</span></li>')
        else:
            there = f'href="{escape(one["url"])}" {lang} hreflang="{one["lang"]}" rel="alternate"'
            rows.append(f"<li><a {there} {named}</a></li>")
    return mark_safe("".join(rows))  # noqa: S308  the address is escaped, the rest is ours


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> SafeString:
    """The items of the main menu, marked where the page is at or below them."""
    request = context.get("request")
    urls = tuple(url_or_nothing(*names) for _word, names in MENU)
    marks = tuple(bool(request and url and request.path.startswith(url)) for url in urls)
    return _menu(urls, marks, get_language())


@lru_cache(maxsize=512)
def _menu(urls: tuple[str, ...], marks: tuple[bool, ...], language: str | None) -> SafeString:
    rows = []
    for (word, _names), url, marked in zip(MENU, urls, marks, strict=True):
        look = " govuk-service-navigation__item--active" if marked else ""
        current = ' aria-current="true"' if marked else ""
        if url:
            rows.append(
                f'<li class="govuk-service-navigation__item{look}"><a class="govuk-service-navigation__link"'
                f' href="{escape(url)}"{current}>{escape(str(word))}</a></li>'
            )
    return mark_safe("".join(rows))  # noqa: S308  each part is escaped
