import rules

from accounts.models import Organisation, User
from accounts.roles import is_administrator


@rules.predicate
def approves_for(user: User, organisation: Organisation | None = None) -> bool:
    return organisation is not None and user.is_authenticated and user.is_approver_of(organisation.pk)


rules.add_perm("accounts.view_organisation", rules.always_allow)
rules.add_perm("accounts.manage_members_organisation", approves_for | is_administrator)
