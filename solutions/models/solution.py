from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role
from innoportal.languages import Bilingual
from journal.models import Referenced, ReferencedQuerySet, Stateful
from solutions.models.coauthors import CoAuthor, author_ids, coauthored, of_authors
from topics.bands import MoneyBand, SiteFeature
from topics.models import Named, Topic

LONG = 6000  # characters of one long text: about two pages


class SolutionQuerySet(ReferencedQuerySet):
    def public(self) -> "SolutionQuerySet":
        return self.filter(status__in=Solution.PUBLIC)

    def taken_down(self) -> "SolutionQuerySet":
        """Listed once, since it has a number, and not any more: followers' mails still lead to it."""
        over = (Solution.Status.WITHDRAWN, Solution.Status.EXPIRED)
        return self.filter(status__in=over, reference__isnull=False)

    def visible_to(self, user) -> "SolutionQuerySet":
        """Everyone reads what is listed; vendor and co-authors their own; the office what was handed in."""
        seen = Q(status__in=Solution.PUBLIC)
        if not user.is_authenticated:
            return self.filter(seen)
        if user.is_superuser or user.has_role(Role.AUDITOR):
            return self.all()
        if user.membership_roles:
            seen |= of_authors(user.membership_roles) | self._answering(user)
        if user.has_role(Role.OFFICE):
            seen |= ~Q(status=Solution.Status.DRAFT)
        return self.filter(seen)

    def _answering(self, user) -> Q:
        """Handed in for a wish of theirs; by the registry, since rooms of one floor import nothing."""
        mine = list(user.membership_roles)
        wishes = apps.get_model("wishes", "Wish").objects.filter(
            Q(merged_into__organisation__in=mine) | Q(merged_into=None, organisation__in=mine),
            reference__isnull=False,
        )
        interests = apps.get_model("solutions", "Interest").objects.filter(
            wish_reference__in=wishes.values("reference")
        )
        return Q(status__in=Solution.ANSWERING, pk__in=interests.values("solution"))

    def authored_by(self, user) -> "SolutionQuerySet":
        """Whose confidential part is their own: of their organisations, or co-authored by one."""
        return self.filter(of_authors(user.membership_roles)) if user.is_authenticated else self.none()

    def by_organisation(self, organisation: Organisation) -> "SolutionQuerySet":
        """Its own and those that it co-authored; by keys, so that each half is found by its index."""
        own = Solution.objects.filter(organisation=organisation).values("pk")
        return self.filter(pk__in=own.union(organisation.coauthored.accepted().values("solution")))

    def lapsed(self) -> "SolutionQuerySet":
        """Listed for longer than their vendors promised to answer for them."""
        return self.filter(status=Solution.Status.LISTED, expires_on__lt=timezone.localdate())

    def for_cards(self) -> "SolutionQuerySet":
        """Everything that solutions/card.html reads, in a fixed number of queries."""
        return self.select_related("organisation").annotate(shown_topics=Topic.objects.of_each("solutions"))

    def for_detail(self) -> "SolutionQuerySet":
        return (
            self.for_cards().annotate(shown_coauthors=CoAuthor.objects.shown()).prefetch_related("evidence")
        )


