"""What stands of a mail's words: draft, in force, and all that was."""

from typing import Any

from django.db.models import F

from notifications import samples
from notifications.models import Wording
from notifications.texts.pieces import pieces

LABELS = dict(Wording.Language.choices)


def state_of(name: str) -> dict[str, Any]:
    """Which languages have a draft, and which have words of the office in force; one query."""
    rows = list(
        Wording.objects.filter(template=samples.template_of(name), ended_at=None).order_by("language")
    )
    return {
        "languages": list(LABELS.items()) if pieces(samples.template_of(name)) else [],
        "drafts": [(row.language, LABELS[row.language], row) for row in rows if row.used_at is None],
        "in_force": [(row.language, LABELS[row.language]) for row in rows if row.used_at is not None],
    }


def stamp(template: str, language: str) -> str:
    """Changes with every change of the words, so that nobody overwrites what they have not seen."""
    rows = Wording.objects.filter(template=template, language=language, ended_at=None).order_by("pk")
    return ".".join(f"{pk}-{at.timestamp():.6f}" for pk, at in rows.values_list("pk", "made_at"))


def current(template: str, language: str) -> dict[str, Any]:
    """What a form begins with: the draft, or what is in force."""
    rows = Wording.objects.filter(template=template, language=language, ended_at=None)
    row = rows.order_by(F("used_at").desc(nulls_first=True)).first()  # a draft has none
    return row.texts if row else {}


def history(template: str, language: str) -> list[tuple[Wording, list[tuple[str, str]]]]:
    """What was or is in force, the newest first, with original and text of each piece that it changed."""
    known = {piece.message: piece.original(language) for piece in pieces(template)}
    rows = Wording.objects.filter(template=template, language=language, used_at__isnull=False)
    return [
        (
            row,
            [
                (before, after)
                for message, forms in row.texts.items()
                for before, after in zip(known.get(message, [message] * len(forms)), forms, strict=False)
            ],
        )
        for row in rows.select_related("made_by").order_by("-used_at", "-pk")[:50]
    ]
