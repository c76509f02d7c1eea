import rules

from accounts.models import Membership, Organisation, User
from accounts.roles import is_administrator, is_auditor, is_office


@rules.predicate
def approves_for(user: User, organisation: Organisation | None = None) -> bool:
    """Of their own right: who only takes an approver's place hands it on to nobody and lets nobody in."""
    return organisation is not None and user.is_authenticated and user.is_own_approver_of(organisation.pk)


@rules.predicate
def has_no_approver(user: User, organisation: Organisation | None = None) -> bool:
    """Nobody who can sign in lets people in there: the portal office does."""
    if organisation is None:
        return False
    approvers = organisation.memberships.filter(role=Membership.Role.APPROVER, user__is_active=True)
    return not approvers.exists()


@rules.predicate
def is_themselves(user: User, person: User | None = None) -> bool:
    return person is not None and user.is_authenticated and user.pk == person.pk


@rules.predicate
def is_no_staff(user: User, person: User | None = None) -> bool:
    """Whom the portal gave nothing to do: else an administrator takes it from them."""
    return person is not None and not (person.roles or person.is_staff or person.is_superuser)


rules.add_perm("accounts.view_organisation", rules.always_allow)
rules.add_perm("accounts.verify_organisation", is_office | is_administrator)
rules.add_perm("accounts.manage_members_organisation", approves_for | is_administrator)
rules.add_perm(
    "accounts.answer_join_organisation", approves_for | is_administrator | (is_office & has_no_approver)
)
rules.add_perm("accounts.judge_alike", is_office | is_administrator)
rules.add_perm("accounts.close_for_others", is_office | is_administrator)
rules.add_perm("accounts.close_user", is_themselves | is_administrator | (is_office & is_no_staff))
rules.add_perm("accounts.view_sign_ins", is_auditor | is_administrator)
