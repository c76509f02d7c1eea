import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role


def stored_name(document: "Document", filename: str) -> str:
    """A random name: what the person called the file never reaches the disk."""
    return f"documents/{uuid.uuid4().hex}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def about(self, thing: models.Model) -> "DocumentQuerySet":
        return self.filter(noun=thing._meta.label_lower, object_id=thing.pk)

    def clean(self) -> "DocumentQuerySet":
        return self.filter(scan=Document.Scan.CLEAN)

    def public(self) -> "DocumentQuerySet":
        return self.clean().filter(is_confidential=False)

    def readable_by(self, user) -> "DocumentQuerySet":
        """Of things that this person may see: what they may have, and their own that still waits."""
        if not user.is_authenticated:
            return self.public()
        own = models.Q(organisation__in=list(user.membership_roles))
        if user.is_superuser or any(user.has_role(role) for role in (Role.OFFICE, Role.EXPERT, Role.AUDITOR)):
            return self.filter(models.Q(scan=Document.Scan.CLEAN) | own)
        return self.filter(own | models.Q(is_confidential=False, scan=Document.Scan.CLEAN))

    def pending(self) -> "DocumentQuerySet":
        return self.filter(scan=Document.Scan.PENDING)


class Document(models.Model):
    """An uploaded file of a thing. Its bytes are served by one view that asks who may."""

    class Scan(models.TextChoices):
        PENDING = "pending", _("Waiting for the virus scan")
        CLEAN = "clean", _("Scanned")
        REFUSED = "refused", _("Refused")

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

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [models.Index(fields=["noun", "object_id"], name="document_about")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scan__in=["pending", "clean", "refused"]), name="document_scan_known"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("documents:download", args=[self.key])

    @property
    def parties(self) -> dict[str, int | None]:
        return {"owner": self.organisation_id}
