"""Decisions on many answers at once: told beforehand to the letter, then made in one transaction.

The dry run is not that of the office's queue (`desk.bulk`, docs/adr/0042). That one rehearses rows that are
there, by a permission of the office, at most 100, each by itself. Here an answer has no row before somebody
decides on it, the department decides as well as the office, a call brings two hundred answers to be decided
in one go, and those are decided together or not at all: a vendor who was passed over in one half of a
decision would read of the other. What is foreseen is little enough to be foreseen truly, since it hangs on
the states alone; they are compared again, under a lock, before anything is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from accounts.models import Membership, User
from journal.grounds import told_reason
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from matching.models import Answer, Match
from matching.services.judging import shortlist
from matching.triage import Row, answers
from matching.workflow import ANSWERS
from notifications.outbox import DUTY, PARTY, bilingual, notify, party
from solutions.models import Solution
from solutions.services import ask_full
from solutions.workflow import WORKFLOW
from wishes.models import Call, Wish

Marks = Mapping[tuple[int, int], str]
COMPLETION = WORKFLOW["ask_full"]


class Stale(IllegalTransition):
    """Some of what was chosen is not as the page showed it; nothing has been done."""

    def __init__(self, message: str, rows: list[Row]) -> None:
        super().__init__(message)
        self.rows = rows


@dataclass(frozen=True)
class Plan:
    """What a verb would do to the answers that were chosen."""

    verb: str
    target: str
    moved: list[Row]
    staying: list[Row]  # the verb does not lead out of their state
    changed: list[Row]  # not as the page showed them
    told: int  # people

    @property
    def asked_in_full(self) -> list[Row]:
        """Expressions of interest whose vendors are asked for the full form."""
        return [row for row in self.moved if self.verb == "want" and is_to_be_completed(row.solution)]

    @property
    def organisations(self) -> int:
        return len({row.solution.organisation_id for row in self.moved})


def plan(call: Call, *, by: User, verb: str, marks: Marks) -> Plan:
    """A dry run: reads, writes nothing."""
    transition = ANSWERS[verb]
    chosen = [row for row in answers(call, by) if row.pair in marks]
    moved = [row for row in chosen if row.status in transition.sources]
    concerned = {row.solution.organisation_id for row in moved}
    people = Membership.objects.filter(organisation__in=concerned, user__is_active=True).exclude(user=by)
    return Plan(
        verb=verb,
        target=str(Answer.Status(transition.target).label),
        moved=moved,
        staying=[row for row in chosen if row.status not in transition.sources],
        changed=[row for row in chosen if row.status != marks[row.pair]],
        told=people.aggregate(count=Count("user", distinct=True))["count"] if verb in TOLD else 0,
    )


def is_to_be_completed(solution: Solution) -> bool:
    return solution.is_expression and COMPLETION.allows(solution)


TOLD = {"shortlist": PARTY, "want": DUTY, "decline": PARTY}  # to take a decision back is told by the next one


@transaction.atomic
def decide(
    call: Call, *, by: User, verb: str, marks: Marks, reason: str = "", ground: str = ""
) -> list[Entry]:
    """Do to all what the dry run said, or nothing.

    :raises Stale: somebody has decided on one of them since, or it was taken back.
    :raises ReasonRequired: the verb refuses and no reason was given.
    """
    rows = {row.pair: row for row in answers(call, by) if row.pair in marks}
    Answer.objects.bulk_create(
        [Answer(wish_id=wish, solution_id=solution) for wish, solution in rows], ignore_conflicts=True
    )
    pks = [one for _wish, one in rows]
    # Before the answers, as who hands a solution in does it.
    list(Solution.objects.filter(pk__in=pks).select_for_update(of=("self",), no_key=True).order_by("pk"))
    held = Answer.objects.filter(
        wish__in={wish for wish, _one in rows}, solution__in={one for _wish, one in rows}
    )
    # In one order: two who decide on the same answers wait for each other and do not lock each other out.
    locked = held.select_for_update(of=("self",)).select_related("wish", "solution").order_by("pk")
    chosen = [one for one in locked if (one.wish_id, one.solution_id) in rows]
    stale = [rows[pair] for one in chosen if marks[pair := (one.wish_id, one.solution_id)] != one.status]
    if stale or len(rows) < len(marks) or not chosen:
        raise Stale(str(len(stale)), stale)
    if ANSWERS[verb].needs_reason and not reason.strip():
        raise ReasonRequired("")
    entries = [ANSWERS[verb].apply(one, by=by, reason=reason, ground=ground) for one in chosen]
    for one, entry in zip(chosen, entries, strict=True):
        if verb == "want" and is_to_be_completed(one.solution):
            ask_full(one.solution, by=by, reason=reason)  # tells the vendor, whose clock runs from now on
        else:
            _tell(verb, one, entry)
    if verb == "shortlist":
        _shortlist_matches(chosen, by)
    return entries


def _tell(verb: str, answer: Answer, entry: Entry) -> None:
    """Its vendor: the department decides, and reads the list itself."""
    if verb not in TOLD:
        return
    notify(
        party(*answer.solution.author_ids()),
        entry,
        f"matching/mail/answer_{verb}",
        thing=answer.solution,
        why=TOLD[verb],
        wish_title=bilingual(answer.wish, "title"),
        wish_reference=answer.wish.reference or "",
        reason=told_reason(entry),
    )


def _shortlist_matches(chosen: list[Answer], by: User) -> None:
    """What the engine suggests of them goes on to the experts' shortlist with them."""
    matches = Match.objects.filter(
        wish__in={one.wish_id for one in chosen},
        wish__status__in=Wish.OPEN_TO_OFFERS,
        solution__in={one.solution_id for one in chosen},
        solution__status__in=Solution.PUBLIC,
        status=Match.Status.SUGGESTED,
    )
    for match in matches.select_related("wish", "solution").order_by("pk"):
        shortlist(match, by=by)
