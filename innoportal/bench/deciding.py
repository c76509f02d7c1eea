"""Matches by the thousand: the engine searches for some wishes, the others share what it found."""

import random
from collections import defaultdict
from typing import Any

from accounts.models import User
from innoportal.bench.things import BATCH, Made
from matching.engine import Score, Weights, score
from matching.models import Match, Ranker, Review
from matching.services import active_ranker, explanation_of, shelf
from matching.services.profiles import prepared
from matching.services.writing import plain
from matching.texts import engine_version, need_of, offer_of
from solutions.models import Solution
from wishes.models import Wish

ASKED = 4  # wishes of each source that are put to the engine
HITS = 150  # of each, from which the others draw
S = Match.Status
DECIDED = {"matched": S.APPROVED, "on_trial": S.ON_TRIAL, "resolved": S.CLOSED, "expired": S.CLOSED}
BESIDES = {S.SUGGESTED: 80, S.SHORTLISTED: 6, S.REVIEW: 9, S.WANTING: 2, S.DECLINED: 3}
Signals = dict[str, float]


def decide(made: Made, each: int, experts: list[User], chance: random.Random) -> list[Match]:
    """The matches of every wish that was ever open; the engine's own scores, on rows as it writes them."""
    hits = engine_hits(made)
    ranker = active_ranker()
    rows: list[Match] = []
    for start in range(0, len(made.things), BATCH):
        rows += write(made, start, each, hits, ranker, chance)
    judge([row for row in rows if row.status == S.REVIEW], experts)
    return rows


def engine_hits(made: Made) -> dict[int, list[tuple[int, Signals]]]:
    """By source: solutions and signals that a search of the whole snapshot brought."""
    asked: dict[int, list[Any]] = defaultdict(list)
    for thing, mixed in zip(made.things, made.mixed, strict=True):
        if thing.is_public and len(asked[mixed.first]) < ASKED:
            asked[mixed.first].append(thing)
    known = prepared("wish", [one.pk for those in asked.values() for one in those])
    snapshot = shelf.current(max_age=0)
    return {
        first: [
            (int(hit.key[1:]), hit.signals)
            for found in snapshot.search_many([known[one.pk] for one in those], "solution", HITS)
            for hit in found
        ]
        for first, those in asked.items()
    }


def write(made: Made, start: int, each: int, hits: Any, ranker: Ranker, chance: random.Random) -> list[Match]:
    sources = {
        thing.pk: mixed.first
        for thing, mixed in zip(
            made.things[start : start + BATCH], made.mixed[start : start + BATCH], strict=True
        )
        if thing.is_public
    }
    wishes = Wish.objects.filter(pk__in=sources).prefetch_related("topics").order_by("pk")
    drawn = {pk: dict(chance.sample(hits[first], 2 * each)) for pk, first in sources.items()}
    wanted = {pk for those in drawn.values() for pk in those}
    solutions = Solution.objects.filter(pk__in=wanted).prefetch_related("topics").in_bulk()
    offers = {pk: offer_of(one, 0) for pk, one in solutions.items()}
    weights = Weights.from_dict(ranker.weights)
    rows = []
    for wish in wishes:
        need = need_of(wish)
        pairs = list(drawn[wish.pk].items())[:each]
        scores = [(score(need, offers[pk], signals, weights), pk, signals) for pk, signals in pairs]
        scores.sort(key=lambda one: -one[0].probability)
        for rank, (result, pk, signals) in enumerate(scores, 1):
            rows.append(match(wish, solutions[pk], rank, result, signals, ranker, chance))
    return Match.objects.bulk_create(rows, batch_size=BATCH)


def match(
    wish: Wish,
    solution: Solution,
    rank: int,
    result: Score,
    signals: Signals,
    ranker: Ranker,
    chance: random.Random,
) -> Match:
    decided = DECIDED.get(wish.status) if rank == 1 else None
    status = decided or chance.choices(list(BESIDES), list(BESIDES.values()))[0]
    return Match(
        wish=wish,
        solution=solution,
        status=status if decided or rank <= 3 else S.SUGGESTED,
        rank=rank,
        probability=result.probability,
        feasibility=result.feasibility.verdict,
        confidence=result.confidence,
        signals={**signals, "found_by": ["wish"]},
        score=plain(result),
        ranker=ranker,
        round=0 if status in (S.SUGGESTED, S.SHORTLISTED) else 1,
        engine_version=engine_version(),
    )


def judge(rows: list[Match], experts: list[User]) -> None:
    """One of two verdicts is given on every other match; some have been looked at, so are explained."""
    Review.objects.bulk_create(
        Review(
            match=row,
            expert=experts[place % len(experts)],
            verdict=Review.Verdict.APPROVE,
            ground=Review.Ground.FITS,
            reason="It answers the need, and the site can give what the trial needs.",
            round=row.round,
            probability_shown=row.probability,
            rank_shown=row.rank,
        )
        for place, row in enumerate(rows[::2])
    )
    for row in rows[:20]:
        explanation_of(row)
