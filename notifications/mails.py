"""A notification as a mail in its reader's language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import Signer, TimestampSigner
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from accounts.models import User
from innoportal.languages import HTML_LANG, phrase
from notifications.models import Digest, Notification, Visitor
from notifications.models.announcements import sent_text
from notifications.reach.marks import Mark, marked
from notifications.reasons import first_line, name_of, of_digest
from notifications.texts.drawing import Texts, in_force, said

Worded = Mapping[str, Texts]  # by template

ITEM = ("template", "context", "url")  # what a mail about many keeps of each notice

# The text part, and the HTML.
MAIL = ("notifications/mail.txt", "notifications/mail.html")
DIGEST = ("notifications/digest.txt", "notifications/digest.html")


AFTER_SIGN = re.compile(r"(?<=[，。：；！？、」）]) (?!https?:)")


@dataclass(frozen=True)
class Text:
    """What a notice says: one line, and paragraphs."""

    subject: str
    paragraphs: tuple[str, ...]


def read(notification: Notification, language: str, worded: Worded | None = None) -> Text:
    """The notice in a language, from its room's template: the first line is the subject.

    `worded` is what the office has these templates say, where the caller has asked for many at once.
    """
    template = notification.template
    texts = (in_force([template], language) if worded is None else worded).get(template, {})
    with translation.override(language):
        body = said(template, texts, language, _context(notification, language))
    subject, _, rest = body.strip().partition("\n")
    paragraphs = tuple(_set(block) for block in rest.split("\n\n") if block.strip())
    return Text(_set(subject), paragraphs)


def _set(text: str) -> str:
    """On one line; a full-width sign has its gap within it already, but an address needs one to be seen."""
    return AFTER_SIGN.sub("", " ".join(text.split()))


def mail(
    notification: Notification, worded: Worded | None = None, *, picture: str = ""
) -> EmailMultiAlternatives:
    """Text and HTML, a stable Message-ID, and one-click unsubscription (RFC 8058) unless it is a duty.

    `picture` is what tells that it was opened, for who lets us count that.
    """
    person = notification.reader
    language = person.language
    text = read(notification, language, worded)
    stop = "" if notification.why == "duty" else _stop(person, [notification.why])
    with translation.override(language):
        why = first_line(notification, language)
    context = {
        "why": why,
        "is_duty": notification.why == "duty",
        "picture": picture,
        "subject": text.subject,
        "paragraphs": text.paragraphs,
        "url": address_of(notification, language),
        "is_counted": not is_for_one_thing(notification),
    }
    return _message(person, MAIL, context, notification.message_id, stop)


def digest_mail(
    digest: Digest, notices: Sequence[Notification], *, picture: str = ""
) -> EmailMultiAlternatives:
    """Many notices in one mail, each with its first paragraph, by why they came; :raises ValueError: none."""
    if not notices:
        raise ValueError("A digest of nothing.")
    person = digest.reader
    language = person.language
    parts = _parts(notices, language)
    with translation.override(language):
        context = {
            "subject": _subject([one["subject"] for items in parts.values() for one in items]),
            "why": of_digest(notices, language),
            "parts": list(parts.items()),
            "count": len(notices),
            "is_counted": True,
            "picture": picture,
            "inbox_url": "" if isinstance(person, Visitor) else settings.SITE_URL + reverse("notices:inbox"),
        }
    kinds = sorted(set(parts) - {"duty"})
    stop = _stop(person, kinds) if kinds else ""
    return _message(person, DIGEST, context, digest.message_id, stop)


def _parts(notices: Sequence[Notification], language: str) -> dict[str, list[dict[str, str]]]:
    """By why they came: subject, first paragraph, what of it is followed, and address of each."""
    parts: dict[str, list[dict[str, str]]] = {}
    worded = in_force([notice.template for notice in notices], language)
    for notice in notices:
        text = read(notice, language, worded)
        item = {"subject": text.subject, "text": text.paragraphs[0] if text.paragraphs else ""}
        item["because"] = name_of(notice, language)
        parts.setdefault(notice.why, []).append({**item, "url": address_of(notice, language)})
    return parts


def _subject(subjects: Sequence[str]) -> str:
    """The first thing, and how many more."""
    more = len(subjects) - 1
    if not more:
        return subjects[0]
    both = ngettext("%(first)s, and %(more)s more", "%(first)s, and %(more)s more", more)
    return both % {"first": subjects[0][:120], "more": more}


def _message(
    person: User | Visitor, templates: tuple[str, str], context: dict[str, Any], message_id: Any, stop: str
) -> EmailMultiAlternatives:
    """`stop` is the path that ends mails of this kind, or nothing where they cannot be ended."""
    language = person.language
    with translation.override(language):
        context = {
            **context,
            "person": person,
            "lang": HTML_LANG[language],
            "DEMONSTRATION": settings.DEMONSTRATION,
            "settings_url": settings.SITE_URL + _settings_path(person),
            "is_visitor": isinstance(person, Visitor),
            "unsubscribe_url": stop and settings.SITE_URL + localised_url(stop, language),
        }
        plain, html = (render_to_string(name, context) for name in templates)
    headers = headers_of(message_id, language, context["unsubscribe_url"])
    message = EmailMultiAlternatives(context["subject"][:200], plain, to=[person.email], headers=headers)
    message.attach_alternative(_inliner().inline(html), "text/html")
    return message


def headers_of(message_id: Any, language: str, unsubscribe_url: str = "") -> dict[str, str]:
    headers = {
        "Message-ID": f"<{message_id}@{urlsplit(settings.SITE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": HTML_LANG[language],
    }
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def address_of(notice: Notification, language: str) -> str:
    """Where a mail leads, with the mark by which arrivals are counted."""
    address = settings.SITE_URL + localised_url(notice.url, language)
    if notice.entry_id is None or is_for_one_thing(notice):  # a sample, which nothing tells of
        return address
    return marked(address, Mark(notice.entry_id, notice.template))


def is_for_one_thing(notice: Notification) -> bool:
    """Whether its link is good for one thing alone, as that which confirms an address: it stays as it is."""
    return notice.why == "duty" and notice.visitor is not None


def localised_url(url: str, language: str) -> str:
    """The same page in another language; an address without a language stays."""
    return re.sub(r"^/(en|zh-hant|zh-hans)/", f"/{language}/", url)


def unsubscribe_path(person: int, kinds: Sequence[str]) -> str:
    token = TimestampSigner(salt="unsubscribe").sign_object([person, list(kinds)])
    return reverse("notices:unsubscribe", args=[token])


def _stop(reader: User | Visitor, kinds: Sequence[str]) -> str:
    """Where mails of these kinds end; a visitor's all end together."""
    if isinstance(reader, Visitor):
        return reverse("notices:leave", args=[visitor_token(reader)])
    return unsubscribe_path(reader.pk, kinds)


