from accounts.models.alike import SuspectedPair, SuspectedPairQuerySet
from accounts.models.delegations import Delegation, DelegationQuerySet
from accounts.models.failures import FailedSignIn
from accounts.models.invitations import Invitation, InvitationQuerySet
from accounts.models.joining import JOIN_LASTS, JoinRequest, JoinRequestQuerySet
from accounts.models.people import (
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
    "JOIN_LASTS",
    "Delegation",
    "DelegationQuerySet",
    "FailedSignIn",
    "Invitation",
    "InvitationQuerySet",
    "JoinRequest",
    "JoinRequestQuerySet",
    "Membership",
    "Organisation",
    "OrganisationQuerySet",
    "Partnership",
    "Place",
    "Role",
    "Standing",
    "SuspectedPair",
    "SuspectedPairQuerySet",
    "User",
    "UserManager",
    "Verification",
    "VerificationQuerySet",
    "new_key",
]
