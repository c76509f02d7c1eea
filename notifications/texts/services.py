"""The office's words: drafted, put in force, ended; each step in the journal."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import record
from notifications.models import Wording
from notifications.texts.checks import faults
from notifications.texts.pieces import pieces

Forms = Mapping[str, Sequence[str]]


class Overtaken(Exception):
    """Somebody else changed the words meanwhile."""


@transaction.atomic
def draft(template: str, language: str, texts: Forms, *, by: User) -> Wording:
    """Keep what differs from the original as the one draft of this mail and language.

    :raises ValidationError: a text is not known, or says what it may not, or nothing differs.
    """
    changed = _changed(template, language, texts)
    row, _made = Wording.objects.drafts().update_or_create(
        template=template,
        language=language,
        used_at=None,
        defaults={"texts": changed, "made_by": by, "made_at": timezone.now()},
    )
    return row


def _changed(template: str, language: str, texts: Forms) -> dict[str, list[str]]:
    known = {piece.message: piece for piece in pieces(template)}
    if unknown := sorted(texts.keys() - known.keys()):
        raise ValidationError(_("This mail has no text “%(text)s”.") % {"text": unknown[0]})
    for message, forms in texts.items():
        piece = known[message]
        if len(forms) != piece.forms(language):
            raise ValidationError(_("A form of “%(text)s” is missing.") % {"text": message})
        if wrong := [said for place, one in enumerate(forms) for said in faults(piece, place, language, one)]:
            raise ValidationError(wrong)
    changed = {
        message: [one.strip() for one in forms]
        for message, forms in texts.items()
        if tuple(one.strip() for one in forms) != known[message].original(language)
    }
    if not changed:
        raise ValidationError(_("Nothing differs from the original."))
    return changed


@transaction.atomic
def use(template: str, language: str, *, by: User) -> Entry:
    """Put the draft in force; what was, ends.

    :raises Overtaken: there is no draft any more.
    """
    row = Wording.objects.drafts().select_for_update().filter(template=template, language=language).first()
    if row is None:
        raise Overtaken
    old = _end(template, language)
    row.used_at = timezone.now()
    try:
        with transaction.atomic():
            row.save(update_fields=["used_at"])
    except IntegrityError as error:  # of two that end nothing and begin at once
        raise Overtaken from error
    return record(row, "reword", by=by, details=_told(row, old, row.texts))


@transaction.atomic
def restore(template: str, language: str, *, by: User) -> Entry:
    """Back to the room's own words.

    :raises Overtaken: they are in force already.
    """
    old = _end(template, language)
    if old is None:
        raise Overtaken
    return record(old, "restore_words", by=by, details=_told(old, old, {}))


@transaction.atomic
def drop(template: str, language: str, *, by: User) -> None:
    """Forget the draft.

    :raises Overtaken: there is none.
    """
    row = Wording.objects.drafts().select_for_update().filter(template=template, language=language).first()
    if row is None:
        raise Overtaken
    record(row, "drop_words", by=by, details={"template": template, "language": language})
    row.delete()


def _end(template: str, language: str) -> Wording | None:
    rows = Wording.objects.in_force().select_for_update().filter(template=template, language=language)
    if row := rows.first():
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
    return row


def _told(row: Wording, old: Wording | None, now: Forms) -> dict[str, object]:
    before = old.texts if old else {}
    return {"template": row.template, "language": row.language, "before": before, "after": dict(now)}