class Solution(Stateful, Referenced):
    """Technology that a vendor offers for trial."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        SCREENING = "screening", _("Under review")
        RETURNED = "returned", _("Returned with questions")
        LISTED = "listed", _("Listed")
        NOT_SUITABLE = "not_suitable", _("Not suitable")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PUBLIC = (Status.LISTED,)
    EDITABLE = (Status.DRAFT, Status.RETURNED, Status.LISTED)
    COMPLETABLE = (Status.SUBMITTED, Status.SCREENING, Status.RETURNED)  # for an expression of interest
    LIVING = (
        Status.DRAFT,
        Status.SUBMITTED,
        Status.SCREENING,
        Status.RETURNED,
        Status.LISTED,
        Status.EXPIRED,
    )
    Price = MoneyBand
    TrialNeed = SiteFeature
    ANSWERING = (Status.SUBMITTED, Status.SCREENING, Status.RETURNED, Status.LISTED)  # may answer a wish

    class Risk(models.TextChoices):
        DRAFT = "draft", _("A draft that nobody else has read")
        AGREED = "agreed", _("Read and agreed by a competent person")

    class Insurance(models.TextChoices):
        QUOTED = "quoted", _("An insurer has made an offer")
        HELD = "held", _("In force")

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.DRAFT, editable=False, db_index=True
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="solutions", verbose_name=_("vendor")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    listed_at = models.DateTimeField(null=True, editable=False)
    is_expression = models.BooleanField(_("expression of interest"), default=False, editable=False)
    expires_on = models.DateField(_("listed until"), null=True, editable=False)
    external_id = models.CharField(_("external number"), max_length=80, null=True, blank=True, unique=True)

    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    title_zh = models.CharField(_("title in Traditional Chinese"), max_length=200, blank=True)
    summary_en = models.TextField(_("what it does, in English"), max_length=LONG, blank=True)
    summary_zh = models.TextField(_("what it does, in Traditional Chinese"), max_length=LONG, blank=True)
    method_en = models.TextField(_("how it works, in English"), max_length=LONG, blank=True)
    method_zh = models.TextField(_("how it works, in Traditional Chinese"), max_length=LONG, blank=True)
    confidential = models.TextField(
        _("confidential part"),
        max_length=LONG,
        blank=True,
        help_text=_("Read only by you, your co-authors, the portal office and the experts who judge it."),
    )
    confidential_evidence = models.TextField(
        _("evidence that is not for the public"),
        max_length=LONG,
        blank=True,
        help_text=_("Results, customers or sites that you may not name in public."),
    )
    confidential_price = models.TextField(
        _("the price in detail"),
        max_length=2000,
        blank=True,
        help_text=_("What it is made of, what it depends on, what it would be at scale."),
    )
    trl = models.PositiveSmallIntegerField(_("technology readiness level (TRL)"), null=True, blank=True)
    price = models.CharField(_("price of a trial"), max_length=16, choices=Price, blank=True)
    lead_months = models.PositiveSmallIntegerField(_("months until a trial can start"), null=True, blank=True)
    trial_needs = ArrayField(
        models.CharField(max_length=16, choices=TrialNeed),
        verbose_name=_("what a trial needs"),
        default=list,
        blank=True,
    )
    certificates = ArrayField(
        models.CharField(max_length=60), verbose_name=_("certificates held"), default=list, blank=True
    )
    trial_conditions_en = models.TextField(
        _("permits and what else the site must give, in English"), max_length=2000, blank=True
    )
    trial_conditions_zh = models.TextField(
        _("permits and what else the site must give, in Traditional Chinese"), max_length=2000, blank=True
    )
    installation_en = models.TextField(_("installation, in English"), max_length=2000, blank=True)
    installation_zh = models.TextField(_("installation, in Traditional Chinese"), max_length=2000, blank=True)
    risk_state = models.CharField(_("risk assessment"), max_length=8, choices=Risk, blank=True)
    risks_en = models.TextField(
        _("main risks and what is done about them, in English"), max_length=2000, blank=True
    )
    risks_zh = models.TextField(
        _("main risks and what is done about them, in Traditional Chinese"), max_length=2000, blank=True
    )
    insurance_state = models.CharField(_("insurance"), max_length=8, choices=Insurance, blank=True)
    insurance = models.CharField(_("what the insurance covers"), max_length=300, blank=True)
    roll_back_en = models.TextField(_("putting the site back, in English"), max_length=2000, blank=True)
    roll_back_zh = models.TextField(
        _("putting the site back, in Traditional Chinese"), max_length=2000, blank=True
    )
    awards = models.TextField(
        _("awards"), max_length=1000, blank=True, help_text=_("One on a line, with its year.")
    )
    intellectual_property = models.CharField(_("intellectual property"), max_length=300, blank=True)
    is_novel = models.BooleanField(_("new: not yet used in Hong Kong"), null=True, blank=True)
    topics = models.ManyToManyField(Topic, related_name="solutions", verbose_name=_("topics"), blank=True)
    nominated_by = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="nominated",
        verbose_name=_("nominated by"),
    )

    objects = SolutionQuerySet.as_manager()
    shown_topics: list[Named]  # as `for_cards` reads them
    shown_coauthors: list[dict[str, str]]  # as `for_detail` reads them
    title = Bilingual()
    summary = Bilingual()
    method = Bilingual()
    trial_conditions = Bilingual()
    installation = Bilingual()
    risks = Bilingual()
    roll_back = Bilingual()

    class Meta:
        verbose_name = _("solution")
        verbose_name_plural = _("solutions")
        constraints = [
            models.CheckConstraint(condition=~Q(title_en="") | ~Q(title_zh=""), name="solution_has_a_title"),
            models.CheckConstraint(
                condition=Q(trl__isnull=True) | Q(trl__range=(1, 9)), name="solution_trl_1_to_9"
            ),
            models.CheckConstraint(
                condition=~Q(status="listed") | Q(reference__isnull=False, listed_at__isnull=False),
                name="solution_numbered_when_listed",
            ),
            models.CheckConstraint(
                condition=~Q(status="listed") | Q(is_expression=False), name="solution_listed_in_full"
            ),
        ]
        indexes = [models.Index(fields=["status", "-listed_at", "-id"], name="solution_by_listing")]

    def __str__(self) -> str:
        return f"{self.reference or '—'} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("solutions:detail", args=[self.slug])

    @property
    def parties(self) -> dict[str, int | None]:
        return {"vendor": self.organisation_id}

    def party_of(self, user) -> str:
        """In which capacity somebody acts on it who is not of the vendor."""
        return "coauthor" if self.pk in coauthored(user) else ""

    def author_ids(self) -> list[int]:
        """The organisations that stand for it: its vendor, then who co-authors it; one query."""
        return author_ids(self.pk, self.organisation_id)

    def has_author(self, user) -> bool:
        """Whether somebody is of its vendor, or of a co-author."""
        if not user.is_authenticated:
            return False
        return user.is_member_of(self.organisation_id) or self.pk in coauthored(user)

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC
