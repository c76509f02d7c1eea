from datetime import date, datetime

from babel.dates import format_date
from django import template
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import is_aware, localtime
from django.utils.translation import get_language

from innoportal.languages import Phrase

register = template.Library()

LOCALES = {"en": "en_GB", "zh-hant": "zh_Hant_HK", "zh-hans": "zh_Hans_CN"}


@register.filter
def say(text: str) -> SafeString:
    """Text for the body of a page; marked with its own `lang` where that is not the page's."""
    if isinstance(text, Phrase) and text.is_foreign:
        return format_html('<span lang="{}">{}</span>', text.lang, str(text))
    return conditional_escape(text)


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
    if isinstance(found, datetime) and is_aware(found):
        found = localtime(found)
    return format_date(found, "medium", locale=LOCALES[get_language() or "en"])


@register.filter
def moment(value: datetime | None) -> str:
    """The same with the time of day in Hong Kong."""
    if not value:
        return ""
    local = localtime(value) if is_aware(value) else value
    return f"{day(local)} {local:%H:%M}"
