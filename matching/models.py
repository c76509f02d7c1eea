from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, new_key
from journal.models import Stateful
from matching.passages import Basis as Basis
from matching.passages import IndexedPassage as IndexedPassage
from matching.passages import PassageCount as PassageCount
from matching.passages import TermCount as TermCount
from matching.runs import EngineVersion as EngineVersion
from matching.runs import RematchRun as RematchRun
from matching.runs import RematchShard as RematchShard
from matching.terms import Term as Term
from solutions.models import Solution
from wishes.models import Wish


class Profile(models.Model):
    """What one engine version knows of the text of one wish or solution; rebuilt at will from the text."""

    class Side(models.TextChoices):
        WISH = "wish", _("Wish")
        SOLUTION = "solution", _("Solution")

    # The two constraints below are indexes that begin with them.
    wish = models.ForeignKey(Wish, models.CASCADE, null=True, related_name="profiles", db_index=False)
    solution = models.ForeignKey(Solution, models.CASCADE, null=True, related_name="profiles", db_index=False)
    side = models.CharField(max_length=8, choices=Side)
    content_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=40)
    record = models.BinaryField()  # matching.records: the engine's words and vectors, packed
    is_public = models.BooleanField(default=True)  # only then can it be found; kept apart from `record`
    concepts_due = models.BooleanField(
        default=False, db_default=False
    )  # the glossary has changed in what the text may name
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)  # of `record` and `is_public`
    seen_at = models.DateTimeField(null=True)  # the thing's own `updated_at` when it was last matched
    matched_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(side="wish", wish__isnull=False, solution__isnull=True)
                | Q(side="solution", wish__isnull=True, solution__isnull=False),
                name="profile_of_one_thing",
            ),
            models.UniqueConstraint(fields=["wish", "engine_version"], name="profile_of_wish_once"),
            models.UniqueConstraint(fields=["solution", "engine_version"], name="profile_of_solution_once"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(concepts_due=True), name="profile_concepts_due")]

    def __str__(self) -> str:
        return f"{self.side} {self.wish_id or self.solution_id}"

    @property
    def engine_key(self) -> str:
        """The engine's key of the thing; those of wishes and solutions must differ."""
        return f"w{self.wish_id}" if self.side == self.Side.WISH else f"s{self.solution_id}"


class RankerQuerySet(models.QuerySet["Ranker"]):
    def visible_to(self, user) -> "RankerQuerySet":
        """Those who run the portal, and those who audit it; the weights say how the score may be courted."""
        may = user.is_authenticated and (
            user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR)
        )
        return self.all() if may else self.none()


class Ranker(models.Model):
    """Weights of the score, with what they were learnt from and how well they did. One is active."""

    name = models.CharField(max_length=80, unique=True)
    engine_version = models.CharField(max_length=40)
    weights = models.JSONField()
    training_fingerprint = models.CharField(max_length=64, blank=True)  # none: delivered with the engine
    figures = models.JSONField(default=dict)
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True)  # what was matched before that is due again

    objects = RankerQuerySet.as_manager()

    class Meta:
        verbose_name = _("ranker")
        verbose_name_plural = _("rankers")
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="ranker_one_active"
            ),
            models.UniqueConstraint(
                fields=["training_fingerprint"],
                condition=~Q(training_fingerprint=""),
                name="ranker_once_for_each_training_set",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('matching:rankers')}#ranker-{self.pk}"


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
        seen |= Q(
            solution__organisation__in=own,
            status__in=Match.TOLD_TO_VENDOR,
        )
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
    def is_public(self) -> bool:
        return self.status in self.PUBLIC and self.wish.is_public and self.solution.is_public


