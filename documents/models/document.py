import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role

LEASE = timedelta(minutes=5)  # for which one worker has a document to itself
SCANS = 60  # times that the scanner is asked: each a minute later than the one before, 30 hours in all
MAKINGS = 3


def stored_name(document: models.Model, filename: str) -> str:
    """A random name: what the person called the file never reaches the disk."""
    return f"documents/{uuid.uuid4().hex}"


def _said(condition: Q) -> models.ExpressionWrapper:
    return models.ExpressionWrapper(condition, output_field=models.BooleanField())


class DocumentQuerySet(models.QuerySet["Document"]):
    def about(self, thing: models.Model) -> "DocumentQuerySet":
        return self.filter(noun=thing._meta.label_lower, object_id=thing.pk)

    def clean(self) -> "DocumentQuerySet":
        return self.filter(scan=Document.Scan.CLEAN)

    def public(self) -> "DocumentQuerySet":
        """What anyone may have: of a file that is open to all, the copy that was made for them."""
        return self.clean().filter(is_confidential=False, rendition__copy__gt="")

    def readable_by(self, user, *, is_author: bool = False) -> "DocumentQuerySet":
        """Of things that this person may see: what they may have, and their own that still waits.

        `is_author`: of one thing which they wrote with others or run, so that its files are theirs as well.

        Each knows its rendition without the words, whether the file as it came is theirs to open
        (`opens_original`), and whether it is their organisation's (`is_own`).
        """
        rows = self.select_related("rendition").defer("rendition__words")
        public = Q(scan=Document.Scan.CLEAN, is_confidential=False, rendition__copy__gt="")
        if not user.is_authenticated:
            return rows.filter(public).annotate(
                opens_original=models.Value(False), is_own=models.Value(False)
            )
        own = Q(organisation__in=list(user.membership_roles))
        if user.is_superuser or any(user.has_role(role) for role in (Role.OFFICE, Role.EXPERT, Role.AUDITOR)):
            has = Q(scan=Document.Scan.CLEAN) | own
        else:
            has = Q(pk__isnull=False) if is_author else own
        return rows.filter(public | has).annotate(opens_original=_said(has), is_own=_said(own))

    def pending(self) -> "DocumentQuerySet":
        return self.filter(scan=Document.Scan.PENDING)

    def due(self) -> "DocumentQuerySet":
        """What is to be scanned or made something of, and nobody has in hand."""
        return self.filter(due_at__lte=timezone.now()).exclude(scan=Document.Scan.REFUSED)

    def claim(self, pk: int) -> bool:
        """Whether the caller is the one who works on it now."""
        rows = self.due().filter(pk=pk)
        return bool(rows.update(due_at=timezone.now() + LEASE, attempts=F("attempts") + 1))

    def in_quarantine(self) -> "DocumentQuerySet":
        """What nobody may have yet, or ever, and what no copy could be made of."""
        return self.filter(~Q(scan=Document.Scan.CLEAN) | ~Q(trouble=""))


class Document(models.Model):
    """An uploaded file of a thing. Its bytes are served by one view that asks who may."""

    class Scan(models.TextChoices):
        PENDING = "pending", _("Waiting for the virus scan")
        CLEAN = "clean", _("Scanned")
        REFUSED = "refused", _("Refused")

    class Trouble(models.TextChoices):
        """Why it is not further than it is."""

        SCANNER = "scanner", _("The virus scanner gives no answer")
        LOCKED = "locked", _("It is locked with a password")
        DAMAGED = "damaged", _("It is damaged")
        PROGRAM = "program", _("It holds a program")
        ENTITIES = "entities", _("It refers to other files")
        LARGE = "large", _("It unpacks to far more than it should")
        SLOW = "slow", _("Reading it takes too long")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    noun = models.CharField(max_length=64)
    object_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    title = models.CharField(_("title"), max_length=200)
    filename = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=stored_name, max_length=120)
    is_confidential = models.BooleanField(_("confidential"), default=True)
    scan = models.CharField(max_length=16, choices=Scan, default=Scan.PENDING)
    found = models.CharField(_("what was found"), max_length=200, blank=True)
    trouble = models.CharField(max_length=16, choices=Trouble, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # When the next step is due; none: there is no next one, it is done or was given up.
    due_at = models.DateTimeField(null=True, default=timezone.now)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [
            models.Index(fields=["noun", "object_id"], name="document_about"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="document_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scan__in=["pending", "clean", "refused"]), name="document_scan_known"
            ),
            models.CheckConstraint(
                condition=Q(found="") | Q(scan="refused"), name="document_refused_for_what_was_found"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("documents:download", args=[self.key])

    @property
    def standing(self) -> str:
        """How far it is, in one word; of rows that know their rendition (`readable_by`)."""
        if self.scan == self.Scan.REFUSED:
            return "virus"
        given_up = self.due_at is None and self.trouble != ""
        if self.scan == self.Scan.PENDING:
            return "unscanned" if given_up else "delayed" if self.trouble else "scanning"
        if hasattr(self, "rendition"):
            return "ready"
        return "uncopied" if given_up else "making"

    @property
    def parties(self) -> dict[str, int | None]:
        return {"owner": self.organisation_id}
