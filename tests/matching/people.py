"""One person for each standing towards a match: what the generated tables run over."""

from accounts.models import Membership
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory

STANDINGS = (
    "anonymous",
    "stranger",
    "department_member",
    "department_approver",
    "vendor_member",
    "vendor_approver",
    "other_department",
    "other_vendor",
    "office",
    "expert",
    "engineer",
    "verifier",
    "auditor",
    "administrator",
)
ROLES = ("office", "expert", "engineer", "verifier", "auditor", "administrator")


def person(standing: str, match):
    """The person of that standing; None for an anonymous visitor."""
    if standing == "anonymous":
        return None
    if standing in ROLES:
        return UserFactory(**{standing: True})
    user = UserFactory()
    own = {"department": match.wish.organisation, "vendor": match.solution.organisation}
    side, _, rank = standing.partition("_")
    if side in own:
        MembershipFactory(user=user, organisation=own[side], approver=rank == "approver")
    elif side == "other":
        MembershipFactory(
            user=user,
            organisation=OrganisationFactory(vendor=rank == "vendor"),
            role=Membership.Role.APPROVER,
        )
    return user
