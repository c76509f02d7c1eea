"""What a message says: JSON in the shape of Standard Webhooks (`type`, `timestamp`, `data`)."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import override

from journal.models import Entry
from notifications.hooks.events import PING, Event
from notifications.mails import localised_url

ABOUT = ("trial", "match", "wish", "solution")  # a report is of a trial, of a match, of a wish and a solution
LANGUAGES = (("en", "en"), ("zh", "zh-hant"))


def body_of(event: Event, entry: Entry, thing: Any) -> str:
    noun = entry.noun.rpartition(".")[2]
    data: dict[str, Any] = {"noun": noun, "reference": entry.reference, "status": entry.to_status}
    if thing.is_public or event.parties_only:
        data |= brief(thing) | {"about": _about(thing)}
        verdict = getattr(thing, "verdict", "")
        data |= {"verdict": verdict} if isinstance(verdict, str) and verdict else {}
    return written(event.code, entry.at, data)


def ping(at: datetime) -> str:
    return written(PING, at, {"said": "InnoPortal can reach this address."})


def written(code: str, at: datetime, data: dict[str, Any]) -> str:
    message = {"type": code, "timestamp": at.isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def brief(thing: Any) -> dict[str, Any]:
    """Number, title in both languages and address: what its public page begins with."""
    found: dict[str, Any] = {"reference": getattr(thing, "reference", None) or ""}
    if title := _title(thing):
        found["title"] = title
    organisation = getattr(thing, "organisation", None)
    if organisation is not None:
        name = {"en": organisation.name_en, "zh": organisation.name_zh}
        found["organisation"] = {"slug": organisation.slug, "name": name}
    with override("en"):
        return found | {"url": settings.SITE_URL + localised_url(thing.get_absolute_url(), "en")}


def _title(thing: Any) -> dict[str, str]:
    if hasattr(thing, "title_en"):
        return {"en": thing.title_en, "zh": thing.title_zh}
    if not hasattr(thing, "title"):
        return {}
    said = {}
    for code, language in LANGUAGES:
        with override(language):
            said[code] = str(thing.title)
    return said


def _about(thing: Any) -> dict[str, Any]:
    """What it is about, as far as that is public."""
    found: dict[str, Any] = {}
    for name in ABOUT:
        other = getattr(thing, name, None)
        if other is None or not hasattr(other, "is_public"):
            continue
        found |= _about(other)
        if name != "match" and other.is_public:
            found[name] = brief(other)
    return found
