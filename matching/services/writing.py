"""Match rows as they should be, compared with those that are there: only what differs is written."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from functools import cache
from math import isclose
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, TextField
from django.utils import timezone

from matching.engine import Need, Offer, Score, Weights, score
from matching.models import Match, Ranker
from matching.services import bulk
from matching.texts import need_of, offer_of
from solutions.models import Solution
from wishes.models import Wish

COMPUTED = ("probability", "feasibility", "confidence", "signals", "score", "ranker_id", "engine_version")
Pair = tuple[int, int]  # wish, solution
Stored = dict[str, Any]  # what of a row is compared
SAME = 1e-5  # of a signal, a share of the logit or a probability


@dataclass
class Found:
    """The pairs that were looked for, with the signals of each and who looked."""

    signals: dict[Pair, dict[str, float]] = field(default_factory=dict)
    by: dict[Pair, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Things:
    """Both sides of the pairs, with what a score needs to know of them; five queries."""

    wishes: dict[int, Wish]
    solutions: dict[int, Solution]
    reports: dict[int, int]
    needs: dict[int, Need] = field(default_factory=dict)  # of each wish, once for all its pairs
    offers: dict[int, Offer] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> "Things":
        wish_ids, solution_ids = {w for w, _ in pairs}, {s for _, s in pairs}
        solutions = facts(Solution.objects.filter(pk__in=solution_ids)).in_bulk()
        reports = reports_of({one.organisation_id for one in solutions.values()})
        wishes = facts(Wish.objects.filter(pk__in=wish_ids)).in_bulk()
        return cls(wishes, solutions, reports)

    def are_live(self, pair: Pair) -> bool:
        """A snapshot may name what a restored database no longer holds."""
        wish, solution = self.wishes.get(pair[0]), self.solutions.get(pair[1])
        return bool(wish and solution and wish.status in Wish.OPEN_TO_OFFERS and solution.is_public)

    def score(self, pair: Pair, signals: dict[str, float], weights: Weights) -> Score:
        wish, solution = pair
        if wish not in self.needs:
            self.needs[wish] = need_of(self.wishes[wish])
        if solution not in self.offers:
            offered = self.solutions[solution]
            self.offers[solution] = offer_of(offered, self.reports.get(offered.organisation_id, 0))
        return score(self.needs[wish], self.offers[solution], signals, weights)


def facts(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With topics and without the texts, which are ten times as long and score nothing here."""
    texts = [column.name for column in rows.model._meta.fields if isinstance(column, TextField)]
    return rows.defer(*texts).prefetch_related("topics")


def reports_of(vendors: Iterable[int]) -> dict[int, int]:
    """How many verified reports there are of the solutions of these organisations; none is not named."""
    rows = Match.objects.filter(solution__organisation__in=vendors).exclude(report="")
    return dict(rows.values_list("solution__organisation").annotate(Count("pk")).order_by())


def stored(rows: QuerySet[Match]) -> dict[Pair, Stored]:
    """Without the explanations, which are as long as all the rest."""
    told = rows.order_by().values("id", "wish_id", "solution_id", "status", *COMPUTED)
    return {(row["wish_id"], row["solution_id"]): row for row in told}


class Writer:
    """Collects what differs from the rows that are there, and writes only that."""

    def __init__(self, found: Found, answered: set[Pair], side: str, ranker: Ranker, engine: str) -> None:
        self.found, self.answered, self.side, self.ranker = found, answered, side, ranker
        self.engine = engine
        self.new: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []
        self.gone: list[int] = []

    def take(self, pair: Pair, row: Stored | None, result: Score) -> None:
        """What people have decided keeps the figures on which they decided."""
        if row and row["status"] in Match.DECIDED:
            return
        by = self.found_by(pair, row)
        if not by and pair not in self.answered and (row is None or row["status"] == Match.Status.SUGGESTED):
            self.drop(row)
            return
        values = self.values(pair, by, result)
        if row is None:
            self.new.append({"wish_id": pair[0], "solution_id": pair[1], "rank": 0, **values})
        elif any(not alike(row[name], value) for name, value in values.items()):
            self.changed.append({"id": row["id"], **values, "computed_at": timezone.now()})

    def found_by(self, pair: Pair, row: Stored | None) -> list[str]:
        """A row stays as long as one of the two searches brings it."""
        before = set(row["signals"].get("found_by", [])) if row else set()
        return sorted((before - {self.side}) | self.found.by.get(pair, set()))

    def values(self, pair: Pair, by: list[str], result: Score) -> dict:
        signals = {**self.found.signals[pair], "found_by": by}
        signals |= {"answered": 1} if pair in self.answered else {}
        return {
            "probability": result.probability,
            "feasibility": result.feasibility.verdict,
            "confidence": result.confidence,
            "signals": signals,
            "score": plain(result),
            "ranker_id": self.ranker.pk,
            "engine_version": self.engine,
        }

    def drop(self, row: Stored | None) -> None:
        if row and row["status"] == Match.Status.SUGGESTED:
            self.gone.append(row["id"])

    def save(self) -> int:
        """A row that someone has put on the shortlist meanwhile is not dropped."""
        bulk.insert(Match, self.new)
        bulk.update(Match, self.changed)
        if self.gone:
            Match.objects.filter(pk__in=self.gone, status=Match.Status.SUGGESTED).delete()
        return len(self.new) + len(self.changed) + len(self.gone)


def alike(one: Any, other: Any) -> bool:
    """Equal but for the last digits of a 32-bit sum, which hang on what else is multiplied in one go.

    Each side of a pair would write its own digits over those of the other, run after run.
    """
    if one == other:
        return True
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=SAME, abs_tol=SAME)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(alike(a, b) for a, b in zip(one, other, strict=True))
    return False


def plain(result: Score) -> dict:
    """As JSON gives it back, so that what is unchanged is seen to be unchanged."""
    return {
        "intercept": result.intercept,
        "contributions": [one._asdict() for one in result.contributions],
        "reasons": [flat(one) for one in result.feasibility.reasons],
        "gaps": [flat(one) for one in result.gaps],
    }


def flat(one: Any) -> dict[str, Any]:
    """`asdict` of what holds no other dataclass, in a tenth of its time."""
    return {name: getattr(one, name) for name in _names(one.__class__)}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields_of(kind))


def rank(wish_ids: set[int]) -> None:
    """Places among each wish's matches, by probability; rows whose place has not changed are not written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE matching_match AS m SET rank = r.place FROM (SELECT id, row_number() OVER "
            "(PARTITION BY wish_id ORDER BY probability DESC, solution_id) AS place FROM matching_match "
            "WHERE wish_id = ANY(%s)) AS r WHERE m.id = r.id AND m.rank <> r.place",
            [sorted(wish_ids)],
        )
