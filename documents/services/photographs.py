"""A photograph from a phone: where and when it was taken, and with what, is gone before anything is kept."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import models
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from documents.inspection import inspect
from documents.making.pictures import without_metadata
from documents.models import Document
from documents.services.attaching import attach, safe_name
from innoportal.lib.storage import room


def photograph(
    thing: models.Model, *, by: User, organisation: Organisation, upload: UploadedFile, title: str
) -> Document:
    """Keep a picture about a thing, upright and without its metadata; who sees the thing sees it.

    :raises ValidationError: it is no picture that is taken, or the file cannot be (as `attach`).
    """
    name = safe_name(upload.name or "")
    with room():  # it is looked through in a copy
        kind = inspect(upload, name)  # type: ignore[arg-type]
    if not kind.is_image:
        raise ValidationError(_("“%s” is no photograph: take JPEG or PNG.") % name)
    bare = SimpleUploadedFile(name, without_metadata(upload).getvalue(), kind.content_type)  # type: ignore[arg-type]
    return attach(thing, by=by, organisation=organisation, upload=bare, title=title, confidential=False)


def photographs(
    thing: models.Model, *, by: User, organisation: Organisation, uploads: Iterable[UploadedFile], title: str
) -> None:
    """Keep all of them, or none; `title` has a place for their number.

    :raises ValidationError: as `photograph`.
    """
    kept: list[Document] = []
    try:
        for number, upload in enumerate(uploads, start=1):
            made = photograph(thing, by=by, organisation=organisation, upload=upload, title=title % number)
            kept.append(made)
    except ValidationError:
        for document in kept:  # their rows go with the transaction, their bytes would stay
            document.file.delete(save=False)
        raise
