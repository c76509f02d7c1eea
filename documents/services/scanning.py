"""What happens to a file after it came in, step by step; each step is tried again, but not for ever."""

import hashlib
import logging
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from documents import clamd, workshop
from documents.models import Document, Rendition
from documents.models.document import MAKINGS, SCANS
from journal.models import Entry
from journal.workflow import record
from notifications.outbox import DUTY, notify

logger = logging.getLogger(__name__)
Trouble = Document.Trouble
EXCERPT = 240  # characters


class NotNow(Exception):
    """What was asked of a document cannot be done in its state."""


def further(document_id: int) -> bool:
    """Take one document as far as it gets: scanned, then copied. False: no scanner answers anyone.

    Only whoever claims it does anything.
    """
    if not Document.objects.claim(document_id):
        return True
    document = Document.objects.get(pk=document_id)
    if document.scan == Document.Scan.PENDING:
        try:
            _scan(document)
        except clamd.ScanFailed as error:
            logger.warning("The virus scanner gives no verdict, files wait: %s", error)
            _later(document, Trouble.SCANNER, SCANS)
            return not isinstance(error, clamd.ScannerAway)
    if document.scan == Document.Scan.CLEAN:
        _make(document)
    return True


def _scan(document: Document) -> None:
    found = ""
    if settings.CLAMAV:
        with document.file.open("rb") as file:
            found = clamd.scan(file.file, settings.CLAMAV)
    _judge(document, found)


@transaction.atomic
def _judge(document: Document, found: str) -> None:
    scan = Document.Scan.REFUSED if found else Document.Scan.CLEAN
    changes = {"scan": scan, "found": found[:200], "trouble": "", "attempts": 1}
    if found:
        changes["due_at"] = None
    if Document.objects.pending().filter(pk=document.pk).update(**changes):
        document.scan, document.found, document.attempts = scan, found[:200], 1
        entry = record(document, "scan", by=None, details={"found": found} if found else {})
        if found:
            _tell(document, entry)


def _tell(document: Document, entry: Entry) -> None:
    """Whoever uploaded it must act: the file will never be opened by anyone."""
    thing = apps.get_model(document.noun)._base_manager.filter(pk=document.object_id).first()
    if thing is not None and document.uploaded_by is not None:
        about = {"title": document.title, "filename": document.filename, "found": document.found}
        notify([document.uploaded_by], entry, "documents/mail/infected", thing=thing, why=DUTY, **about)


def _later(document: Document, trouble: str, most: int) -> None:
    """Each time a minute later than the time before; after the last the portal office sees it."""
    wait = timedelta(minutes=max(document.attempts - 1, 0))
    due_at = None if document.attempts >= most else timezone.now() + wait
    Document.objects.filter(pk=document.pk).update(trouble=trouble, due_at=due_at)


def _make(document: Document) -> None:
    try:
        file = document.file.open("rb")
    except FileNotFoundError:
        _later(document, Trouble.DAMAGED, 0)
        return
    with file, workshop.making(file.file, document.content_type) as work:
        if work.trouble:
            _later(document, work.trouble, MAKINGS)
        else:
            _keep(document, work)


@transaction.atomic
def _keep(document: Document, work: workshop.Work) -> None:
    """Of two workers, should a lease run out, the first one's rendition stays."""
    Document.objects.select_for_update().get(pk=document.pk)
    Document.objects.filter(pk=document.pk).update(due_at=None, trouble="")
    if Rendition.objects.filter(document=document).exists():
        return
    made = Rendition(document=document, words=work.words, excerpt=" ".join(work.words[:EXCERPT].split()))
    if work.picture:
        made.width, made.height = work.picture_size
        _store(made.picture, work.picture)
    if work.copy and not document.is_confidential:
        data = work.copy.read_bytes()
        made.size, made.sha256 = len(data), hashlib.sha256(data).hexdigest()
        made.copy.save("copy", ContentFile(data), save=False)
    made.save(force_insert=True)
    record(document, "prepare", by=None, details={"sha256": made.sha256} if made.sha256 else {})


def _store(field: FieldFile, path: Path) -> None:
    with path.open("rb") as file:
        field.save(path.name, File(file), save=False)


@transaction.atomic
def rescan(document: Document, *, by: User) -> None:
    """Begin anew with what was given up or still waits; never with what a virus was found in.

    :raises NotNow: it was refused, or nothing is left to do.
    """
    rows = Document.objects.in_quarantine().exclude(scan=Document.Scan.REFUSED).filter(pk=document.pk)
    if not rows.update(due_at=timezone.now(), attempts=0):
        raise NotNow(_("There is nothing to try again: the file was refused, or is done."))
    record(document, "rescan", by=by)
