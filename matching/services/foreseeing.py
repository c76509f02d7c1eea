"""What a change of the glossary would do, computed by the engine before anything is saved."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

from matching.engine import Need, Offer, Prepared, Snapshot, Weights, score
from matching.engine.glossary import Glossary, Mention
from matching.engine.items import Item, Passage, with_concepts
from matching.engine.terms import Nested, nested
from matching.models import Match
from matching.services import retrievers
from matching.services.naming import may_name
from matching.services.profiles import prepared
from matching.services.ranking import active_ranker
from matching.services.rereading import MODELS, differing
from matching.services.writing import Pair, Things
from matching.texts import item_of, need_of, offer_of
from wishes.models import Wish

READ = 200  # texts of a side that are read, the newest first
ASKED = 40  # wishes whose matches are computed twice
SHOWN = 20
TOP = 10  # places of a wish that count
Thing = Any  # Wish or Solution
NamedPassage = tuple[Passage, list[Mention], list[Mention]]
Places = dict[int, tuple[int, float]]  # solution → place and probability


@dataclass(frozen=True)
class Named:
    """A thing that names the concept, and where: passages with the places in their title and body."""

    side: str
    thing: Thing
    passages: list[NamedPassage]


@dataclass(frozen=True)
class Move:
    """A pair whose place or probability would change; None where it is not among the matches."""

    wish: Wish
    solution: Any
    before: tuple[int, float] | None
    after: tuple[int, float] | None

    @property
    def distance(self) -> float:
        return abs((self.after[1] if self.after else 0.0) - (self.before[1] if self.before else 0.0))


@dataclass(frozen=True)
class Texts:
    """What naming the concept comes to, over what was read of what may name it."""

    named: list[Named] = field(default_factory=list)
    things: Counter[str] = field(default_factory=Counter)  # by side
    languages: Counter[str] = field(default_factory=Counter)  # passages
    gained: Counter[str] = field(default_factory=Counter)  # other concepts → things that name them only now
    lost: Counter[str] = field(default_factory=Counter)
    changed: dict[str, dict[int, Item]] = field(default_factory=lambda: defaultdict(dict))
    read: int = 0
    candidates: int = 0


@dataclass(frozen=True)
class Facts:
    """What a score needs to know beside signals, read once of each thing and not at each pair."""

    things: Things
    needs: dict[int, Need]
    offers: dict[int, Offer]

    @classmethod
    def of(cls, things: Things) -> "Facts":
        offers = {
            pk: offer_of(one, things.reports.get(one.organisation_id, 0))
            for pk, one in things.solutions.items()
        }
        return cls(things, {pk: need_of(wish) for pk, wish in things.wishes.items()}, offers)

    def probability(self, pair: Pair, signals: dict[str, float], weights: Weights) -> float:
        return score(self.needs[pair[0]], self.offers[pair[1]], signals, weights).probability


@dataclass(frozen=True)
class Foresight:
    texts: Texts
    nested: list[Nested]
    moves: list[Move]
    asked: int  # wishes whose matches were computed
    concerned: int  # wishes that name the concept, or have a match among the first ten that does


def foresee(before: Glossary, after: Glossary, key: str) -> Foresight:
    """What changes when one glossary takes the place of the other, which differs in one concept."""
    held = retrievers.held(max_age=0)
    texts = _texts(held, before, after, key)
    names = after if key in after.concepts else before
    moves, asked, concerned = _moves(held, texts, after)
    return Foresight(texts, nested(names.concepts[key], names), moves, asked, concerned)


def _texts(held: retrievers.Held, before: Glossary, after: Glossary, key: str) -> Texts:
    texts = Texts()
    found, candidates, read = [], 0, 0
    ids = may_name(held, differing(before, after))
    for side, model in MODELS.items():
        newest = sorted(ids[side], reverse=True)
        candidates += len(newest)
        for thing in model.objects.public().filter(pk__in=newest[:READ]).order_by("-pk"):
            read += 1
            if named := _look(texts, side, thing, before, after, key):
                found.append(named)
    found.sort(key=lambda one: one.thing.updated_at, reverse=True)
    return replace(texts, named=found[:SHOWN], read=read, candidates=candidates)


def _look(texts: Texts, side: str, thing: Thing, before: Glossary, after: Glossary, key: str) -> Named | None:
    """Count what one thing names; None when it does not name the concept."""
    item = item_of(thing)
    glossary = after if key in after.concepts else before
    passages: list[NamedPassage] = []
    old, new = Counter[str](), Counter[str]()
    for passage in item.passages:
        parts = (passage.title, passage.body)
        was = [mention for part in parts for mention in before.mentions(part)]
        title, body = (after.mentions(part) for part in parts)
        old.update(m.concept for m in was)
        new.update(m.concept for m in (*title, *body))
        if glossary is before:
            title, body = (before.mentions(part) for part in parts)
        title, body = ([m for m in places if m.concept == key] for places in (title, body))
        if title or body:
            texts.languages[passage.lang] += 1
            passages.append((passage, title, body))
    if old != new:
        texts.changed[side][thing.pk] = item
    texts.gained.update((new.keys() - old.keys()) - {key})
    texts.lost.update((old.keys() - new.keys()) - {key})
    if not passages:
        return None
    texts.things[side] += 1
    return Named(side, thing, passages)


def _moves(held: retrievers.Held, texts: Texts, after: Glossary) -> tuple[list[Move], int, int]:
    """Pairs that would move, the farthest first; how many wishes were asked, of how many concerned.

    Only a snapshot can be asked as if it held other concepts: of the index in the database, no wish is asked.
    """
    again: dict[str, dict[int, Prepared]] = {}
    for side, items in texts.changed.items():
        known = prepared(side, list(items), held.engine)
        again[side] = {pk: with_concepts(known[pk], items[pk], after) for pk in known}
    concerned = _concerned(again)
    asked = concerned[:ASKED]
    if not asked or not isinstance(held.retriever, Snapshot):
        return [], 0, len(concerned)
    now = prepared("wish", asked, held.engine)
    then = {pk: again.get("wish", {}).get(pk, one) for pk, one in now.items()}
    snapshot = held.retriever.with_changes([one for side in again.values() for one in side.values()])
    rows = _rows(asked)
    found = [_signals(*state, rows) for state in ((held.retriever, now), (snapshot, then))]
    things = Things.of({pair for signals in found for pair in signals})
    facts = Facts.of(things)
    places = [_places(signals, rows, facts) for signals in found]
    moves = [
        Move(things.wishes[wish], things.solutions[solution], *sides)
        for wish in now
        for solution, sides in _moved(places[0].get(wish, {}), places[1].get(wish, {})).items()
    ]
    return sorted(moves, key=lambda move: -move.distance), len(now), len(concerned)


def _concerned(again: Mapping[str, Mapping[int, Any]]) -> list[int]:
    """Open wishes that read otherwise, then those of which a match among the first ten does."""
    open_ = Wish.objects.open()
    own = open_.filter(pk__in=list(again.get("wish", {}))).order_by("-pk").values_list("pk", flat=True)
    near = Match.objects.filter(solution__in=list(again.get("solution", {})), rank__lte=TOP)
    others = open_.filter(pk__in=near.values("wish")).order_by("-pk").values_list("pk", flat=True)
    return list(dict.fromkeys([*own, *others]))


def _rows(wishes: Sequence[int]) -> dict[Pair, Match]:
    """The matches that are there and stay, whatever a new search brings."""
    rows = Match.objects.filter(wish__in=wishes).only("wish", "solution", "status", "signals", "probability")
    return {(row.wish_id, row.solution_id): row for row in rows if _stays(row)}


def _stays(row: Match) -> bool:
    by_the_other = "solution" in row.signals.get("found_by", [])
    return row.status != Match.Status.SUGGESTED or by_the_other or bool(row.signals.get("answered"))


def _signals(
    snapshot: Snapshot, asked: Mapping[int, Prepared], rows: Mapping[Pair, Match]
) -> dict[Pair, dict[str, float]]:
    """As a rematch measures the pairs: those that the search brings, and those that are there."""
    found: dict[Pair, dict[str, float]] = {}
    hits = snapshot.search_many(list(asked.values()), "solution", settings.MATCHING_CANDIDATES)
    for wish, own in zip(asked, hits, strict=True):
        found |= {(wish, int(hit.key[1:])): hit.signals for hit in own}
    missing: dict[int, set[str]] = defaultdict(set)
    for wish, solution in rows.keys() - found.keys():
        missing[wish].add(f"s{solution}")
    for wish, keys in missing.items():
        if wish in asked:
            own = snapshot.search(asked[wish], "solution", len(keys), keys)
            found |= {(wish, int(hit.key[1:])): hit.signals for hit in own}
    return found


def _places(
    signals: Mapping[Pair, dict[str, float]], rows: Mapping[Pair, Match], facts: Facts
) -> dict[int, Places]:
    """Of each wish its solutions with their place and probability; what was decided keeps its figure."""
    weights = Weights.from_dict(active_ranker().weights)
    by_wish: dict[int, list[tuple[float, float, int]]] = defaultdict(list)
    for pair, own in signals.items():
        row = rows.get(pair)
        if not facts.things.are_live(pair):
            continue
        decided = row is not None and row.status in Match.DECIDED
        probability = row.probability if row and decided else facts.probability(pair, own, weights)
        by_wish[pair[0]].append((-probability, row.pk if row else float("inf"), pair[1]))
    return {
        wish: {solution: (place, -minus) for place, (minus, _, solution) in enumerate(sorted(own), 1)}
        for wish, own in by_wish.items()
    }


def _moved(before: Places, after: Places) -> dict[int, tuple[Any, Any]]:
    first = {pk for places in (before, after) for pk, (place, _) in places.items() if place <= TOP}
    return {
        pk: (before.get(pk), after.get(pk)) for pk in sorted(first) if _differs(before.get(pk), after.get(pk))
    }


def _differs(before: tuple[int, float] | None, after: tuple[int, float] | None) -> bool:
    if before is None or after is None:
        return before is not after
    return before[0] != after[0] or round(100 * before[1]) != round(100 * after[1])  # as a page shows it
