"""The department's own yes: in as many steps as it has set, each by people who stand for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from accounts.models import Membership, Organisation, Place, Role, User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from notifications.outbox import DUTY, PARTY, notify, party
from wishes.models import Endorsement, EndorsementStep, Wish
from wishes.stand import Seat, Stand, Step, refusal, seat, stand_of
from wishes.workflow import WORKFLOW

MOST = 5  # steps of one organisation


@dataclass(frozen=True)
class StepPlan:
    """A step as an approver wants it."""

    kind: str
    name_en: str
    name_zh: str
    needed: int = 1
    people: Sequence[User] = field(default=())


@transaction.atomic
def endorse(wish: Wish, *, by: User | None, reason: str = "", seen: str = "", quiet: bool = False) -> Entry:
    """Stand for it; with the last yes of the last step the portal office screens it next.

    `seen` is the mark of the step that the person was shown: a yes counts for no other.

    :raises PermissionDenied: they may not say yes in this step.
    :raises IllegalTransition: it does not wait for endorsement, or waits in another step by now.
    """
    if by is None:  # the portal itself brings in what was endorsed elsewhere
        return _pass_on(wish, None, reason, Seat(), {}, quiet)
    held = Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    if not WORKFLOW["endorse"].allows(held):
        raise IllegalTransition(_("This cannot be done in its present state."))
    stand = stand_of(held)
    if seen and seen != stand.mark:
        raise IllegalTransition(
            _("Someone else was quicker: it waits in another step now. Look at it again.")
        )
    place = seat(by, stand)
    if place is None:
        raise PermissionDenied(refusal(by, stand))
    step = stand.step or Step()
    _keep(held, stand, step, by, place, reason)
    details = {"round": stand.round, "step": str(step.name)}
    if stand_of(held).step is None:
        return _pass_on(wish, by, reason, place, details, quiet)
    entry = record(wish, "agree", by=by, reason=reason, details=details, place=place.place)
    if stand.missing(step) == 1:  # that was its last
        ask_next(wish, entry, template="wishes/mail/endorse_step")
    return entry


def _keep(wish: Wish, stand: Stand, step: Step, by: User, taken: Seat, words: str) -> None:
    place = taken.place
    Endorsement.objects.create(
        wish=wish,
        round=stand.round,
        step_id=step.pk,
        person=by,
        in_place_of_id=place.giver if place else None,
        place=place.kind if place else "",
        words=words.strip(),
    )


def _pass_on(
    wish: Wish, by: User | None, reason: str, taken: Seat, details: dict[str, Any], quiet: bool
) -> Entry:
    entry = WORKFLOW["endorse"].apply(
        wish, by=by, reason=reason, endorsed_at=timezone.now(), details=details, place=taken.place
    )
    if not quiet:
        notify(User.objects.with_role(Role.OFFICE), entry, "wishes/mail/endorse", thing=wish, why=DUTY)
    return entry


def ask_next(wish: Wish, entry: Entry, *, template: str = "wishes/mail/submit") -> None:
    """Tell those who may say yes in the step that waits."""
    stand = stand_of(wish)
    if stand.step is not None and stand.step.committee is not None:
        people = party(wish.organisation_id).filter(pk__in=stand.step.committee)
    else:
        people = party(wish.organisation_id, approvers_only=True)
    notify(people.exclude(pk__in=stand.barred | stand.voices), entry, template, thing=wish, why=DUTY)


@transaction.atomic
def send_back(wish: Wish, *, by: User, reason: str, ground: str = "") -> Entry:
    """The department wants it changed before it leaves; handed in again, it begins with the first step."""
    # Held until it is sent back: whose turn it is may change with every yes.
    stand = stand_of(Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk))
    if not by.is_approver_of(wish.organisation_id) and not by.is_superuser:
        step = stand.step
        if step is None or step.committee is None or by.pk not in step.committee:
            raise PermissionDenied(refusal(by, stand))
    entry = WORKFLOW["send_back"].apply(
        wish,
        by=by,
        reason=reason,
        ground=ground,
        place=place_of(by, wish.organisation_id),
        details={"round": stand.round},
    )
    notify(party(wish.organisation_id), entry, "wishes/mail/send_back", thing=wish, why=PARTY)
    return entry


def place_of(user: User | None, organisation_id: int) -> Place | None:
    """In whose place a person does what only approvers may; None for who is one."""
    return next(iter(user.places_in(organisation_id)), None) if user else None


@transaction.atomic
def set_steps(organisation: Organisation, *, by: User, plans: Sequence[StepPlan]) -> Entry | None:
    """Decide how many steps a wish of the organisation takes; none: one second person. None: as they are.

    What has been handed in is judged by the steps of that moment.

    :raises ValidationError: a step that nobody could ever pass, named by its number.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    _check(organisation, plans)
    now = timezone.now()
    old = EndorsementStep.objects.in_force().filter(organisation=organisation).order_by("position")
    before = [_described(step, step.people.all()) for step in old.prefetch_related("people")]
    after = [_described(plan, plan.people) for plan in plans]
    if before == after:
        return None
    old.update(ended_at=now)
    for position, plan in enumerate(plans, 1):
        step = EndorsementStep.objects.create(
            organisation=organisation, position=position, kind=plan.kind, needed=plan.needed,
            name_en=plan.name_en, name_zh=plan.name_zh, begun_at=now,
        )  # fmt: skip
        step.people.set(plan.people)
    return record(organisation, "set_steps", by=by, details={"before": before, "steps": after})


def _described(step: EndorsementStep | StepPlan, people: Iterable[User]) -> dict[str, Any]:
    """As the journal keeps it: readable when the people are gone."""
    return {
        "kind": str(step.kind),
        "name": {"en": step.name_en, "zh": step.name_zh},
        "needed": step.needed,
        "people": sorted(([person.pk, person.name] for person in people), key=str),
    }


def _check(organisation: Organisation, plans: Sequence[StepPlan]) -> None:
    if len(plans) > MOST:
        raise ValidationError(_("At most %(count)s steps.") % {"count": MOST})
    people = party(organisation.pk)
    members = set(people.values_list("pk", flat=True))
    # A deputy adds nobody: who takes a place and who gave it are one voice.
    own = people.filter(memberships__organisation=organisation, memberships__role=Membership.Role.APPROVER)
    approvers = set(own.values_list("pk", flat=True))
    seats: list[set[int]] = []
    for number, plan in enumerate(plans, 1):
        able = approvers
        if plan.kind == EndorsementStep.Kind.COMMITTEE:
            able = {person.pk for person in plan.people}
            if able - members:
                raise ValidationError(
                    _("Step %(number)s: only members of the organisation sit on its committee.")
                    % {"number": number}
                )
        free = _filled([*seats, *[able] * min(plan.needed, len(able))]) - len(seats)
        if plan.needed > free:
            raise ValidationError(
                _("Step %(number)s asks for %(needed)s people, and only %(able)s could agree.")
                % {"number": number, "needed": plan.needed, "able": free}
            )
        seats += [able] * plan.needed


def _filled(seats: Sequence[set[int]]) -> int:
    """How many of the seats different people could take, since nobody speaks twice in a round."""
    people = sorted(set().union(*seats))
    if not people:
        return 0
    fits = csr_matrix([[person in able for person in people] for able in seats])
    return int((maximum_bipartite_matching(fits, perm_type="column") >= 0).sum())
