from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from babel.dates import format_date
from django import template
from django.utils.functional import Promise
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import is_aware, localtime
from django.utils.translation import get_language

from innoportal.languages import HTML_LANG, Phrase, listed

register = template.Library()
register.filter("listed", listed)

LOCALES = {"en": "en_GB", "zh-hant": "zh_Hant_HK", "zh-hans": "zh_Hans_CN"}


def escaped(text: Any) -> str:
    """`conditional_escape` without its detours for lazy texts, which cost more than the escaping."""
    if isinstance(text, Promise):
        text = str(text)
    return text.__html__() if hasattr(text, "__html__") else escape(str(text))


@register.filter
def say(text: Any) -> SafeString:
    """Text for the body of a page; marked with its own `lang` where that is not the page's."""
    return mark_safe(said(text, get_language()))  # noqa: S308  escaped by `said`


def said(text: Any, language: str | None) -> str:
    """The same for a page of this language: who draws a hundred texts asks for it once."""
    if isinstance(text, Phrase) and text and text.lang != HTML_LANG.get(language or "en", "en"):
        return f'<span lang="{escape(text.lang)}">{escape(text)}</span>'
    return escaped(text)


@register.filter
def say_paragraphs(text: str) -> SafeString:
    """The same for several paragraphs, as block elements."""
    body = mark_safe(linebreaks(str(text), autoescape=True))  # noqa: S308  escaped by linebreaks itself
    if isinstance(text, Phrase) and text.is_foreign:
        return format_html('<div lang="{}">{}</div>', text.lang, body)
    return body


@register.filter
def day(value: date | str | None) -> str:
    """9 Nov 2026, or 2026年11月9日; nothing for no date. Also from the ISO text that a record keeps."""
    if not value:
        return ""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(found, datetime):
        found = (localtime(found) if is_aware(found) else found).date()
    return _written(found, get_language() or "en")


@lru_cache(maxsize=4096)  # eleven years of days
def _written(found: date, language: str) -> str:
    return format_date(found, "medium", locale=LOCALES[language])


@register.filter
def moment(value: datetime | None) -> str:
    """The same with the time of day in Hong Kong."""
    if not value:
        return ""
    local = localtime(value) if is_aware(value) else value
    return f"{day(local)} {local:%H:%M}"


@register.filter
def money(amount: Decimal | None) -> str:
    """An amount with a comma at each thousand in every language; its cents only where there are some."""
    if amount is None:
        return ""
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
