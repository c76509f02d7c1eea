"""Who is of a segment, who of these is told, and who is left out."""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Membership, User
from notifications.models import Follow, Preference, Rhythm, Suppression
from notifications.models.announcements import Segment


@dataclass(frozen=True)
class Reach:
    """People of a segment. `told` are those who are neither unverified nor suppressed."""

    matched: int = 0
    told: int = 0
    unverified: int = 0  # nobody has shown that the address is theirs
    suppressed: int = 0  # verified, and sent nothing
    inbox_only: int = 0  # of those told, who want no such mails


def matched(segment: Segment) -> QuerySet[User]:
    """Each once, by what a person is and follows; the matching engine has no part in it."""
    people: QuerySet[User] = User.objects.filter(is_active=True)
    if segment.roles:
        people = people.filter(_of_roles(segment.roles))
    if segment.kinds:
        mine = Membership.objects.filter(user=OuterRef("pk"), organisation__kind__in=segment.kinds)
        people = people.filter(Exists(mine))
    if segment.topics:
        followed = Follow.objects.filter(user=OuterRef("pk"), topic__slug__in=segment.topics)
        people = people.filter(Exists(followed))
    if segment.languages:
        people = people.filter(language__in=segment.languages)
    return people


def _of_roles(roles: Iterable[str]) -> Q:
    wanted = set(roles)
    inside = wanted & set(Membership.Role.values)
    memberships = Membership.objects.filter(user=OuterRef("pk"), role__in=inside)
    return Q(roles__overlap=sorted(wanted - inside)) | Q(Exists(memberships))


def _marked(segment: Segment) -> QuerySet[User]:
    """With what keeps a person from being told."""
    own = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True, email__iexact=OuterRef("email"))
    stopped = Suppression.objects.in_force().filter(address=OuterRef("address"))
    unwanted = Preference.objects.filter(user=OuterRef("pk"), announcements=Rhythm.NEVER)
    return matched(segment).annotate(
        address=Lower("email"),
        is_verified=Exists(own),
        is_suppressed=Exists(stopped),
        is_unwanted=Exists(unwanted),
    )


TOLD = Q(is_verified=True, is_suppressed=False)


def told(segment: Segment) -> QuerySet[User]:
    return _marked(segment).filter(TOLD)


def counted(segment: Segment) -> Reach:
    """As it is now, in one query."""
    found = _marked(segment).aggregate(
        matched=Count("pk"),
        told=Count("pk", filter=TOLD),
        unverified=Count("pk", filter=Q(is_verified=False)),
        suppressed=Count("pk", filter=Q(is_verified=True, is_suppressed=True)),
        inbox_only=Count("pk", filter=TOLD & Q(is_unwanted=True)),
    )
    return Reach(**found)
