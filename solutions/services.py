from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Role, User
from journal.models import Entry, next_reference
from journal.workflow import IllegalTransition, record
from notifications.outbox import followers, notify, party
from solutions import versions
from solutions.asking import departments_of
from solutions.models import Evidence, Solution
from solutions.workflow import WORKFLOW
from topics.models import Topic


@transaction.atomic
def create(
    *,
    by: User,
    organisation: Organisation,
    author: User | None = None,
    topics: Iterable[Topic] = (),
    evidence: Iterable[Mapping[str, Any]] = (),
    **fields: Any,
) -> Solution:
    """Begin a draft, which only the vendor sees; `author` is who wrote it, where `by` only keeps it.

    :raises ValidationError: the organisation is none that offers solutions.
    """
    if not organisation.is_vendor:
        raise ValidationError(_("Only a vendor can offer a solution."))
    solution = Solution.objects.create(organisation=organisation, created_by=author or by, **fields)
    solution.topics.set(topics)
    _replace_evidence(solution, evidence)
    record(solution, "create", by=by)
    return solution


@transaction.atomic
def update(
    solution: Solution,
    *,
    by: User,
    topics: Iterable[Topic] | None = None,
    evidence: Iterable[Mapping[str, Any]] | None = None,
    **fields: Any,
) -> Solution:
    """Change the text; the rows of `evidence`, where given, take the place of those before.

    :raises IllegalTransition: it is with the portal office now, or its life is over.
    """
    held = Solution.objects.select_for_update(of=("self",)).get(pk=solution.pk)
    if held.status not in Solution.EDITABLE:
        raise IllegalTransition(_("This cannot be changed in its present state."))
    versions.keep_first(held)
    changed = _rewrite(solution, held, fields, topics, evidence)
    versions.keep(solution, record(solution, "edit", by=by, details={"fields": changed}))
    return solution


def _rewrite(
    solution: Solution,
    held: Solution,
    fields: Mapping[str, Any],
    topics: Iterable[Topic] | None,
    evidence: Iterable[Mapping[str, Any]] | None,
) -> list[str]:
    """Write into its locked row; returns which columns say something else now."""
    changed = sorted(name for name, value in fields.items() if getattr(held, name) != value)
    for name, value in fields.items():
        setattr(solution, name, value)
    solution.refresh_from_db(fields=["status"])
    solution.updated_at = timezone.now()
    solution.save(update_fields=[*fields, "updated_at"])
    if topics is not None:
        solution.topics.set(topics)
    if evidence is not None:
        _replace_evidence(solution, evidence)
    return changed


def _replace_evidence(solution: Solution, rows: Iterable[Mapping[str, Any]]) -> None:
    solution.evidence.all().delete()
    Evidence.objects.bulk_create(Evidence(solution=solution, **row) for row in rows)


@transaction.atomic
def submit(solution: Solution, *, by: User) -> None:
    """Hand it in: the portal office must screen it, and the vendor's people know that it arrived.

    :raises ValidationError: nobody could judge it, since it does not say what it does.
    """
    if not (solution.summary_en or solution.summary_zh):
        raise ValidationError(_("Say what the solution does before you hand it in."))
    entry = WORKFLOW["submit"].apply(solution, by=by, details=_form_of(solution))
    _handed_in(solution, entry)


@transaction.atomic
def complete(
    solution: Solution,
    *,
    by: User,
    topics: Iterable[Topic] | None = None,
    evidence: Iterable[Mapping[str, Any]] | None = None,
    **fields: Any,
) -> None:
    """Hand in the full form of what was an expression of interest, asked for or not.

    :raises IllegalTransition: it is none, is not handed in, or its life is over.
    """
    held = Solution.objects.select_for_update(of=("self",)).get(pk=solution.pk)
    if not held.is_expression or held.status not in Solution.COMPLETABLE:
        raise IllegalTransition(_("This cannot be changed in its present state."))
    changed = _rewrite(solution, held, {**fields, "is_expression": False}, topics, evidence)
    entry = WORKFLOW["complete"].apply(solution, by=by, details={"fields": changed})
    _handed_in(solution, entry)


@transaction.atomic
def ask_full(solution: Solution, *, by: User, reason: str) -> None:
    """Ask the vendor for the full form of an expression of interest, and say what must be in it.

    :raises IllegalTransition: it is no expression of interest, or was asked for already.
    """
    if not solution.is_expression:
        raise IllegalTransition(_("The full form is here already."))
    entry = WORKFLOW["ask_full"].apply(solution, by=by, reason=reason)
    _tell_vendor(solution, entry, "solutions/mail/asked_in_full")


def _form_of(solution: Solution) -> dict[str, Any]:
    return {"form": "expression"} if solution.is_expression else {}


def _handed_in(solution: Solution, entry: Entry) -> None:
    """The office has a duty, the vendor knows that it arrived, the departments that it is for them."""
    office = User.objects.with_role(Role.OFFICE)
    notify(office, entry, "solutions/mail/submitted", thing=solution, why="duty")
    _tell_vendor(solution, entry, "solutions/mail/received")
    is_expression = solution.is_expression
    for organisation_id in sorted(departments_of(solution)):
        people = party(organisation_id)
        notify(
            people, entry, "solutions/mail/answers", thing=solution, why="party", is_expression=is_expression
        )


