"""Who may what, as predicates that every room's rules are made of. Each survives an anonymous visitor."""

import rules

from accounts.models import Role, User


def _role(role: str) -> rules.predicates.Predicate:
    @rules.predicate(name=f"is_{role}")
    def has(user: User) -> bool:
        return user.is_authenticated and user.has_role(role)

    return has


is_office = _role(Role.OFFICE)  # screens, runs calls, sees all that is submitted
is_expert = _role(Role.EXPERT)  # reviews and approves matches
is_engineer = _role(Role.ENGINEER)  # runs trials on site
is_verifier = _role(Role.VERIFIER)  # signs reports of others
is_auditor = _role(Role.AUDITOR)  # reads everything, changes nothing


@rules.predicate
def is_administrator(user: User) -> bool:
    return user.is_authenticated and user.is_active and user.is_superuser


@rules.predicate
def is_member(user: User, thing=None) -> bool:
    """Of the organisation that the thing belongs to."""
    return thing is not None and user.is_authenticated and user.is_member_of(thing.organisation_id)


@rules.predicate
def is_approver(user: User, thing=None) -> bool:
    return thing is not None and user.is_authenticated and user.is_approver_of(thing.organisation_id)


@rules.predicate
def is_creator(user: User, thing=None) -> bool:
    return thing is not None and user.is_authenticated and thing.created_by_id == user.pk


@rules.predicate
def is_requester(user: User) -> bool:
    """Belongs to an organisation that may post wishes."""
    return user.is_authenticated and any(org.is_requester for org in organisations_of(user))


@rules.predicate
def is_vendor(user: User) -> bool:
    """Belongs to an organisation that may offer solutions."""
    return user.is_authenticated and any(org.is_vendor for org in organisations_of(user))


def organisations_of(user: User) -> list:
    """The person's organisations, asked of the database once for each request."""
    if not hasattr(user, "_organisations"):
        user._organisations = list(user.organisations.all()) if user.is_authenticated else []  # type: ignore[attr-defined]
    return user._organisations  # type: ignore[attr-defined]
