from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role, new_key
from innoportal.languages import Bilingual
from journal.models import Stateful
from solutions.models import CoAuthor, Solution
from trials.models.report import Report
from trials.models.trial import Trial

STANDS = Q(status__in=("proposed", "confirmed"))  # once for an organisation and a solution


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    def visible_to(self, user: Any) -> "ConfirmationQuerySet":
        """The page of one: for the organisation's people, and whoever oversees the portal."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR):
            return self.all()
        return self.filter(organisation__in=list(user.membership_roles))

    def own_of(self, user: Any, solution: Solution) -> list["Confirmation"]:
        """What the person's own organisations say of it; asked only for who belongs to one."""
        if not user.is_authenticated or not user.membership_roles:
            return []
        own = self.standing().filter(solution=solution, organisation__in=list(user.membership_roles))
        return list(own.select_related("organisation").order_by("pk"))

    def waiting(self) -> "ConfirmationQuerySet":
        return self.filter(status=Confirmation.Status.PROPOSED)

    def standing(self) -> "ConfirmationQuerySet":
        """Neither ended nor dropped."""
        return self.filter(STANDS)

    def public(self) -> "ConfirmationQuerySet":
        """What everyone reads: never the word of who stands for the solution itself, by now."""
        author = CoAuthor.objects.accepted().filter(
            solution=OuterRef("solution"), organisation=OuterRef("organisation")
        )
        tried = Trial.objects.public().values("match__solution")
        rows = self.filter(status__in=Confirmation.PUBLIC).exclude(organisation=F("solution__organisation"))
        seen = Q(solution__status__in=Solution.PUBLIC) | Q(solution__in=tried)
        return rows.filter(seen).exclude(Exists(author))

    def for_rows(self) -> "ConfirmationQuerySet":
        """With what its page, a rule or a mail asks; of the report no more than its number and state."""
        rows = self.select_related("solution__organisation", "organisation", "report")
        signed = ("envelope", "drafted", "signed_title", "signed_summary", "vendor_comment")
        return rows.defer(*(f"report__{column}" for column in signed))

    def for_proof(self) -> "ConfirmationQuerySet":
        """In one query what the proof page reads, those in force first."""
        rows = self.public().select_related("solution", "organisation", "report")
        names = ("key", "reference", "status", "title_en", "title_zh", "organisation")
        rows = rows.only(
            *("key", "status", "in_use_since", "sites", "ended_for", "ended_at", "confirmed_at"),
            *("scope_en", "scope_zh", "statement_en", "statement_zh"),
            *("organisation__slug", "organisation__kind", "organisation__name_en", "organisation__name_zh"),
            *(f"solution__{name}" for name in names),
            *(f"report__{name}" for name in ("key", "reference", "status")),
        )
        return rows.order_by("status", "-in_use_since", "pk")  # "confirmed" before "ended"


class Confirmation(Stateful):
    """The word of an organisation that it uses a solution: written by one of its people, stood for by another
    who may approve there. Nothing of it is public before.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for an approver")
        CONFIRMED = "confirmed", _("In use")
        ENDED = "ended", _("No longer in use")
        DROPPED = "dropped", _("Not confirmed")

    PUBLIC = (Status.CONFIRMED, Status.ENDED)

    key = models.CharField(max_length=12, unique=True, editable=False, default=new_key)
    status = models.CharField(
        _("status"), max_length=24, choices=Status, default=Status.PROPOSED, editable=False, db_index=True
    )
    solution = models.ForeignKey(Solution, models.PROTECT, related_name="confirmations", editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="confirmations", verbose_name=_("organisation")
    )
    report = models.ForeignKey(
        Report,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmations",
        verbose_name=_("the report that you relied on"),
    )
    in_use_since = models.DateField(_("in use since"))
    sites = models.PositiveIntegerField(_("number of sites"), default=1, validators=[MinValueValidator(1)])
    scope_en = models.TextField(_("what it is used for, in English"), max_length=600, blank=True)
    scope_zh = models.TextField(_("what it is used for, in Traditional Chinese"), max_length=600, blank=True)
    statement_en = models.TextField(_("your statement, in English"), max_length=1500, blank=True)
    statement_zh = models.TextField(_("your statement, in Traditional Chinese"), max_length=1500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_for = models.TextField(_("why it ended"), max_length=4000, blank=True, editable=False)

    objects = ConfirmationQuerySet.as_manager()
    scope = Bilingual()
    statement = Bilingual()

    class Meta:
        verbose_name = _("confirmation of use")
        verbose_name_plural = _("confirmations of use")
        constraints = [
            models.UniqueConstraint(
                fields=["solution", "organisation"],
                condition=STANDS,
                name="confirmation_once_while_it_stands",
            ),
            models.CheckConstraint(condition=Q(sites__gte=1), name="confirmation_of_a_site"),
            models.CheckConstraint(
                condition=(~Q(scope_en="") | ~Q(scope_zh="")) & (~Q(statement_en="") | ~Q(statement_zh="")),
                name="confirmation_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("created_by")), name="confirmation_by_a_second_person"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("proposed", "dropped"), confirmed_by=None, confirmed_at=None)
                | Q(
                    status__in=("confirmed", "ended"), confirmed_by__isnull=False, confirmed_at__isnull=False
                ),
                name="confirmation_has_its_approver",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) & ~Q(status="ended")
                | Q(status="ended", ended_at__isnull=False) & ~Q(ended_for=""),
                name="confirmation_ends_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.solution}"

    def get_absolute_url(self) -> str:
        return reverse("trials:confirmation", args=[self.key])

    @property
    def parties(self) -> dict[str, int | None]:
        return {"adopter": self.organisation_id}

    @property
    def is_in_use(self) -> bool:
        return self.status == self.Status.CONFIRMED
