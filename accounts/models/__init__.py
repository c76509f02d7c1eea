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
from accounts.models.verifications import Verification, VerificationQuerySet

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
    "Verification",
    "VerificationQuerySet",
    "new_key",
]
