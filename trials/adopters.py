"""Who may say that an organisation uses a solution, and who may stand for it."""

from accounts.models import Organisation, User
from accounts.roles import organisations_of
from solutions.models import Solution
from trials.models import Confirmation
from wishes.stand import Seat, Stand, Step, seat

KNOWN_KINDS = (Organisation.Kind.DEPARTMENT, Organisation.Kind.PUBLIC_BODY)


def may_speak(user: User, solution: Solution) -> list[Organisation]:
    """For which of their organisations a person may say that it uses this; none for who offers it."""
    if not user.is_authenticated or not user.membership_roles or solution.has_author(user):
        return []
    able = [one for one in organisations_of(user) if _is_known(one)]
    authors = solution.author_ids() if able else []
    return [one for one in able if one.pk not in authors]


def may_speak_for(organisation_id: int, user: User, solution: Solution) -> bool:
    return any(one.pk == organisation_id for one in may_speak(user, solution))


def _is_known(organisation: Organisation) -> bool:
    """A department or public body, or another organisation that the portal office has verified."""
    is_known = organisation.kind in KNOWN_KINDS or organisation.is_confirmed
    return is_known and organisation.merged_into_id is None


def seat_at(confirmation: Confirmation, user: User) -> Seat | None:
    """As with the endorsement of a wish: an approver, never the writer nor who takes the writer's place."""
    barred = frozenset({confirmation.created_by_id})
    return seat(user, Stand(confirmation.organisation_id, barred, round=1, steps=(Step(),), given=()))
