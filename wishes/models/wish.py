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
from topics.bands import MoneyBand, SiteFeature
from topics.models import Named, Topic
from wishes.models.call import Call

TITLE = 500  # ministries write problem statements whose titles run over 400 characters
LONG = 6000  # characters of one long text: about two pages


class WishQuerySet(ReferencedQuerySet):
    def public(self) -> "WishQuerySet":
        return self.filter(status__in=Wish.PUBLIC)

    def open(self) -> "WishQuerySet":
        return self.filter(status__in=Wish.OPEN_TO_OFFERS)

    def taken_back(self) -> "WishQuerySet":
        """Public once, since it has a number, and withdrawn: followers' mails still lead to it."""
        return self.filter(status=Wish.Status.WITHDRAWN, reference__isnull=False)

    def standing_for(self, slug: str) -> "WishQuerySet":
        """What a wish that was public has been merged into, by the number or the key of the old one."""
        was_public = Q(merged__reference__isnull=False)
        return self.filter(was_public & (Q(merged__reference=slug) | Q(merged__key=slug))).distinct()

    def visible_to(self, user) -> "WishQuerySet":
        """Everyone reads what is public; a department also its own; the portal office what was handed in."""
        seen = Q(status__in=Wish.PUBLIC)
        if not user.is_authenticated:
            return self.filter(seen)
        if user.is_superuser or user.has_role(Role.AUDITOR):
            return self.all()
        seen |= Q(organisation__in=list(user.membership_roles))
        if user.has_role(Role.OFFICE):
            seen |= Q(status__in=Wish.WITH_OFFICE) | (
                Q(endorsed_at__isnull=False) & ~Q(status__in=Wish.INSIDE)
            )
        return self.filter(seen)

    def for_cards(self) -> "WishQuerySet":
        """Everything that wishes/card.html reads, in a fixed number of queries."""
        return self.select_related("organisation").annotate(shown_topics=Topic.objects.of_each("wishes"))

    def for_detail(self) -> "WishQuerySet":
        """Everything that wishes/detail.html reads, in a fixed number of queries."""
        has_annex = models.ExpressionWrapper(Q(annex__isnull=False), output_field=models.BooleanField())
        return (
            self.for_cards()
            .select_related("organisation", "call")
            .annotate(has_annex=has_annex)
            .prefetch_related(
                models.Prefetch("sponsors", Sponsor.objects.select_related("organisation").order_by("since")),
                models.Prefetch(
                    "questions", Question.objects.select_related("organisation").order_by("asked_at")
                ),
                models.Prefetch("kpis", Kpi.objects.order_by("pk")),
            )
        )

    def expiring(self) -> "WishQuerySet":
        return self.filter(status=Wish.Status.OPEN, closes_on__lt=timezone.localdate())


