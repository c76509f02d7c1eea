from accounts.models.delegations import Delegation, DelegationQuerySet
from accounts.models.people import (
    Invitation,
    InvitationQuerySet,
    Membership,
    Organisation,
    OrganisationQuerySet,
    Partnership,
    Place,
    Role,
    Standing,
    User,
    UserManager,
    new_key,
)

__all__ = [
    "Delegation",
    "DelegationQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "Organisation",
    "OrganisationQuerySet",
    "Partnership",
    "Place",
    "Role",
    "Standing",
    "User",
    "UserManager",
    "new_key",
]
