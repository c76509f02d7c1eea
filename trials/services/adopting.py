"""Who uses a solution says so: one of the organisation writes it, an approver there stands for it in public.

The vendor and its co-authors never do: neither as an organisation nor, for another one, as a person.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.joining import standing
from accounts.models import Organisation, User
from journal.clock import today
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, PARTY, bilingual, notify, party
from solutions.models import Solution
from trials.adopters import may_speak_for, seat_at
from trials.models import Confirmation, Report
from trials.services.writing import set_fields
from trials.workflow import CONFIRMATION
from wishes.endorsing import place_of

FIELDS = (
    *("in_use_since", "sites", "report", "scope_en", "scope_zh", "statement_en", "statement_zh"),
    "organisation",
)


@transaction.atomic
def propose_use(solution: Solution, *, by: User, organisation: Organisation, **fields: Any) -> Confirmation:
    """Put it before the approvers of the organisation.

    :raises IllegalTransition: the solution is not public (any more).
    :raises ValidationError: the organisation may not speak, has spoken, or a value does not fit.
    """
    organisation = standing(organisation)  # locked: of two who write at once, the second finds the first's
    held = _public(solution)
    if not may_speak_for(organisation.pk, by, held):
        raise ValidationError({"organisation": _("Only an organisation that uses it without offering it.")})
    if Confirmation.objects.standing().filter(solution=held, organisation=organisation).exists():
        raise ValidationError({"organisation": _("Your organisation has said so already.")})
    made = Confirmation(solution=held, created_by=by)
    _check(held, fields)
    set_fields(made, FIELDS, {**fields, "organisation": organisation})
    made.save(force_insert=True)
    entry = record(made, "propose", by=by)
    people = party(organisation.pk, approvers_only=True)
    notify(people, entry, "trials/mail/use_proposed", thing=made, why=DUTY, **_said(made))
    return made


def _check(solution: Solution, fields: dict[str, Any]) -> None:
    since, report = fields.get("in_use_since"), fields.get("report")
    if since and since > today():
        raise ValidationError({"in_use_since": _("This day has not come yet.")})
    if report is not None and not reports_of_solution(solution).filter(pk=report.pk).exists():
        raise ValidationError({"report": _("Choose a published report on this solution.")})


def reports_of_solution(solution: Solution) -> Any:
    """Those on which somebody may rely today."""
    stands = Report.objects.filter(status=Report.Status.PUBLISHED, trial__match__solution=solution)
    return stands.order_by("-published_at", "pk")


@transaction.atomic
def confirm_use(confirmation: Confirmation, *, by: User) -> Entry:
    """Stand for it under one's name: from now on everyone reads it.

    :raises PermissionDenied: they wrote it, are no approver there, or are of who offers the solution.
    :raises IllegalTransition: it does not wait any more, or what it relies on does not stand.
    """
    _public(confirmation.solution)
    held = _held(confirmation)
    if not CONFIRMATION["confirm"].allows(held):
        raise IllegalTransition(_("This cannot be done in its present state."))
    taken = seat_at(held, by)
    if taken is None:
        raise PermissionDenied(_("A second person confirms it, who may approve there."))
    if not may_speak_for(held.organisation_id, by, held.solution):
        raise PermissionDenied(_("Only an organisation that uses it without offering it."))
    if held.report and held.report.status == Report.Status.WITHDRAWN:
        raise IllegalTransition(_("The report that it relies on was withdrawn. Drop this and write it anew."))
    entry = CONFIRMATION["confirm"].apply(
        held, by=by, place=taken.place, confirmed_by=by, confirmed_at=timezone.now()
    )
    _on_the_solution(held, "confirm_use", by)
    _tell_authors(held, entry, "use_confirmed")
    return entry


@transaction.atomic
def drop_use(confirmation: Confirmation, *, by: User | None, reason: str = "") -> Entry:
    """It was never in public; now it never will be.

    :raises IllegalTransition: it does not wait any more.
    """
    return CONFIRMATION["drop"].apply(_held(confirmation), by=by, reason=reason)


@transaction.atomic
def end_use(confirmation: Confirmation, *, by: User | None, reason: str) -> Entry:
    """Stays in public as ended, with its day and the reason.

    :raises IllegalTransition: it is not in force; :raises ReasonRequired: there is no reason.
    """
    held, reason = _held(confirmation), reason.strip()
    entry = CONFIRMATION["end"].apply(
        held,
        by=by,
        reason=reason,
        place=place_of(by, held.organisation_id),
        ended_at=timezone.now(),
        ended_for=reason,
    )
    _on_the_solution(held, "end_use", by)
    _tell_authors(held, entry, "use_ended")
    if by is None or not by.is_member_of(held.organisation_id):
        people = party(held.organisation_id)
        notify(people, entry, "trials/mail/use_ended_for_us", thing=held, why=PARTY, **_said(held))
    return entry


def settle_merged(new: Organisation, old: Organisation, *, by: User, reason: str) -> None:
    """Of two that become one: nothing is said twice by it, and nothing of what it offers itself.

    What is confirmed goes before what waits, then the older before the newer.
    """
    rows = Confirmation.objects.standing().filter(organisation__in=(new, old)).for_rows()
    kept: set[int] = set()
    for one in rows.order_by("status", "pk"):
        authors = one.solution.author_ids()
        if one.solution_id not in kept and not {new.pk, old.pk} & {*authors}:
            kept.add(one.solution_id)
        elif one.status == Confirmation.Status.CONFIRMED:
            end_use(one, by=by, reason=reason)
        else:
            drop_use(one, by=by, reason=reason)


def _on_the_solution(confirmation: Confirmation, verb: str, by: User | None) -> None:
    """In the time line of the solution, under the name that the organisation had then."""
    details = {
        "confirmation": confirmation.pk,
        "organisation": bilingual(confirmation.organisation, "name"),
    }
    record(confirmation.solution, verb, by=by, details=details)


class Proof:
    """Where everyone reads it; the page of a confirmation is the organisation's own."""

    def __init__(self, solution: Solution) -> None:
        self.slug = solution.slug

    def get_absolute_url(self) -> str:
        return f"{reverse('trials:proof-of-solution', args=[self.slug])}#users"


def _tell_authors(confirmation: Confirmation, entry: Entry, template: str) -> None:
    people = party(*confirmation.solution.author_ids())
    page = Proof(confirmation.solution)
    notify(people, entry, f"trials/mail/{template}", thing=page, why=PARTY, **_said(confirmation))


def _said(confirmation: Confirmation) -> dict[str, Any]:
    return {
        "thing_title": bilingual(confirmation.solution, "title"),
        "organisation": bilingual(confirmation.organisation, "name"),
    }


def _public(solution: Solution) -> Solution:
    """Locked while it is listed.

    :raises IllegalTransition: it is not.
    """
    held = Solution.objects.select_for_update(of=("self",), no_key=True).get(pk=solution.pk)
    if not held.is_public:
        raise IllegalTransition(_("This solution is not listed."))
    return held


def _held(confirmation: Confirmation) -> Confirmation:
    """Of two who act at once, the second finds what the first did."""
    rows = Confirmation.objects.select_for_update(of=("self",)).for_rows()
    found: Confirmation = rows.get(pk=confirmation.pk)
    return found