class Wish(Stateful, Referenced):
    """A problem for which a department wants new technology."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ENDORSEMENT = "endorsement", _("Waiting for endorsement")
        SCREENING = "screening", _("Under review")
        RETURNED = "returned", _("Returned with questions")
        OPEN = "open", _("Open for proposals")
        MATCHED = "matched", _("Matched")
        ON_TRIAL = "on_trial", _("On trial")
        RESOLVED = "resolved", _("Resolved")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        MERGED = "merged", _("Merged into another wish")

    class Vehicle(models.TextChoices):
        """The way of buying that would follow a trial which succeeds."""

        QUOTATION = "quotation", _("Quotations")
        TENDER = "tender", _("Open tender")
        TERM = "term", _("Existing term contract")
        FUND = "fund", _("Innovation fund")
        WORKS = "works", _("Part of a works project")
        OTHER = "other", _("Another way")
        UNDECIDED = "undecided", _("Not decided yet")

    OPEN_TO_OFFERS = (Status.OPEN, Status.MATCHED, Status.ON_TRIAL)
    PUBLIC = (*OPEN_TO_OFFERS, Status.RESOLVED, Status.EXPIRED)
    EDITABLE = (Status.DRAFT, Status.RETURNED)
    INSIDE = (Status.DRAFT, Status.ENDORSEMENT)  # in its department's hands, whatever came before
    ENDED = (Status.WITHDRAWN, Status.MERGED)
    WITH_OFFICE = (Status.SCREENING, Status.MERGED)

    Budget = MoneyBand
    SiteGift = SiteFeature

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.DRAFT, editable=False, db_index=True
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="wishes", verbose_name=_("department")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    endorsed_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    external_id = models.CharField(_("external number"), max_length=80, null=True, blank=True, unique=True)

    title_en = models.CharField(_("title in English"), max_length=TITLE, blank=True)
    title_zh = models.CharField(_("title in Traditional Chinese"), max_length=TITLE, blank=True)
    need_en = models.TextField(_("the need today, in English"), max_length=LONG, blank=True)
    need_zh = models.TextField(_("the need today, in Traditional Chinese"), max_length=LONG, blank=True)
    outcome_en = models.TextField(_("outcome wanted, in English"), max_length=LONG, blank=True)
    outcome_zh = models.TextField(_("outcome wanted, in Traditional Chinese"), max_length=LONG, blank=True)
    constraints_en = models.TextField(_("constraints, in English"), max_length=LONG, blank=True)
    constraints_zh = models.TextField(_("constraints, in Traditional Chinese"), max_length=LONG, blank=True)
    site_en = models.CharField(_("site, in English"), max_length=200, blank=True)
    site_zh = models.CharField(_("site, in Traditional Chinese"), max_length=200, blank=True)
    site_gives = ArrayField(
        models.CharField(max_length=16, choices=SiteGift),
        verbose_name=_("what the site can give"),
        default=list,
        blank=True,
    )
    access_hours_en = models.CharField(
        _("when the site can be entered, in English"), max_length=300, blank=True
    )
    access_hours_zh = models.CharField(
        _("when the site can be entered, in Traditional Chinese"), max_length=300, blank=True
    )
    environment_en = models.CharField(_("surroundings on site, in English"), max_length=500, blank=True)
    environment_zh = models.CharField(
        _("surroundings on site, in Traditional Chinese"), max_length=500, blank=True
    )
    certificates = ArrayField(
        models.CharField(max_length=60), verbose_name=_("certificates required"), default=list, blank=True
    )
    trl_wanted = models.PositiveSmallIntegerField(_("lowest readiness (TRL)"), null=True, blank=True)
    budget = models.CharField(_("budget"), max_length=16, choices=Budget, blank=True)
    months = models.PositiveSmallIntegerField(_("wanted within (months)"), null=True, blank=True)
    closes_on = models.DateField(_("proposals until"), null=True, blank=True)
    budget_holder = models.CharField(_("budget holder"), max_length=200, blank=True)
    vehicle = models.CharField(_("how it would be bought"), max_length=16, choices=Vehicle, blank=True)
    decision_on = models.DateField(_("decision expected on"), null=True, blank=True)
    questions_until = models.DateField(_("questions until"), null=True, blank=True)
    # Counts the changes of its text, so that who writes in an old window overwrites nothing unseen.
    revision = models.PositiveIntegerField(default=1, editable=False)
    topics = models.ManyToManyField(Topic, related_name="wishes", verbose_name=_("topics"), blank=True)
    call = models.ForeignKey(
        Call, models.PROTECT, null=True, related_name="wishes", verbose_name=_("call"), editable=False
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )

    objects = WishQuerySet.as_manager()
    shown_topics: list[Named]  # as `for_cards` reads them
    title = Bilingual()
    need = Bilingual()
    outcome = Bilingual()
    constraints = Bilingual()
    site = Bilingual()
    access_hours = Bilingual()
    environment = Bilingual()

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = [
            models.CheckConstraint(condition=~Q(title_en="") | ~Q(title_zh=""), name="wish_has_a_title"),
            models.CheckConstraint(
                condition=Q(trl_wanted__isnull=True) | Q(trl_wanted__range=(1, 9)), name="wish_trl_1_to_9"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["open", "matched", "on_trial", "resolved", "expired"],
                    reference__isnull=False,
                    published_at__isnull=False,
                )
                | Q(status__in=["withdrawn", "merged"])
                | Q(status__in=["draft", "endorsement", "screening", "returned"], reference__isnull=True),
                name="wish_numbered_when_public",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-published_at", "-id"], name="wish_by_publication"),
            models.Index(  # the list of all that is public, newest first: read from the index, not sorted
                fields=["-published_at", "-id"],
                name="wish_newest",
                condition=Q(status__in=["open", "matched", "on_trial", "resolved", "expired"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference or '—'} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("wishes:detail", args=[self.slug])

    @property
    def parties(self) -> dict[str, int | None]:
        return {"department": self.organisation_id}

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC

    @property
    def is_editable(self) -> bool:
        return self.status in self.EDITABLE

    @property
    def is_open_to_offers(self) -> bool:
        return self.status in self.OPEN_TO_OFFERS


class Kpi(models.Model):
    """One row of what would count as success."""

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="kpis")
    metric = models.CharField(_("metric"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(_("today"), max_digits=14, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=4)
    method = models.CharField(_("how it is measured"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("measure of success")
        verbose_name_plural = _("measures of success")

    def __str__(self) -> str:
        return self.metric


class Question(models.Model):
    """Asked in public, answered in public."""

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("organisation")
    )
    is_name_hidden = models.BooleanField(_("hide who asks"), default=True)
    text = models.TextField(_("question"), max_length=2000)
    answer = models.TextField(_("answer"), max_length=LONG, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="question_answered_when_answered",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Sponsor(models.Model):
    """Another organisation that needs the same."""

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="sponsors")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sponsored")
    since = models.DateTimeField(default=timezone.now)
    site_en = models.CharField(_("site, in English"), max_length=200, blank=True)
    site_zh = models.CharField(_("site, in Traditional Chinese"), max_length=200, blank=True)
    constraints_en = models.TextField(_("constraints, in English"), max_length=2000, blank=True)
    constraints_zh = models.TextField(_("constraints, in Traditional Chinese"), max_length=2000, blank=True)

    site = Bilingual()
    constraints = Bilingual()

    class Meta:
        verbose_name = _("co-sponsor")
        verbose_name_plural = _("co-sponsors")
        constraints = [models.UniqueConstraint(fields=["wish", "organisation"], name="sponsor_once")]

    def __str__(self) -> str:
        return str(self.organisation)
