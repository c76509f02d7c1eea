"""The catalogue of the interface: what the code says in English, and `locale/parts/*.zh_Hant.po` in Chinese.

Simplified Chinese is derived from Traditional, so it can neither be missing nor disagree.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from innoportal.languages import simplified

KEYWORDS = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PACKAGES = "packages.zh_Hant.po"  # what Django and allauth say, in other words than theirs
Key = tuple[str | None, str | tuple[str, ...]]


@dataclass
class Findings:
    """What keeps a catalogue from being whole."""

    untranslated: list[str] = field(default_factory=list)
    contradictory: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)


def said(root: Path, rooms: list[str]) -> dict[Key, str]:
    """Every message that code and templates ask to be translated, with one place where it stands."""
    messages: dict[Key, str] = {}
    for path in _sources(root, rooms):
        text = path.read_text()
        is_python = path.suffix == ".py"
        source = text if is_python else templatize(text, origin=str(path))
        method = (
            "python" if is_python else "javascript"
        )  # Babel's lexer of JavaScript reads what templatize leaves
        for line, message, _comments, context in extract(method, io.BytesIO(source.encode()), KEYWORDS):
            parts = tuple(part for part in message if part) if isinstance(message, tuple) else message
            if parts:
                messages.setdefault((context, parts), f"{path.relative_to(root)}:{line}")
    return messages


def _sources(root: Path, rooms: list[str]) -> Iterator[Path]:
    for room in rooms:
        yield from (path for path in sorted((root / room).rglob("*.py")) if "migrations" not in path.parts)
    for suffix in ("*.html", "*.txt", "*.svg"):
        yield from sorted((root / "templates").rglob(suffix))


def read_parts(folder: Path) -> tuple[dict[Key, Message], list[str]]:
    """All translations, and the messages that two parts translate differently."""
    merged: dict[Key, Message] = {}
    contradictory = []
    for path in sorted(folder.glob("*.zh_Hant.po")):
        for key, message in _read(path).items():
            if key in merged and _strings(merged[key]) != _strings(message):
                contradictory.append(f"{message.id!r} in {path.name}")
            merged.setdefault(key, message)
    return merged, contradictory


def _read(path: Path) -> dict[Key, Message]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hant", abort_invalid=True)
    return {_key(message): message for message in catalogue if message.id and message.string}


def _key(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def check(root: Path, rooms: list[str]) -> Findings:
    wanted = said(root, rooms)
    parts, contradictory = read_parts(root / "locale" / "parts")
    findings = Findings(contradictory=contradictory)
    singular = {(context, text[0] if isinstance(text, tuple) else text) for context, text in parts}
    for (context, text), place in wanted.items():
        first = text[0] if isinstance(text, tuple) else text
        if (context, first) not in singular:
            findings.untranslated.append(f"{place}: {first!r}")
    others = _read(root / "locale" / "parts" / PACKAGES)
    known = {(context, text[0] if isinstance(text, tuple) else text) for context, text in wanted}
    for (context, text), message in parts.items():
        first = text[0] if isinstance(text, tuple) else text
        if (context, first) not in known and (context, text) not in others:
            findings.unused.append(repr(first))
        if set(_placeholders(first)) - set(_placeholders(_strings(message)[0])) and not isinstance(
            text, tuple
        ):
            findings.placeholders.append(repr(first))
    return findings


def _placeholders(text: str) -> list[str]:
    return [piece.split(")")[0] for piece in text.split("%(")[1:]]


def compile_all(root: Path) -> int:
    """Write the binary catalogues of both scripts; returns the number of messages."""
    parts, _contradictory = read_parts(root / "locale" / "parts")
    for script, convert in (("zh_Hant", str), ("zh_Hans", simplified)):
        catalogue = Catalog(locale=script, fuzzy=False)
        for message in parts.values():
            strings = tuple(convert(text) for text in _strings(message))
            catalogue.add(
                message.id,
                strings[0] if isinstance(message.id, str) else strings[:1],
                context=message.context,
            )
        target = root / "locale" / script / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        written = target.with_name(f"{target.name}.{os.getpid()}")
        with written.open("wb") as file:
            write_mo(file, catalogue)
        written.replace(target)  # a portal that starts meanwhile reads the old one or the new one, whole
    return len(parts)
