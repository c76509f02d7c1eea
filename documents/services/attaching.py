"""Files in. Where `settings.CLAMAV` names no scanner, the check of their type is the only one there is."""

import hashlib
import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from documents.inspection import inspect
from documents.models import Document
from innoportal.lib.storage import room
from journal.workflow import record

MOST = 30  # files of one thing
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')


@transaction.atomic
def attach(
    thing: models.Model,
    *,
    by: User,
    organisation: Organisation,
    upload: UploadedFile,
    title: str,
    confidential: bool,
) -> Document:
    """Keep a file about a thing, under a random name, once it is what it says it is.

    With a scanner nobody has it before that has answered. The public has a copy, as soon as one is made.

    :raises ValidationError: too large, empty, of a kind that is not taken, not what its name says, there
        already, one too many, or more than the disk has room for.
    """
    name = safe_name(upload.name or "")
    _check_size(upload.size or 0)
    with room():  # it is looked through in a copy
        kind = inspect(upload, name)  # type: ignore[arg-type]
    digest = _digest(upload)
    _check_others(thing, digest, confidential)
    with room():
        document = Document.objects.create(
            noun=thing._meta.label_lower,
            object_id=thing.pk,
            organisation=organisation,
            uploaded_by=by,
            title=title.strip()[:200] or name,
            filename=name,
            content_type=kind.content_type,
            size=upload.size or 0,
            sha256=digest,
            file=File(upload, name=name),
            is_confidential=confidential,
            scan=Document.Scan.PENDING if settings.CLAMAV else Document.Scan.CLEAN,
        )
    details = {"document": str(document.key), "sha256": document.sha256}
    if not confidential:  # the story of a thing is read by more people than a confidential file
        details["title"] = document.title
    record(thing, "attach", by=by, details=details)
    return document


def _check_size(size: int) -> None:
    if size > settings.DOCUMENT_MAX_BYTES:
        limit = filesizeformat(settings.DOCUMENT_MAX_BYTES)
        raise ValidationError(_("The file is too large: at most %(limit)s.") % {"limit": limit})
    if not size:
        raise ValidationError(_("The file is empty."))


def _check_others(thing: models.Model, digest: str, confidential: bool) -> None:
    """Held until this one is there, too: of two that come at once the second finds the first."""
    type(thing)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=thing.pk)
    others = Document.objects.about(thing).exclude(scan=Document.Scan.REFUSED)
    if others.filter(sha256=digest, is_confidential=confidential).exists():
        raise ValidationError(_("This file is attached already."))
    if others.count() >= MOST:
        raise ValidationError(
            _("There are %(most)s files already. Put what is left into one of them.") % {"most": MOST}
        )


def _digest(upload: UploadedFile) -> str:
    """Of the whole, whatever has been read of it; it is at its beginning again."""
    upload.seek(0)
    digest = hashlib.sha256(upload.read()).hexdigest()
    upload.seek(0)
    return digest


def safe_name(name: str) -> str:
    """What the person called the file, without path, control, direction or invisible characters."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/")).rsplit("/", 1)[-1]
    name = _UNSAFE.sub("_", name).strip(" .")
    stem, dot, extension = name.rpartition(".")
    return f"{stem[: 195 - len(extension)]}{dot}{extension}"[-200:] if dot else name[:200]
