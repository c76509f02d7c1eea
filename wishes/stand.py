"""How far the endorsement of a wish is, and who may say yes next: read at once for any number of wishes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Place, User
from innoportal.languages import phrase
from journal.models import Entry
from wishes.models import Endorsement, EndorsementStep, Wish

SECOND_PERSON = gettext_lazy("A second person of the department")


@dataclass(frozen=True)
class Step:
    """A step as it was when the wish was handed in; without a number: what holds where none are set."""

    pk: int | None = None
    name: Any = SECOND_PERSON
    committee: frozenset[int] | None = None  # its people; None: any approver of the organisation
    needed: int = 1


@dataclass(frozen=True)
class Stand:
    """One round of endorsement."""

    organisation: int
    barred: frozenset[int]  # who wrote it or handed it in
    round: int
    steps: tuple[Step, ...]
    given: tuple[Endorsement, ...]

    def given_in(self, step: Step) -> list[Endorsement]:
        return [one for one in self.given if one.step_id == step.pk]

    def missing(self, step: Step) -> int:
        return max(0, step.needed - len(self.given_in(step)))

    @property
    def step(self) -> Step | None:
        """The one that waits; None when all are done."""
        return next((step for step in self.steps if self.missing(step)), None)

    @property
    def mark(self) -> str:
        """Which step of which round a page was showing."""
        return f"{self.round}-{(self.step and self.step.pk) or 0}"

    @property
    def voices(self) -> frozenset[int]:
        """Who has said yes in this round, or had it said in their place."""
        return frozenset(pk for one in self.given for pk in (one.person_id, one.in_place_of_id) if pk)


@dataclass(frozen=True)
class Seat:
    """A person may say yes now: of their own right, or in somebody's place."""

    place: Place | None = None


def seat(user: User, stand: Stand) -> Seat | None:
    """None for who may not: nobody speaks twice, nor for their own wish, nor through a deputy."""
    spent, step = stand.barred | stand.voices, stand.step
    if step is None or user.pk in spent:
        return None
    if step.committee is not None:
        return Seat() if user.pk in step.committee and user.is_member_of(stand.organisation) else None
    if user.is_own_approver_of(stand.organisation):
        return Seat()
    free = (place for place in user.places_in(stand.organisation) if place.giver not in spent)
    return next((Seat(place) for place in free), None)


def refusal(user: User, stand: Stand) -> str:
    """Why this person has no seat."""
    if user.pk in stand.barred:
        return _("A second person must endorse it: not who wrote it or handed it in.")
    if user.pk in stand.voices:
        return _("You have endorsed it already, or somebody did in your place. Another person must agree.")
    if user.places_in(stand.organisation):
        return _(
            "In whose place you act, they wrote it, handed it in or endorsed it. Another person must agree."
        )
    if stand.step is not None and stand.step.committee is not None:
        return _("It waits for the people of: %(step)s.") % {"step": stand.step.name}
    return _("Only an approver of the department may endorse its wish.")


def stand_of(wish: Wish) -> Stand:
    return stands([wish])[wish.pk]


def stands(wishes: Iterable[Wish]) -> dict[int, Stand]:
    """Four queries, however many wishes."""
    wishes = list(wishes)
    handed_in = _handed_in(wishes)
    steps = _steps({wish.organisation_id for wish in wishes})
    given: dict[int, list[Endorsement]] = defaultdict(list)
    for one in (
        Endorsement.objects.filter(wish__in=wishes).select_related("person", "in_place_of").order_by("pk")
    ):
        given[one.wish_id].append(one)
    found = {}
    for wish in wishes:
        rounds = handed_in.get(wish.pk, [])
        number, (submitter, at) = max(1, len(rounds)), rounds[-1] if rounds else (None, timezone.now())
        found[wish.pk] = Stand(
            organisation=wish.organisation_id,
            barred=frozenset({wish.created_by_id} | ({submitter} if submitter else set())),
            round=number,
            steps=_known_at(steps[wish.organisation_id], at) or (Step(),),
            given=tuple(one for one in given[wish.pk] if one.round == number),
        )
    return found


def _handed_in(wishes: list[Wish]) -> dict[int, list[tuple[int | None, datetime]]]:
    """Of each wish who handed it in and when, as the journal has it: each time begins a round."""
    rows = Entry.objects.filter(noun="wishes.wish", object_id__in=[wish.pk for wish in wishes], verb="submit")
    found = defaultdict(list)
    for pk, actor, at in rows.order_by("pk").values_list("object_id", "actor_id", "at"):
        found[pk].append((actor, at))
    return found


def _steps(organisations: set[int]) -> dict[int, list[EndorsementStep]]:
    found = defaultdict(list)
    rows = EndorsementStep.objects.filter(organisation__in=organisations).order_by("position", "pk")
    for step in rows.prefetch_related("people"):
        found[step.organisation_id].append(step)
    return found


def _known_at(steps: list[EndorsementStep], at: datetime) -> tuple[Step, ...]:
    held = [one for one in steps if one.begun_at <= at and (one.ended_at is None or one.ended_at > at)]
    return tuple(step_of(one) for one in held)


def step_of(step: EndorsementStep) -> Step:
    people = frozenset(person.pk for person in step.people.all())
    is_committee = step.kind == EndorsementStep.Kind.COMMITTEE
    return Step(step.pk, phrase(step.name_en, step.name_zh), people if is_committee else None, step.needed)


def committees_of(user: User) -> list[int]:
    """Organisations on whose endorsing committees this person sits or sat; asked once for each request."""
    if not hasattr(user, "_committees"):
        sat = EndorsementStep.objects.filter(people=user.pk).values_list("organisation_id", flat=True)
        user._committees = list(sat.distinct())  # type: ignore[attr-defined]
    return [pk for pk in user._committees if user.is_member_of(pk)]  # type: ignore[attr-defined]