@transaction.atomic
def acknowledge(solution: Solution, *, by: User) -> None:
    """The office has it in hand; the vendor is told that the clock runs."""
    entry = WORKFLOW["acknowledge"].apply(solution, by=by)
    _tell_vendor(solution, entry, "solutions/mail/acknowledged")


@transaction.atomic
def return_(solution: Solution, *, by: User, reason: str, ground: str = "") -> None:
    """Back to the vendor, with the questions that are open."""
    entry = WORKFLOW["return"].apply(solution, by=by, reason=reason, ground=ground)
    _tell_vendor(solution, entry, "solutions/mail/returned")


@transaction.atomic
def list_(solution: Solution, *, by: User) -> None:
    """Show it to everyone under its public number, and tell those who follow its topics or its vendor.

    :raises IllegalTransition: it is an expression of interest.
    """
    if solution.is_expression:
        raise IllegalTransition(_("An expression of interest is not listed. Ask for the full form first."))
    entry = WORKFLOW["list"].apply(
        solution,
        by=by,
        reference=solution.reference or next_reference("S"),
        listed_at=timezone.now(),
        expires_on=_listed_until(),
    )
    versions.keep(solution, entry)
    _tell_vendor(solution, entry, "solutions/mail/listed")
    authors = Organisation.objects.filter(pk__in=solution.author_ids())
    interested = followers(solution, *authors, *solution.topics.all())
    notify(interested, entry, "solutions/mail/new", thing=solution, why="follow", **_names(solution))


@transaction.atomic
def admit(solution: Solution, *, by: User | None, reason: str) -> None:
    """List at once what another list had screened: every step is in the journal, and nobody is told of it."""
    WORKFLOW["submit"].apply(solution, by=by, reason=reason)
    WORKFLOW["acknowledge"].apply(solution, by=by, reason=reason)
    entry = WORKFLOW["list"].apply(
        solution,
        by=by,
        reason=reason,
        reference=solution.reference or next_reference("S"),
        listed_at=timezone.now(),
        expires_on=_listed_until(),
    )
    versions.keep(solution, entry)


@transaction.atomic
def refuse(solution: Solution, *, by: User, reason: str, ground: str = "") -> None:
    """Not suitable for trial; the vendor reads why."""
    entry = WORKFLOW["refuse"].apply(solution, by=by, reason=reason, ground=ground)
    _tell_vendor(solution, entry, "solutions/mail/refused")


@transaction.atomic
def reconsider(solution: Solution, *, by: User, reason: str) -> None:
    """Screen once more what was refused."""
    entry = WORKFLOW["reconsider"].apply(solution, by=by, reason=reason)
    _tell_vendor(solution, entry, "solutions/mail/reconsidered")


@transaction.atomic
def withdraw(solution: Solution, *, by: User, reason: str, ground: str = "") -> None:
    """Take it back for good; whoever followed it or had it in hand learns why."""
    was = solution.status
    entry = WORKFLOW["withdraw"].apply(solution, by=by, reason=reason, ground=ground)
    _tell_vendor(solution, entry, "solutions/mail/withdrawn")
    if was in Solution.PUBLIC:
        _tell_followers(solution, entry, "solutions/mail/withdrawn")
    if was in (Solution.Status.SUBMITTED, Solution.Status.SCREENING):
        office = User.objects.with_role(Role.OFFICE)
        notify(office, entry, "solutions/mail/withdrawn", thing=solution, why="duty")


@transaction.atomic
def expire(solution: Solution, *, by: User | None = None) -> None:
    """End a listing; the vendor may renew it."""
    entry = WORKFLOW["expire"].apply(solution, by=by)
    _tell_vendor(solution, entry, "solutions/mail/expired")
    _tell_followers(solution, entry, "solutions/mail/ended")


@transaction.atomic
def renew(solution: Solution, *, by: User) -> None:
    """List it again under the number that it had."""
    entry = WORKFLOW["renew"].apply(solution, by=by, expires_on=_listed_until())
    versions.keep(solution, entry)
    _tell_followers(solution, entry, "solutions/mail/relisted")


def expire_lapsed() -> int:
    """End every listing whose time is over; a row that another worker took is left to it."""
    ended = 0
    for solution in Solution.objects.lapsed().order_by("pk"):
        try:
            expire(solution)
        except IllegalTransition:
            continue
        ended += 1
    return ended


def _listed_until() -> date:
    return timezone.localdate() + timedelta(days=settings.SOLUTION_LISTED_DAYS)


def _tell_vendor(solution: Solution, entry: Entry, template: str) -> None:
    """And its co-authors."""
    notify(party(*solution.author_ids()), entry, template, thing=solution, why="party")


def _tell_followers(solution: Solution, entry: Entry, template: str) -> None:
    """Who follows this solution itself, with an account or without one; of what was public."""
    notify(followers(solution), entry, template, thing=solution, why="follow")


def _names(solution: Solution) -> dict[str, Any]:
    vendor = solution.organisation
    return {"organisation": {"en": vendor.name_en, "zh": vendor.name_zh}}
