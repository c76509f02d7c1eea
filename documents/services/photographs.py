"""A photograph from a phone: where and when it was taken, and with what, is gone before anything is kept."""

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import models
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from documents.inspection import inspect
from documents.making.pictures import without_metadata
from documents.models import Document
from documents.services.attaching import attach, safe_name


def photograph(
    thing: models.Model, *, by: User, organisation: Organisation, upload: UploadedFile, title: str
) -> Document:
    """Keep a picture about a thing, upright and without its metadata; who sees the thing sees it.

    :raises ValidationError: it is no picture that is taken, or the file cannot be (as `attach`).
    """
    name = safe_name(upload.name or "")
    kind = inspect(upload, name)  # type: ignore[arg-type]
    if not kind.is_image:
        raise ValidationError(_("“%s” is no photograph: take JPEG or PNG.") % name)
    bare = SimpleUploadedFile(name, without_metadata(upload).getvalue(), kind.content_type)  # type: ignore[arg-type]
    return attach(thing, by=by, organisation=organisation, upload=bare, title=title, confidential=False)
