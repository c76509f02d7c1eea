from dataclasses import dataclass

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject, Lower
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models.delegations import Delegation
from accounts.models.verifications import EIGHT_DIGITS
from innoportal.languages import Bilingual

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def new_key() -> str:
    """Twelve letters and digits that no one can guess: the address of what has no public number yet."""
    return get_random_string(12, LETTERS)


class Role(models.TextChoices):
    """What the portal itself lets a person do, beside what their organisation lets them do."""

    OFFICE = "office", _("Portal office")
    EXPERT = "expert", _("Expert")
    ENGINEER = "engineer", _("Trial engineer")
    VERIFIER = "verifier", _("Verifier")
    AUDITOR = "auditor", _("Auditor")


@dataclass(frozen=True)
class Place:
    """Whose place a person takes today, and how."""

    giver: int
    name: str
    kind: str


@dataclass(frozen=True)
class Standing:
    """What a person is in an organisation: their own role there, and the places they take."""

    role: str
    places: tuple[Place, ...] = ()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def with_role(self, role: str):
        return self.filter(is_active=True, roles__contains=[role])


class User(AbstractUser):
    """A person. Signs in by e-mail; an administrator is a superuser."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=[("en", "English"), ("zh-hant", "繁體中文"), ("zh-hans", "简体中文")],
        default="en",
    )
    roles = ArrayField(
        models.CharField(max_length=16, choices=Role),
        verbose_name=_("portal roles"),
        default=list,
        blank=True,
    )
    closed_at = models.DateTimeField(_("closed on"), null=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()  # type: ignore[assignment, misc]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    roles__contained_by=["office", "expert", "engineer", "verifier", "auditor"]
                ),
                name="user_roles_known",
            ),
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True)
                | models.Q(is_active=False, is_staff=False, is_superuser=False, roles=[]),
                name="user_closed_may_nothing",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def standings(self) -> dict[int, Standing]:
        """What they are in each organisation, by its id; asked of the database once for each request."""
        place = JSONObject(giver="giver_id", name="giver__name", kind="kind")
        held = Delegation.objects.in_force().filter(
            organisation=OuterRef("organisation"), deputy=OuterRef("user")
        )
        rows = self.memberships.annotate(places=ArraySubquery(held.order_by("pk").values(found=place)))
        return {
            organisation: Standing(role, tuple(Place(**one) for one in places))
            for organisation, role, places in rows.values_list("organisation_id", "role", "places")
        }

    @cached_property
    def membership_roles(self) -> dict[int, str]:
        """The role that counts today in each organisation: who takes an approver's place is one."""
        approver = Membership.Role.APPROVER
        return {pk: approver if one.places else one.role for pk, one in self.standings.items()}

    def is_member_of(self, organisation_id: int | None) -> bool:
        return organisation_id in self.membership_roles

    def is_approver_of(self, organisation_id: int | None) -> bool:
        """Of their own right, or in the place of one who is."""
        return self.membership_roles.get(organisation_id or 0) == Membership.Role.APPROVER

    def is_own_approver_of(self, organisation_id: int | None) -> bool:
        """Of their own right: may also let people in and give their place to others."""
        standing = self.standings.get(organisation_id or 0)
        return standing is not None and standing.role == Membership.Role.APPROVER

    def places_in(self, organisation_id: int | None) -> tuple[Place, ...]:
        """Whose places they take there today; none for who approves of their own right."""
        standing = self.standings.get(organisation_id or 0)
        return () if standing is None or self.is_own_approver_of(organisation_id) else standing.places

    def has_role(self, role: str) -> bool:
        return self.is_active and role in self.roles


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def standing(self) -> "OrganisationQuerySet":
        """Without those for which another one stands."""
        return self.filter(merged_into__isnull=True)

    def addressed(self, slug: str) -> "OrganisationQuerySet":
        return self.standing().filter(slug=slug)

    def requesters(self) -> "OrganisationQuerySet":
        return self.standing().filter(kind__in=Organisation.REQUESTERS)

    def vendors(self) -> "OrganisationQuerySet":
        return self.standing().filter(kind__in=Organisation.VENDORS)


class Organisation(models.Model):
    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Government department")
        PUBLIC_BODY = "public_body", _("Public body")
        TRADE = "trade", _("Electrical and mechanical trade")
        STARTUP = "startup", _("Start-up")
        SME = "sme", _("Company")
        UNIVERSITY = "university", _("University")
        RND = "rnd", _("R&D centre")
        LABORATORY = "laboratory", _("Testing laboratory")

    REQUESTERS = (Kind.DEPARTMENT, Kind.PUBLIC_BODY, Kind.TRADE)
    VENDORS = (Kind.STARTUP, Kind.SME, Kind.UNIVERSITY, Kind.RND)

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    name_zh = models.CharField(_("name in Traditional Chinese"), max_length=200, blank=True)
    about_en = models.TextField(_("about, in English"), blank=True)
    about_zh = models.TextField(_("about, in Traditional Chinese"), blank=True)
    website = models.URLField(_("website"), blank=True)
    br_number = models.CharField(  # as given at registration; never public
        _("business registration number"), max_length=8, blank=True, validators=[EIGHT_DIGITS]
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="earlier", verbose_name=_("now")
    )
    is_confirmed = models.BooleanField(_("confirmed by the portal office"), default=False)
    people = models.ManyToManyField(User, through="Membership", related_name="organisations")

    objects = OrganisationQuerySet.as_manager()
    name = Bilingual()
    about = Bilingual()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name_en="") | ~models.Q(name_zh=""), name="organisation_has_a_name"
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("pk")), name="organisation_merged_into_another"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("people:organisation", args=[self.slug])

    @property
    def parties(self) -> dict[str, int | None]:
        return {"vendor" if self.is_vendor else "department": self.pk}

    @property
    def is_requester(self) -> bool:
        return self.kind in self.REQUESTERS

    @property
    def is_vendor(self) -> bool:
        return self.kind in self.VENDORS


class Membership(models.Model):
    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        APPROVER = "approver", _("Approver")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.MEMBER)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organisation}"


class Partnership(models.Model):
    """A strategic partner: an organisation that promotes the portal and finds solutions for it."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="partnership", verbose_name=_("organisation")
    )
    signed_on = models.DateField(_("signed on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    class Meta:
        verbose_name = _("strategic partner")
        verbose_name_plural = _("strategic partners")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("signed_on")),
                name="partnership_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation)