def _settings_path(reader: User | Visitor) -> str:
    if isinstance(reader, Visitor):
        return reverse("notices:by-mail", args=[visitor_token(reader)])
    return reverse("notices:settings")


def visitor_token(visitor: Visitor) -> str:
    """What lets whoever reads the mail see to its follows; it ends with the visitor."""
    return Signer(salt="visitor").sign_object([visitor.pk, visitor.asked_at.isoformat()])


def _context(notification: Notification, language: str) -> dict[str, Any]:
    context = notification.context
    values = {name: _in_language(value, language) for name, value in context.items()}
    if "announcement" in context or "both" in context:  # a sample has its text with it
        both = context.get("both") or sent_text(context["announcement"])
        values["paragraphs"] = _paragraphs(phrase(both[0], both[1], language))
    return {**values, "person": notification.reader, "url": notification.url}


def _paragraphs(text: str) -> list[str]:
    return [" ".join(block.split()) for block in re.split(r"\n\s*\n", text.strip())]


def _in_language(value: Any, language: str) -> Any:
    """People's words on one line each, so that none can begin a header or a paragraph of its own."""
    if isinstance(value, dict) and value.keys() == {"en", "zh"}:
        value = phrase(value["en"], value["zh"], language)
    return " ".join(value.split()) if isinstance(value, str) else value


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
