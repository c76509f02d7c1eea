from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, new_key
from journal.models import Stateful
from matching.models.ranker import Ranker
from solutions.models import Solution, of_authors
from wishes.models import Wish


class MatchQuerySet(models.QuerySet["Match"]):
    def public(self) -> "MatchQuerySet":
        return self.filter(
            status__in=Match.PUBLIC, wish__status__in=Wish.PUBLIC, solution__status__in=Solution.PUBLIC
        )

    def visible_to(self, user) -> "MatchQuerySet":
        """Judges see all; a department those of its wishes; a vendor those of its solutions, once approved.

        A vendor does not read the score of others, and no match of its own before the experts have decided.
        """
        seen = Q(status__in=Match.PUBLIC, wish__status__in=Wish.PUBLIC, solution__status__in=Solution.PUBLIC)
        if not user.is_authenticated:
            return self.filter(seen)
        if user.is_superuser or any(user.has_role(role) for role in (Role.AUDITOR, Role.OFFICE, Role.EXPERT)):
            return self.all()
        own = list(user.membership_roles)
        seen |= Q(wish__organisation__in=own)
        seen |= of_authors(own, "solution__") & Q(status__in=Match.TOLD_TO_VENDOR)
        return self.filter(seen)

    def live(self) -> "MatchQuerySet":
        """Those of which both sides are still there to be tried."""
        return self.filter(wish__status__in=Wish.OPEN_TO_OFFERS, solution__status__in=Solution.PUBLIC)

    def live_one_by_one(self) -> "MatchQuerySet":
        """As `live`, for a count that ends early: a join would read all wishes and solutions first."""
        wish = Wish.objects.filter(pk=OuterRef("wish")).values("status")
        solution = Solution.objects.filter(pk=OuterRef("solution")).values("status")
        rows = self.alias(wish_status=Subquery(wish), solution_status=Subquery(solution))
        return rows.filter(wish_status__in=Wish.OPEN_TO_OFFERS, solution_status__in=Solution.PUBLIC)

    def for_rows(self) -> "MatchQuerySet":
        """What a row of a list reads; the texts and why they fit are ten times as long."""
        names = ("reference", "title_en", "title_zh", "organisation__name_en", "organisation__name_zh")
        sides = [f"{side}__{name}" for side in ("wish", "solution") for name in names]
        rows = self.select_related("wish__organisation", "solution__organisation")
        return rows.only("status", "key", "probability", "feasibility", "score", *sides)


class Match(Stateful):
    """One wish and one solution: how well they fit, why, and what people decided."""

    class Status(models.TextChoices):
        SUGGESTED = "suggested", _("Suggested")
        SHORTLISTED = "shortlisted", _("Shortlisted")
        REVIEW = "review", _("Under review")
        WANTING = "wanting", _("More information wanted")
        APPROVED = "approved", _("Approved for trial")
        ON_TRIAL = "on_trial", _("On trial")
        CLOSED = "closed", _("Closed")
        DECLINED = "declined", _("Declined")

    PUBLIC = (Status.APPROVED, Status.ON_TRIAL, Status.CLOSED)
    DECIDED = (Status.APPROVED, Status.ON_TRIAL, Status.CLOSED, Status.DECLINED)
    TOLD_TO_VENDOR = (*PUBLIC, Status.WANTING, Status.DECLINED)
    APPROVALS_NEEDED = 2

    class Feasibility(models.TextChoices):
        FEASIBLE = "feasible", _("Feasible")
        CONDITIONAL = "conditional", _("Feasible with conditions")
        NOT_FEASIBLE = "not_feasible", _("Not feasible as it stands")

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.SUGGESTED, editable=False, db_index=True
    )
    key = models.CharField(max_length=12, unique=True, editable=False, default=new_key)
    wish = models.ForeignKey(Wish, models.PROTECT, related_name="matches", verbose_name=_("wish"))
    solution = models.ForeignKey(Solution, models.PROTECT, related_name="matches", verbose_name=_("solution"))
    probability = models.FloatField(_("likely fit"))
    rank = models.PositiveIntegerField(_("place among the wish's matches"))
    feasibility = models.CharField(max_length=16, choices=Feasibility)
    confidence = models.FloatField()
    signals = models.JSONField(default=dict)
    score = models.JSONField(default=dict)  # intercept, contributions that add up to the logit, reasons, gaps
    explanation = models.JSONField(default=dict)  # matched terms with offsets, concepts, best sentences
    ranker = models.ForeignKey(Ranker, models.PROTECT, null=True, related_name="+")
    round = models.PositiveSmallIntegerField(
        default=0, editable=False
    )  # which opening of the review it is in
    report = models.CharField(_("verified report"), max_length=16, blank=True, editable=False)
    engine_version = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)
    computed_at = models.DateTimeField(default=timezone.now)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.UniqueConstraint(fields=["wish", "solution"], name="match_once"),
            models.CheckConstraint(condition=Q(probability__range=(0, 1)), name="match_probability_0_to_1"),
        ]
        indexes = [
            models.Index(fields=["wish", "-probability"], name="match_of_wish"),
            models.Index(fields=["solution", "-probability"], name="match_of_solution"),
            models.Index(  # a count reads nothing else of the match
                fields=["status", "-probability"],
                include=["id", "wish", "solution", "round"],
                name="match_to_judge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} × {self.solution_id}"

    def get_absolute_url(self) -> str:
        return reverse("matching:detail", args=[self.key])

    @property
    def parties(self) -> dict[str, int | None]:
        return {"department": self.wish.organisation_id, "vendor": self.solution.organisation_id}

    @property
    def is_tried(self) -> bool:
        """Whether a trial of it may be there: it was approved at some time."""
        return self.status in self.PUBLIC

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC and self.wish.is_public and self.solution.is_public
