"""Why something was refused: a ground from the list, as worded that day, beside the person's own words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from innoportal.languages import Phrase, phrase
from journal.models import OTHER, Entry, Ground


def grounded(noun: str, verb: str, code: str) -> dict[str, Any]:
    """What an entry keeps of a ground; none given is `other`, where there is a list at all.

    :raises ValidationError: the list has no such ground.
    """
    row = Ground.objects.to_choose(noun, verb).filter(code=code or OTHER).first()
    if row is None:
        if code:
            raise ValidationError({"ground": _("Choose a reason from the list.")})
        return {}
    return {"ground": {"code": row.code, "en": row.words_en, "zh": row.words_zh}}


def ground_of(entry: Entry) -> Phrase | None:
    """In the reader's language; None where the own words say it all."""
    kept = entry.details.get("ground")
    return phrase(kept["en"], kept["zh"]) if kept and kept["code"] != OTHER else None


def told_reason(entry: Entry) -> str | dict[str, str]:
    """Ground and own words as one text of a notice, to be read in each recipient's language."""
    kept = entry.details.get("ground")
    if not kept or kept["code"] == OTHER:
        return entry.reason
    return {"en": f"{kept['en']}. {entry.reason}", "zh": f"{kept['zh']}。{entry.reason}"}
