from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from documents.models import Document, Rendition
from documents.services.scanning import NotNow
from journal.workflow import record


def downloaded(document: Document, *, by: User, what: str = "file") -> None:
    """Of what is not for everyone a trace stays of who had it: the file itself, or a look at its pages."""
    record(document, "download", by=by, details={} if what == "file" else {"what": what})


@transaction.atomic
def discard(document: Document, *, by: User) -> None:
    """Take a file that nobody can use off the portal, bytes and all; the journal keeps its hash.

    :raises NotNow: it is in use, or still on its way.
    """
    rows = Document.objects.in_quarantine().select_for_update(of=("self",))
    row = rows.filter(pk=document.pk, due_at=None).first()
    if row is None:
        raise NotNow(_("Only a file that was refused, or of which no copy could be made, can be deleted."))
    details = {"sha256": row.sha256, "title": row.title} | ({"found": row.found} if row.found else {})
    record(row, "discard", by=by, details=details)
    files = [row.file]
    if made := Rendition.objects.filter(document=row).first():
        files += [made.copy, made.picture]
    row.delete()
    for file in files:
        if file:
            transaction.on_commit(lambda file=file: file.storage.delete(file.name), robust=True)  # type: ignore[misc]
