"""Co-authors: the vendor asks another organisation, which accepts, declines, or leaves again later."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.joining import standing
from accounts.models import Organisation, User
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, record
from notifications.outbox import DUTY, PARTY, bilingual, notify, party
from solutions.models import CoAuthor, Solution, forget

MOST = 10  # of one solution


@transaction.atomic
def invite(solution: Solution, *, by: User, organisation: Organisation, may_edit: bool = False) -> CoAuthor:
    """Ask an organisation to stand for the solution too; nobody reads its name there before it accepts.

    :raises IllegalTransition: the solution's life is over.
    :raises ValidationError: it is the vendor's own, none that offers solutions, or named already.
    """
    organisation = standing(organisation)
    held = _hold(solution)
    if organisation.pk == held.organisation_id or not organisation.is_vendor:
        raise ValidationError(
            {"organisation": _("Name another organisation that offers solutions, such as a university.")}
        )
    there = set(held.coauthors.values_list("organisation_id", flat=True))
    if organisation.pk in there:
        raise ValidationError({"organisation": _("This organisation is named already.")})
    if len(there) >= MOST:
        raise ValidationError(_("A solution has ten co-authors at most."))
    made = CoAuthor.objects.create(solution=held, organisation=organisation, may_edit=may_edit, invited_by=by)
    entry = _record(made, "invite_coauthor", by)
    people = party(organisation.pk, approvers_only=True)
    _tell(made, entry, people, "coauthor_invited", why=DUTY, name=held.organisation)
    return made


@transaction.atomic
def accept(coauthor: CoAuthor, *, by: User) -> None:
    """From now on it is named, and its members read and hear what the vendor's do.

    :raises IllegalTransition: it was answered or taken back a moment ago, or the solution's life is over.
    """
    held = _held(coauthor, is_accepted=False)
    if held.solution.status not in Solution.LIVING:
        raise IllegalTransition(_("This cannot be done in its present state."))
    held.accepted_at = timezone.now()
    held.save(update_fields=["accepted_at"])
    forget(by)
    _tell_vendor(held, _record(held, "accept_coauthor", by), "coauthor_accepted")


@transaction.atomic
def decline(coauthor: CoAuthor, *, by: User, reason: str) -> None:
    """
    :raises IllegalTransition: it was answered or taken back a moment ago.
    :raises ReasonRequired: the vendor reads why.
    """
    held = _held(coauthor, is_accepted=False)
    entry = _record(held, "decline_coauthor", by, _said(reason))
    _tell_vendor(held, entry, "coauthor_declined")
    held.delete()


@transaction.atomic
def leave(coauthor: CoAuthor, *, by: User, reason: str) -> None:
    """It stands for the solution no more.

    :raises IllegalTransition: it is no co-author (any more).
    :raises ReasonRequired: the vendor reads why.
    """
    held = _held(coauthor, is_accepted=True)
    entry = _record(held, "leave_coauthor", by, _said(reason))
    _tell_vendor(held, entry, "coauthor_left")
    held.delete()
    forget(by)


@transaction.atomic
def remove(coauthor: CoAuthor, *, by: User, reason: str) -> None:
    """The vendor takes an organisation out, or its invitation back.

    :raises IllegalTransition: it left, or declined, a moment ago.
    :raises ReasonRequired: the organisation reads why.
    """
    held = _held(coauthor)
    entry = _record(held, "remove_coauthor", by, _said(reason))
    people = party(held.organisation_id, approvers_only=held.accepted_at is None)
    _tell(held, entry, people, "coauthor_removed", why=PARTY, name=held.solution.organisation, page=Desk())
    held.delete()


@transaction.atomic
def change(coauthor: CoAuthor, *, by: User, may_edit: bool) -> None:
    """Whether its members may change the text; nothing is written where nothing changes.

    :raises IllegalTransition: it left, or declined, a moment ago.
    """
    held = _held(coauthor)
    if held.may_edit == may_edit:
        return
    held.may_edit = may_edit
    held.save(update_fields=["may_edit"])
    _record(held, "change_coauthor", by)


def _hold(solution: Solution) -> Solution:
    """Locked to the end of the transaction, while it lives."""
    rows = Solution.objects.select_for_update(of=("self",)).select_related("organisation")
    held = rows.get(pk=solution.pk)
    if held.status not in Solution.LIVING:
        raise IllegalTransition(_("This cannot be done in its present state."))
    return held


def _held(coauthor: CoAuthor, *, is_accepted: bool | None = None) -> CoAuthor:
    """Its locked row, as the verb needs it; of two who answer at once the second finds it answered."""
    rows = CoAuthor.objects.select_for_update(of=("self",))
    held = rows.select_related("organisation", "solution__organisation").filter(pk=coauthor.pk).first()
    if held is None or (is_accepted is not None and (held.accepted_at is not None) != is_accepted):
        raise IllegalTransition(_("This was answered or taken back already."))
    return held


def _said(reason: str) -> str:
    """
    :raises ReasonRequired: nothing is said.
    """
    if not reason.strip():
        raise ReasonRequired(_("Say why: the other side reads your reason."))
    return reason.strip()


def _record(coauthor: CoAuthor, verb: str, by: User, reason: str = "") -> Entry:
    """In the journal of the solution, under the name that the organisation had then."""
    details = {
        "coauthor": coauthor.organisation_id,
        "organisation": bilingual(coauthor.organisation, "name"),
        "may_edit": coauthor.may_edit,
    }
    return record(coauthor.solution, verb, by=by, reason=reason, details=details)


def _tell_vendor(coauthor: CoAuthor, entry: Entry, template: str) -> None:
    people = party(coauthor.solution.organisation_id)
    notify(
        people, entry, f"solutions/mail/{template}",
        thing=coauthor.solution, why=PARTY, organisation=bilingual(coauthor.organisation, "name"),
    )  # fmt: skip


class Desk:
    """Where who may open nothing of it any more goes on."""

    def get_absolute_url(self) -> str:
        return reverse("workspace")


def _tell(
    coauthor: CoAuthor,
    entry: Entry,
    people: Any,
    template: str,
    *,
    why: str,
    name: Organisation,
    page: Any = None,
) -> None:
    """The other organisation, which may not open the solution itself."""
    said = {
        "thing_title": bilingual(coauthor.solution, "title"),
        "organisation": bilingual(name, "name"),
        "may_edit": coauthor.may_edit,
    }
    notify(people, entry, f"solutions/mail/{template}", thing=page or coauthor, why=why, **said)
