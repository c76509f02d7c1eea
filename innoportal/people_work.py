"""What waits for a person among people and organisations, and what they wait for there.

Here and not in their room, which lies below what a row of work is made of.
"""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Invitation, JoinRequest, Role, SuspectedPair, User, Verification
from innoportal.lib.promises import party
from innoportal.lib.work import MOST, Row


def work(user: User) -> Iterator[Row]:
    """A fixed number of queries."""
    yield from invitations(user)
    yield from joining(user)
    yield from verifications(user)
    if user.has_role(Role.OFFICE):
        yield from pairs()


def invitations(user: User) -> Iterator[Row]:
    found = Invitation.objects.for_user(user).select_related("organisation")
    for one in found.order_by("pk"):
        yield Row(
            task=_("Accept the invitation, or decline it"),
            title=one.organisation.name,
            url=reverse("people:profile"),
        )


def joining(user: User) -> Iterator[Row]:
    """Approvers let people in of their own right; who asks waits for them."""
    letting_in = [pk for pk in user.membership_roles if user.is_own_approver_of(pk)]
    rows = JoinRequest.objects.waiting().filter(Q(organisation__in=letting_in) | Q(person=user))
    for one in rows.select_related("organisation", "person").order_by("asked_at", "pk")[:MOST]:
        is_own = one.person_id == user.pk
        members = reverse("people:members", args=[one.organisation.slug])
        yield Row(
            task=_("The approvers of the organisation") if is_own else _("Let this person in, or decline"),
            title=one.organisation.name if is_own else one.person.name,
            url=reverse("people:profile") if is_own else members,
            note="" if is_own else one.organisation.name,
            since=one.asked_at,
            mine=not is_own,
        )


def verifications(user: User) -> Iterator[Row]:
    """What the office has not decided, and what a vendor waits for."""
    mine, is_office = list(user.membership_roles), user.has_role(Role.OFFICE)
    rows = Verification.objects.waiting()
    if not is_office:
        rows = rows.filter(organisation__in=mine)
    for one in rows.select_related("organisation").order_by("asked_at", "pk")[:MOST]:
        decides = (
            is_office and one.organisation_id not in mine
        )  # none decides on an organisation of their own
        own = reverse("people:verification", args=[one.organisation.slug])
        yield Row(
            task=_("Look whether this vendor is who it says") if decides else party("office"),
            title=one.organisation.name,
            url=reverse("people:decide-verification", args=[one.pk]) if decides else own,
            note=_("Verification"),
            since=one.asked_at,
            mine=decides,
        )


def pairs() -> Iterator[Row]:
    """Organisations that may be one."""
    rows = SuspectedPair.objects.waiting().select_related("first", "second")
    for one in rows.order_by("found_at", "pk")[:MOST]:
        yield Row(
            task=_("Say whether these two organisations are one"),
            title=one.first.name,
            url=one.get_absolute_url(),
            note=one.second.name,
            since=one.found_at,
        )