class Review(models.Model):
    """One expert's verdict on one match, with the reason; once in each round of the match."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("Approve for trial")
        WANT = "want", _("Ask for more information")
        DECLINE = "decline", _("Decline")

    class Ground(models.TextChoices):
        FITS = "fits", _("Answers the need")
        PARTLY = "partly", _("Answers part of the need")
        OFF_TOPIC = "off_topic", _("Does not answer the need")
        NOT_READY = "not_ready", _("Not ready enough")
        COST = "cost", _("Cost outside the budget")
        SITE = "site", _("Does not suit the site")
        SAFETY = "safety", _("Safety or compliance")
        DUPLICATE = "duplicate", _("Already tried")
        UNCLEAR = "unclear", _("Information is missing")

    match = models.ForeignKey(Match, models.CASCADE, related_name="reviews")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    ground = models.CharField(_("ground"), max_length=16, choices=Ground)
    reason = models.TextField(_("reason"), max_length=3000)
    at = models.DateTimeField(default=timezone.now)
    round = models.PositiveSmallIntegerField(default=0)  # of the match when it was judged
    probability_shown = models.FloatField()
    rank_shown = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["match", "expert", "round"], name="review_once_for_each_expert"),
            models.CheckConstraint(condition=~Q(reason=""), name="review_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.expert} {self.verdict} {self.match}"


class Judgement(models.Model):
    """What one act of a person says of a pair, with what was known of it then. Weights are learnt from these.

    Of the pair and not of the match: a suggestion that was passed over may be gone tomorrow.
    """

    class Kind(models.TextChoices):
        APPROVE = "approve", _("Approved")
        DECLINE = "decline", _("Declined")
        SHORTLISTED = "shortlisted", _("Shortlisted")
        SKIPPED = "skipped", _("Passed over")

    VERDICTS = (Kind.APPROVE, Kind.DECLINE)

    kind = models.CharField(max_length=12, choices=Kind)
    ground = models.CharField(max_length=16, choices=Review.Ground, blank=True)  # none: no expert's verdict
    wish = models.ForeignKey(Wish, models.CASCADE, related_name="+")
    solution = models.ForeignKey(Solution, models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    place = models.PositiveIntegerField()  # among the wish's matches, as it was shown
    probability = models.FloatField()
    factors = models.JSONField(default=dict)  # name: 0 to 1, or null for what nobody said
    engine_version = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__range=(0, 1)), name="judgement_probability_0_to_1"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.wish_id} × {self.solution_id}"


class Conflict(models.Model):
    """An expert declared that an organisation is too near for a fair judgement."""

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="conflicts")
    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [models.UniqueConstraint(fields=["expert", "organisation"], name="conflict_once")]

    def __str__(self) -> str:
        return f"{self.expert} – {self.organisation}"


class DuplicateQuerySet(models.QuerySet["Duplicate"]):
    def visible_to(self, user) -> "DuplicateQuerySet":
        """Those who read all that is handed in, while both texts are; nobody else learns of a pair."""
        reads_all = user.is_authenticated and (
            user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR)
        )
        return self.live() if reads_all else self.none()

    def live(self) -> "DuplicateQuerySet":
        """Both texts are with the portal office or public now."""
        wishes = Q(
            earlier_wish__status__in=Duplicate.WISHES_COMPARED,
            later_wish__status__in=Duplicate.WISHES_COMPARED,
        )
        return self.filter(
            wishes
            | Q(
                earlier_solution__status__in=Duplicate.SOLUTIONS_COMPARED,
                later_solution__status__in=Duplicate.SOLUTIONS_COMPARED,
            )
        )

    def of(self, thing: Wish | Solution) -> "DuplicateQuerySet":
        side = "wish" if isinstance(thing, Wish) else "solution"
        return self.filter(Q(**{f"earlier_{side}": thing}) | Q(**{f"later_{side}": thing}))

    def for_rows(self) -> "DuplicateQuerySet":
        """What a row of a list reads; the texts themselves are many times as long."""
        own = ("status", "key", "likeness", "is_repeat", "explanation", "decided_at", "decided_by__name")
        texts = ("reference", "key", "status", "title_en", "title_zh")
        names = (*texts, "organisation__name_en", "organisation__name_zh")
        sides = [f"{place}__{name}" for place in Duplicate.PLACES for name in names]
        organisations = [f"{place}__organisation" for place in Duplicate.PLACES]
        return self.select_related("decided_by", *organisations).only(*own, *sides)


class Duplicate(Stateful):
    """Two wishes, or two solutions, that may be one; the one with the lower id is the earlier."""

    class Status(models.TextChoices):
        FOUND = "found", _("To be judged")
        SAME = "same", _("Confirmed duplicate")
        DIFFERENT = "different", _("Not a duplicate")

    # Drafts, and what has gone back to its owner, may change under their owner's hands: nobody compares them.
    WISHES_COMPARED = (Wish.Status.SCREENING, *Wish.PUBLIC)
    SOLUTIONS_COMPARED = (
        Solution.Status.SUBMITTED,
        Solution.Status.SCREENING,
        Solution.Status.LISTED,
        Solution.Status.NOT_SUITABLE,
        Solution.Status.EXPIRED,
    )
    PLACES = ("earlier_wish", "later_wish", "earlier_solution", "later_solution")

    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.FOUND, editable=False, db_index=True
    )
    key = models.CharField(max_length=12, unique=True, editable=False, default=new_key)
    earlier_wish = models.ForeignKey(Wish, models.CASCADE, null=True, related_name="+")
    later_wish = models.ForeignKey(Wish, models.CASCADE, null=True, related_name="+")
    earlier_solution = models.ForeignKey(Solution, models.CASCADE, null=True, related_name="+")
    later_solution = models.ForeignKey(Solution, models.CASCADE, null=True, related_name="+")
    likeness = models.FloatField(_("likeness"))
    is_repeat = models.BooleanField(_("the same text"), default=False)
    explanation = models.JSONField(default=dict)  # shared terms, concepts and sentences of the two texts
    engine_version = models.CharField(max_length=40)
    found_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(_("decided on"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["earlier_wish", "later_wish"], name="duplicate_wishes_once"),
            models.UniqueConstraint(
                fields=["earlier_solution", "later_solution"], name="duplicate_solutions_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    earlier_wish__isnull=False,  # a comparison with nothing is unknown, which would pass
                    later_wish__isnull=False,
                    earlier_wish__lt=models.F("later_wish"),
                    earlier_solution__isnull=True,
                    later_solution__isnull=True,
                )
                | Q(
                    earlier_solution__isnull=False,
                    later_solution__isnull=False,
                    earlier_solution__lt=models.F("later_solution"),
                    earlier_wish__isnull=True,
                    later_wish__isnull=True,
                ),
                name="duplicate_ordered_pair_of_one_side",
            ),
            models.CheckConstraint(condition=Q(likeness__range=(0, 1)), name="duplicate_likeness_0_to_1"),
            models.CheckConstraint(
                condition=Q(status="found", decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["same", "different"], decided_at__isnull=False, decided_by__isnull=False),
                name="duplicate_decided_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["status", "-likeness", "-id"], name="duplicate_to_judge")]

    def __str__(self) -> str:
        return f"{self.earlier} = {self.later}"

    def get_absolute_url(self) -> str:
        return f"{reverse('matching:duplicates')}#{self.key}"

    @property
    def side(self) -> str:
        return "wish" if self.earlier_wish_id else "solution"

    @property
    def earlier(self) -> Wish | Solution:
        return self.earlier_wish or self.earlier_solution  # type: ignore[return-value]

    @property
    def later(self) -> Wish | Solution:
        return self.later_wish or self.later_solution  # type: ignore[return-value]
