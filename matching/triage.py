"""The answers to a rapid call, as somebody goes through them: read at once, narrowed and ordered purely."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Q, Value
from django.urls import reverse

from accounts.models import Role
from matching.models import Answer, Duplicate, Estimate, Match
from solutions.models import Interest, Solution
from wishes.models import Call, Wish

UNSEEN = (Solution.Status.DRAFT, Solution.Status.WITHDRAWN)  # not handed in, or taken back


@dataclass(frozen=True)
class Row:
    """One answer: which wish, which solution, how far it is and what the engine says."""

    call: str
    wish: int
    solution: Solution
    pitch: str
    status: str
    probability: float | None = None
    like: int = 0  # answers with one number above 0 may be one and the same
    is_open: bool = False  # its page can be read by who asks
    match: str = ""  # key of the match that tells the score, if one does

    @property
    def pair(self) -> tuple[int, int]:
        return self.wish, self.solution.pk

    @property
    def mark(self) -> str:
        """What a page showed: decided is only on that."""
        return f"{self.wish}.{self.solution.pk}.{self.status}"

    Status: ClassVar[type[Answer.Status]] = Answer.Status  # what draws a status reads its words here

    @property
    def status_word(self) -> Any:
        return Answer.Status(self.status).label

    @property
    def url(self) -> str:
        """Where the score is explained."""
        if self.match:
            return reverse("matching:detail", args=[self.match])
        return reverse("matching:answer", args=[self.call, self.solution.slug])

    @property
    def languages(self) -> tuple[str, ...]:
        texts = {"en": self.solution.title_en, "zh": self.solution.title_zh}
        return tuple(language for language, text in texts.items() if text)


@dataclass(frozen=True)
class Narrowing:
    """What a list of answers is narrowed by; nothing is everything."""

    status: frozenset[str] = field(default_factory=frozenset)
    score: float = 0
    language: str = ""
    organisation: int | None = None
    trl: int = 0

    def keeps(self, row: Row) -> bool:
        return (
            (not self.status or row.status in self.status)
            and (not self.score or (row.probability or 0) >= self.score)
            and (not self.language or self.language in row.languages)
            and (self.organisation is None or row.solution.organisation_id == self.organisation)
            and (not self.trl or (row.solution.trl or 0) >= self.trl)
        )


def answers(call: Call, user: Any) -> list[Row]:
    """Every answer that was handed in, the likeliest first; five queries, however many."""
    wishes = dict(Wish.objects.public().filter(call=call).values_list("reference", "pk"))
    given = Interest.objects.filter(wish_reference__in=list(wishes)).exclude(solution__status__in=UNSEEN)
    interests = list(given.select_related("solution__organisation").order_by("pk"))
    decided = {
        (wish, solution): status
        for wish, solution, status in Answer.objects.filter(wish__in=wishes.values()).values_list(
            "wish", "solution", "status"
        )
    }
    pks = [one.solution_id for one in interests]
    scores = scores_of(wishes.values(), pks)
    like = groups(alike(pks))
    reads_all = user.is_superuser or user.has_role(Role.OFFICE) or user.has_role(Role.AUDITOR)
    is_own = not reads_all and user.is_member_of(call.organisation_id)
    rows = [
        Row(
            call=call.slug,
            wish=wishes[one.wish_reference],
            solution=one.solution,
            pitch=one.pitch,
            status=decided.get((wishes[one.wish_reference], one.solution_id), Answer.Status.NEW),
            probability=scores.get((wishes[one.wish_reference], one.solution_id), (None, ""))[0],
            match=scores.get((wishes[one.wish_reference], one.solution_id), (None, ""))[1],
            like=like.get(one.solution_id, 0),
            is_open=reads_all or one.solution.is_public or (is_own and is_answering(one.solution)),
        )
        for one in interests
    ]
    return beside(rows)


def is_answering(solution: Solution) -> bool:
    """As the rule has it by which the people of a wish read what is offered for it."""
    return solution.status in Solution.ANSWERING


def scores_of(
    wishes: Iterable[int], solutions: Iterable[int]
) -> dict[tuple[int, int], tuple[float | None, str]]:
    """By wish and solution the score, and the key of the match that tells it; "" of what is not public."""
    pairs = {"wish__in": list(wishes), "solution__in": list(solutions)}
    names = ("wish", "solution", "probability")
    estimates = Estimate.objects.filter(**pairs).values_list(*names, Value(""))
    matches = Match.objects.filter(**pairs).values_list(*names, "key")
    found = estimates.union(matches, all=True)  # type: ignore[misc]
    return {
        (wish, one): (score, key) for wish, one, score, key in sorted(found, key=lambda row: row[3] != "")
    }


def alike(solutions: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs that may be one, or are known to be."""
    pks = list(solutions)
    pairs = Duplicate.objects.filter(
        Q(status__in=(Duplicate.Status.FOUND, Duplicate.Status.SAME)),
        earlier_solution__in=pks,
        later_solution__in=pks,
    )
    return list(pairs.order_by("pk").values_list("earlier_solution", "later_solution"))


def groups(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Each member of a chain of pairs → the number of its chain, from 1."""
    leader: dict[int, int] = {}

    def first(one: int) -> int:
        while leader.setdefault(one, one) != one:
            one = leader[one]
        return one

    for one, other in pairs:
        low, high = sorted((first(one), first(other)))
        leader[high] = low
    numbers: dict[int, int] = {}
    return {one: numbers.setdefault(first(one), len(numbers) + 1) for one in sorted(leader)}


def beside(rows: Iterable[Row]) -> list[Row]:
    """The likeliest first, and what may be the same right after it."""
    ordered = sorted(rows, key=lambda row: (-(row.probability or 0), row.solution.pk))
    place: dict[int, int] = {}
    for number, row in enumerate(ordered):
        if row.like:
            place.setdefault(row.like, number)
    places = {row.pair: place.get(row.like, number) for number, row in enumerate(ordered)}
    return sorted(ordered, key=lambda row: places[row.pair])  # stable: within a group the likeliest first


def read_marks(marks: Iterable[str]) -> Mapping[tuple[int, int], str]:
    """Which answers a page showed in which state; what is no mark is left out."""
    found: dict[tuple[int, int], str] = {}
    for mark in marks:
        wish, _dot, rest = mark.partition(".")
        solution, _dot, status = rest.partition(".")
        if wish.isdecimal() and solution.isdecimal() and len(wish) < 18 and len(solution) < 18:
            found[int(wish), int(solution)] = status
    return found
