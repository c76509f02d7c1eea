"""Who is verified, who waits to be, and who is invited."""

from functools import partial
from typing import TYPE_CHECKING, Any

from accounts import registering
from accounts import services as accounts
from accounts.joining import ask_to_join
from accounts.models import Organisation, Verification
from journal.models import Entry
from matching import services as matching
from solutions.models import Solution

if TYPE_CHECKING:
    from innoportal.demonstration.chapters import Told

VERIFIED, REGISTERED, ASKED, INVITED = -650, -5, -2, -3  # days
FIRST_NUMBER = 70000001  # business registration numbers, all invented


def vendors(told: "Told") -> None:
    """All were verified early, but for the last start-up, whose request waits; it invites a colleague."""
    rows = [one for one in told.cast.organisations.values() if one.is_vendor]
    companies = [one for one in rows if one.kind == Organisation.Kind.STARTUP]
    asking = companies[-1]
    Organisation.objects.filter(pk=asking.pk).update(is_confirmed=False)
    for number, organisation in enumerate(rows):
        day = ASKED if organisation == asking else VERIFIED
        told.story.at(day, partial(_ask, told, organisation, str(FIRST_NUMBER + number)))
        if organisation != asking:
            told.story.at(day, partial(_verify, told, organisation))
    approver = told.cast.approvers[asking.slug]
    told.story.at(
        INVITED,
        partial(accounts.invite, asking, by=approver, email="new.colleague@example.org", role="member"),
    )


def newcomers(told: "Told") -> None:
    """One registers what may be here already and says it is another; one asks to join what is here."""
    there = told.cast.organisations["liftsense"]
    register = partial(
        registering.register,
        by=told.cast.people["founder"],
        kind=Organisation.Kind.STARTUP,
        name_en="Lift Sense Laboratory Ltd (demonstration)",
        name_zh="梯察科技有限公司（示範）",
        seen=[one.pk for one in told.cast.organisations.values()],
    )
    told.story.at(REGISTERED, register)
    told.story.at(
        ASKED, partial(ask_to_join, there, by=told.cast.people["newcomer"], words="I joined in spring.")
    )


def _ask(told: "Told", organisation: Organisation, number: str) -> None:
    approver = told.cast.approvers.get(organisation.slug) or told.cast.members[organisation.slug]
    accounts.ask(organisation, by=approver, br_number=number, note="Invented for the demonstration.")


def _verify(told: "Told", organisation: Organisation) -> None:
    asked = Verification.objects.waiting().get(organisation=organisation)
    is_company = organisation.kind in (Organisation.Kind.STARTUP, Organisation.Kind.SME)
    checked: list[Any] = ["br", "company"] if is_company else ["statute", "site"]
    accounts.decide(asked, by=told.cast.people["office"], is_verified=True, checked=checked)


def advice() -> None:
    """What would make the solutions fit that were given back: the worker tells it in service."""
    given_back = (Solution.Status.RETURNED, Solution.Status.NOT_SUITABLE)
    for solution in Solution.objects.filter(status__in=given_back).order_by("pk"):
        rows = Entry.objects.about(solution).filter(verb__in=matching.GIVEN_BACK)
        if entry := rows.order_by("-at", "-pk").first():
            matching.advise(solution.pk, entry.pk)
