from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role
from innoportal.languages import Bilingual
from journal.models import Referenced, ReferencedQuerySet, Stateful
from topics.models import Named, Topic

TITLE, LONG = 200, 6000


class CallQuerySet(ReferencedQuerySet):
    def public(self) -> "CallQuerySet":
        return self.filter(status__in=Call.PUBLIC)

    def visible_to(self, user) -> "CallQuerySet":
        """Everyone reads what is public; the portal office all, a department what it asked for."""
        seen = Q(status__in=Call.PUBLIC)
        if not user.is_authenticated:
            return self.filter(seen)
        if user.is_superuser or user.has_role(Role.AUDITOR) or user.has_role(Role.OFFICE):
            return self.all()
        return self.filter(seen | Q(organisation__in=list(user.membership_roles)))

    def joinable(self) -> "CallQuerySet":
        """What a wish can still be written for."""
        return self.filter(status__in=Call.JOINABLE, kind=Call.Kind.THEMED)

    def for_cards(self) -> "CallQuerySet":
        """Everything that a list of calls reads, in a fixed number of queries."""
        return self.select_related("organisation").annotate(shown_topics=Topic.objects.of_each("calls"))

    def to_open(self) -> "CallQuerySet":
        return self.filter(status=Call.Status.ANNOUNCED, opens_on__lte=timezone.localdate())

    def to_close(self) -> "CallQuerySet":
        return self.filter(status=Call.Status.OPEN, closes_on__lt=timezone.localdate())


class Call(Stateful, Referenced):
    """A round with dates of its own: of many wishes on one theme, or of one urgent need, told in a page."""

    class Kind(models.TextChoices):
        THEMED = "themed", _("Themed call")
        RAPID = "rapid", _("Rapid call")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        WAITING = "waiting", _("With the portal office")
        ANNOUNCED = "announced", _("Announced")
        OPEN = "open", _("Open for proposals")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PUBLIC = (Status.ANNOUNCED, Status.OPEN, Status.CLOSED)
    JOINABLE = (Status.DRAFT, Status.ANNOUNCED, Status.OPEN)
    EDITABLE = (Status.DRAFT, Status.WAITING, Status.ANNOUNCED)

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.DRAFT, editable=False, db_index=True
    )
    kind = models.CharField(_("kind of call"), max_length=12, choices=Kind, default=Kind.THEMED)
    organisation = models.ForeignKey(  # whose need a rapid call tells; a themed one is the portal office's
        Organisation, models.PROTECT, null=True, related_name="calls", verbose_name=_("department")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    title_en = models.CharField(_("title in English"), max_length=TITLE, blank=True)
    title_zh = models.CharField(_("title in Traditional Chinese"), max_length=TITLE, blank=True)
    text_en = models.TextField(_("what it is about, in English"), max_length=LONG, blank=True)
    text_zh = models.TextField(_("what it is about, in Traditional Chinese"), max_length=LONG, blank=True)
    criteria_en = models.TextField(_("how answers are chosen, in English"), max_length=2000, blank=True)
    criteria_zh = models.TextField(
        _("how answers are chosen, in Traditional Chinese"), max_length=2000, blank=True
    )
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("proposals until"))
    topics = models.ManyToManyField(Topic, related_name="calls", verbose_name=_("topics"), blank=True)

    objects = CallQuerySet.as_manager()
    shown_topics: list[Named]  # as `for_cards` reads them
    title = Bilingual()
    text = Bilingual()
    criteria = Bilingual()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(condition=~Q(title_en="") | ~Q(title_zh=""), name="call_has_a_title"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="call_opens_first"),
            models.CheckConstraint(
                condition=Q(kind="themed") | Q(organisation__isnull=False), name="call_rapid_for_somebody"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["announced", "open", "closed"],
                    reference__isnull=False,
                    published_at__isnull=False,
                )
                | Q(status="withdrawn")
                | Q(status__in=["draft", "waiting"], reference__isnull=True),
                name="call_numbered_when_public",
            ),
        ]
        indexes = [models.Index(fields=["-published_at", "-id"], name="call_newest")]

    def __str__(self) -> str:
        return f"{self.reference or '—'} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("calls:detail", args=[self.slug])

    @property
    def parties(self) -> dict[str, int | None]:
        return {"department": self.organisation_id}

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC

    @property
    def is_rapid(self) -> bool:
        return self.kind == self.Kind.RAPID

    @property
    def is_editable(self) -> bool:
        return self.status in self.EDITABLE
