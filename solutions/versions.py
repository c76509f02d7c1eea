"""Each text that a listed solution has had."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from innoportal.lib.writing.answers import Answers
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, record
from notifications.outbox import PARTY, notify, party
from solutions.answers import CONFIDENTIAL, answers_of
from solutions.models import Solution, Version, coauthored
from solutions.story import AUTHORS


def keep(solution: Solution, entry: Entry) -> None:
    """What it says now, if it is listed and says something else than its last version; within its lock.

    Read afresh: what a colleague changed a moment ago is not in the instance at hand.
    """
    if not solution.is_public:
        return
    for is_confidential, said in _parts(Solution.objects.get(pk=solution.pk)).items():
        last = Version.objects.of(solution, is_confidential=is_confidential).first()
        if said == (last.said if last else {}):
            continue
        Version.objects.create(
            solution=solution,
            is_confidential=is_confidential,
            number=last.number + 1 if last else 1,
            at=entry.at,
            verb=entry.verb,
            by_id=entry.actor_id,
            actor_name=entry.actor_name,
            capacity=entry.capacity,
            said=said,
        )


def keep_first(solution: Solution) -> None:
    """Before the first change of what was listed without versions: as it stood since then."""
    if not solution.is_public or Version.objects.filter(solution=solution).exists():
        return
    Version.objects.bulk_create(
        Version(
            solution=solution,
            is_confidential=is_confidential,
            number=1,
            at=solution.listed_at or solution.created_at,
            verb="list",
            capacity="vendor",
            said=said,
        )
        for is_confidential, said in _parts(solution).items()
        if said
    )


def _parts(solution: Solution) -> dict[bool, Answers]:
    said = answers_of(solution)
    return {
        False: {name: value for name, value in said.items() if name not in CONFIDENTIAL},
        True: {name: value for name, value in said.items() if name in CONFIDENTIAL},
    }


@transaction.atomic
def hide(version: Version, *, by: User, reason: str) -> None:
    """Take what was published by mistake out of everyone's sight; everyone reads that, and why.

    Row and journal keep it. The text that is listed now is not hidden so: it is changed first.

    :raises IllegalTransition: it is hidden already, or is what the solution says now.
    :raises ReasonRequired: no reason was given.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonRequired(_("Say why: everyone who looks for this version reads your reason."))
    solution = Solution.objects.select_for_update(of=("self",)).get(pk=version.solution_id)
    rows = Version.objects.of(solution, is_confidential=version.is_confidential)
    if solution.is_public and not rows.filter(number__gt=version.number).exists():
        raise IllegalTransition(
            _("This is what the solution says now. Change its text, then hide this version.")
        )
    hidden = Version.objects.shown().filter(pk=version.pk)
    if not hidden.update(hidden_at=timezone.now(), hidden_for=reason[:500]):
        raise IllegalTransition(_("This version is hidden already."))
    entry = record(solution, "hide_version", by=by, reason=reason, details={"version": version.number})
    people = party(solution.organisation_id)
    notify(people, entry, "solutions/mail/version_hidden", thing=solution, why=PARTY, version=version.number)


def reads_hidden(user: User, version: Version) -> bool:
    """Its authors, and who watches over the portal."""
    return user.has_perm("solutions.view_history_solution", version.solution)


def knows_names(user: User, version: Version) -> bool:
    """As in a time line: the authors read the names of their own people, the portal's people all of them."""
    if not user.is_authenticated:
        return False
    if user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR):
        return True
    is_author = user.is_member_of(version.solution.organisation_id) or version.solution_id in coauthored(user)
    return version.capacity in AUTHORS and is_author
