"""A notification as a mail in its reader's language."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import TimestampSigner
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from innoportal.languages import HTML_LANG, phrase
from notifications.models import Notification

ITEM = ("template", "context", "url")  # what a mail about many keeps of each notice


@dataclass(frozen=True)
class Text:
    """What a notice says: one line, and paragraphs."""

    subject: str
    paragraphs: tuple[str, ...]


def read(notification: Notification, language: str) -> Text:
    """The notice in a language, from its room's template: the first line is the subject."""
    if items := notification.context.get("items"):
        return _of_many([_one_of(notification, item) for item in items], language)
    with translation.override(language):
        template: Any = get_template(f"{notification.template}.txt")
        body = template.template.render(Context(_context(notification, language), autoescape=False))
    subject, _, rest = body.strip().partition("\n")
    paragraphs = tuple(" ".join(block.split()) for block in rest.split("\n\n") if block.strip())
    return Text(" ".join(subject.split()), paragraphs)


def _one_of(notification: Notification, item: dict[str, Any]) -> Notification:
    return Notification(
        recipient=notification.recipient, why=notification.why, **{name: item[name] for name in ITEM}
    )


def _of_many(rows: list[Notification], language: str) -> Text:
    """One mail about several notices: each with its own address; of a single one, that itself."""
    texts = [read(row, language) for row in rows]
    if len(texts) == 1:
        return texts[0]
    with translation.override(language):
        words = ngettext("%(count)s notice from the portal", "%(count)s notices from the portal", len(texts))
    lines = (
        f"{text.subject} – {settings.SITE_URL}{localised_url(row.url, language)}"
        for text, row in zip(texts, rows, strict=True)
    )
    return Text(words % {"count": len(texts)}, tuple(lines))


def mail(notification: Notification) -> EmailMultiAlternatives:
    """Text and HTML, a stable Message-ID, and one-click unsubscription (RFC 8058) unless it is a duty."""
    person = notification.recipient
    language = person.language
    text = read(notification, language)
    with translation.override(language):
        links = _links(notification, language)
        context = {
            "person": person,
            "subject": text.subject,
            "paragraphs": text.paragraphs,
            "why": notification.why,
            "lang": HTML_LANG[language],
            "DEMONSTRATION": settings.DEMONSTRATION,
            **links,
        }
        plain = render_to_string("notifications/mail.txt", context)
        html = _inliner().inline(render_to_string("notifications/mail.html", context))
    headers = _headers(notification, language, links["unsubscribe_url"])
    message = EmailMultiAlternatives(text.subject[:200], plain, to=[person.email], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def _links(notification: Notification, language: str) -> dict[str, str]:
    is_duty = notification.why == "duty"
    return {
        "url": settings.SITE_URL + localised_url(notification.url, language),
        "settings_url": settings.SITE_URL + reverse("notices:settings"),
        "unsubscribe_url": "" if is_duty else settings.SITE_URL + unsubscribe_path(notification),
    }


def _headers(notification: Notification, language: str, unsubscribe_url: str) -> dict[str, str]:
    headers = {
        "Message-ID": f"<{notification.message_id}@{urlsplit(settings.SITE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": HTML_LANG[language],
    }
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def localised_url(url: str, language: str) -> str:
    """The same page in another language; an address without a language stays."""
    return re.sub(r"^/(en|zh-hant|zh-hans)/", f"/{language}/", url)


def unsubscribe_path(notification: Notification) -> str:
    token = TimestampSigner(salt="unsubscribe").sign_object([notification.recipient_id, notification.why])
    return reverse("notices:unsubscribe", args=[token])


def _context(notification: Notification, language: str) -> dict[str, Any]:
    values = {name: _in_language(value, language) for name, value in notification.context.items()}
    return {**values, "person": notification.recipient, "url": notification.url}


def _in_language(value: Any, language: str) -> Any:
    """People's words on one line each, so that none can begin a header or a paragraph of its own."""
    if isinstance(value, dict) and value.keys() == {"en", "zh"}:
        value = phrase(value["en"], value["zh"], language)
    return " ".join(value.split()) if isinstance(value, str) else value


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)
