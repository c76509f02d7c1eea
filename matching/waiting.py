"""Which matches wait for whom."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from matching.models import Match, Review
from solutions.models import CoAuthor, of_authors
from wishes.models import Sponsor

S = Match.Status
GIVEN = Review.objects.filter(
    match=OuterRef("pk"), round=OuterRef("round")
).order_by()  # of a match in its round


def for_expert(user: User) -> QuerySet[Match]:
    """Under review, not judged by this expert, who may judge them."""
    near = [*user.membership_roles, *user.conflicts.values_list("organisation", flat=True)]
    rows = Match.objects.live().filter(~Exists(GIVEN.filter(expert=user)), status=S.REVIEW)
    if near:  # as `services.why_not_judge` has it
        sponsored = Sponsor.objects.filter(wish=OuterRef("wish"), organisation__in=near)
        rows = rows.exclude(wish__organisation__in=near).exclude(solution__organisation__in=near)
        authored = CoAuthor.objects.accepted().filter(solution=OuterRef("solution"), organisation__in=near)
        rows = rows.exclude(solution__nominated_by__in=near).filter(~Exists(sponsored), ~Exists(authored))
    return rows.exclude(wish__created_by=user).exclude(solution__created_by=user)


def for_office() -> QuerySet[Match]:
    """What a department has picked, and what waits for more information."""
    return Match.objects.live().filter(status__in=(S.SHORTLISTED, S.WANTING))


def for_department(user: User) -> QuerySet[Match]:
    """The likeliest suggestions for the wishes of this person's organisations, and what was picked."""
    rows = Match.objects.live().filter(wish__organisation__in=list(user.membership_roles))
    rows = rows.filter(status__in=(S.SUGGESTED, S.SHORTLISTED, S.WANTING), rank__lte=3)
    return rows.exclude(status=S.SUGGESTED, feasibility=Match.Feasibility.NOT_FEASIBLE)


def for_vendor(user: User) -> QuerySet[Match]:
    """Own matches about which an expert asks for more."""
    return Match.objects.live().filter(of_authors(user.membership_roles, "solution__"), status=S.WANTING)
