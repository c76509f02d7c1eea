"""What a letter says, drawn when it is sent: each kind by the room of what it is about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override

from innoportal.languages import HTML_LANG
from notifications.models import Letter
from notifications.reasons import LETTERS
from notifications.texts.drawing import in_force, said

TOO_LATE = "what it held is good for nothing any more"
RULE = "\n\n— — —\n\n"  # between the languages of one letter


@dataclass(frozen=True)
class Part:
    """What it says in one language."""

    language: str
    subject: str
    text: str

    @property
    def lang(self) -> str:
        return HTML_LANG[self.language]

    @property
    def paragraphs(self) -> list[str]:
        return [" ".join(block.split()) for block in self.text.split("\n\n") if block.strip()]


@dataclass(frozen=True)
class Draft:
    """A letter as it goes out; nobody knows in which language a stranger reads, so there may be two parts."""

    address: str
    parts: Sequence[Part]
    why: str  # it came: a name of `LETTERS`

    @property
    def language(self) -> str:
        return self.parts[0].language


Drawer = Callable[[Letter], Draft | None]
DRAWERS: dict[str, Drawer] = {}


def draws(kind: str) -> Callable[[Drawer], Drawer]:
    """Registers who draws letters of this kind; None where nobody is to be written to any more."""

    def registered(drawer: Drawer) -> Drawer:
        DRAWERS[str(kind)] = drawer
        return drawer

    return registered


def two(language: str) -> tuple[str, str]:
    """The language in which somebody writes, and the other one."""
    return language, "zh-hant" if language == "en" else "en"


def part(template: str, language: str, values: dict[str, Any]) -> Part:
    """The template's first line is the subject; the words of the office stand where it has any."""
    with override(language):
        text = said(template, in_force([template], language).get(template, {}), language, values).strip()
    subject, _rest, body = text.partition("\n")
    return Part(language, " ".join(subject.split()), body.strip())


def reason(draft: Draft, language: str) -> str:
    """The first line, which says why it came."""
    with override(language):
        return str(LETTERS[draft.why])


def message(letter: Letter, draft: Draft, headers: dict[str, str]) -> EmailMultiAlternatives:
    first = draft.parts[0]
    reasons = [reason(draft, one.language) for one in draft.parts]
    plain = RULE.join(f"{why}\n\n{one.text}" for why, one in zip(reasons, draft.parts, strict=True)) + "\n"
    made = EmailMultiAlternatives(first.subject[:200], plain, to=[draft.address], headers=headers)
    with override(first.language):
        told = {
            "parts": list(zip(reasons, draft.parts, strict=True)),
            "why": reasons[0],
            "subject": first.subject,
            "lang": first.lang,
        }
        context = {**told, "DEMONSTRATION": settings.DEMONSTRATION}
        html = render_to_string("notifications/letter.html", context)
    made.attach_alternative(html, "text/html")
    made.is_letter = True  # type: ignore[attr-defined]
    made.asked_for = letter.is_asked_for  # type: ignore[attr-defined]
    return made
