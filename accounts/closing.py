"""A person closes their account: what becomes of what this room holds, and what is handed over before."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.fates import Closing, Duty
from accounts.models import JoinRequest, Membership, Organisation, Role, User

NAME = "Closed account · 已關閉的帳戶"  # in both languages: it stands in columns that know no reader
ADDRESS = "closed-{}@account.invalid"  # nobody can have it (RFC 2606), nor is it ever somebody else's


def end_session(rows: Any, closing: Closing) -> None:
    """One by one: the session behind each is a row of another table."""
    for one in rows.order_by("pk"):
        one.end()


def leave(rows: Any, closing: Closing) -> None:
    """The organisations are told by `accounts.rights.tell`, which knows what was before."""
    rows.delete()


def withdraw(rows: Any, closing: Closing) -> None:
    rows.filter(outcome="").update(outcome=JoinRequest.Outcome.WITHDRAWN, decided_at=closing.at)
    rows.update(words="")


def revoke(rows: Any, closing: Closing) -> None:
    rows.standing().update(revoked_at=closing.at, revoked_by=closing.person)


def alone_for(user: User) -> list[Organisation]:
    """Of which they are the only approver who can sign in."""
    others = Count(
        "memberships",
        filter=Q(memberships__role=Membership.Role.APPROVER, memberships__user__is_active=True)
        & ~Q(memberships__user=user),
    )
    own = Organisation.objects.standing().filter(
        memberships__in=user.memberships.filter(role=Membership.Role.APPROVER)
    )
    found = Organisation.objects.filter(pk__in=own.values("pk")).annotate(others=others)
    return list(found.filter(others=0).order_by("pk"))


def last_approver(user: User) -> Iterator[Duty]:
    for one in alone_for(user):
        left = one.memberships.exclude(user=user).filter(user__is_active=True).count()
        if left:
            yield Duty(
                ngettext(
                    "You are the only approver of %(organisation)s, which has %(count)d more member. "
                    "Make someone else an approver first.",
                    "You are the only approver of %(organisation)s, which has %(count)d more members. "
                    "Make someone else an approver first.",
                    left,
                )
                % {"organisation": one.name, "count": left},
                reverse("people:members", args=[one.slug]),
            )


def last_of_the_portal(user: User) -> Iterator[Duty]:
    """Who alone runs the portal, or its office: nobody could give anybody these rights again."""
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    page = reverse("admin:accounts_user_changelist")
    if user.is_superuser and not others.filter(is_superuser=True).exists():
        yield Duty(_("You are the only administrator of the portal. Make someone else one first."), page)
    if user.has_role(Role.OFFICE) and not others.filter(roles__contains=[Role.OFFICE]).exists():
        yield Duty(_("You are the only one of the portal office. An administrator adds someone first."), page)


DUTIES = (last_of_the_portal, last_approver)


def has_open_things(organisation: Organisation, words: str) -> Duty:
    """Of an organisation for which nobody else acts; `words` as they are read."""
    return Duty(words, reverse("people:members", args=[organisation.slug]))
