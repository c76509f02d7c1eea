"""What the portal holds on a text: the search box, and similar wishes while someone writes."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from django.db.models import BooleanField, F, Func, Value

from innoportal.languages import simplified
from matching.engine import Hit, Item, Passage, Prepared, likeness, nearness, prepare
from matching.services import glossaries, outright, retrievers, shelf
from matching.services.profiles import prepared
from matching.texts import item_of
from solutions.models import Solution
from wishes.models import Wish

LONGEST = 500  # characters of a query that are read
MOST = 100  # results: four pages, past which no one looks
REMEMBERED = 256  # queries: a next page or a narrower search asks the models nothing, at 6 kB each
LOOKED_AT = 25  # texts that stand out most, of which the nearest few are named
LIKELY = 0.2  # likeness below which a text is noise even if it shares a word with the question
# Where nothing is shared and only the models see a likeness: of eighteen sentences about other things the
# likeliest text reached .23, of fifty questions of one to three words the fourth likeliest .39 (ADR 0044).
ALONE, ALONE_SHORT = 0.25, 0.4
SHORT = 3  # words; two Chinese characters count as one
NAMED = 0.9  # share of the words or technical terms, by their weight
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
LETTER = re.compile(r"[^\W_]")
MODELS: dict[str, Any] = {"wish": Wish, "solution": Solution}


@dataclass(frozen=True)
class Result:
    side: str
    pk: int
    probability: float
    fused: float


def search(
    text: str, *, side: str | None = None, user, k: int = MOST, among: Mapping[str, set[int]] | None = None
) -> list[Result]:
    """The public wishes and solutions that a text is about, best first; never anything but public ones.

    `side` narrows to "wish" or "solution", `among` to these rows of each side; `user` may see no more than
    anyone, and no less.
    """
    query = " ".join(text.replace("\0", " ").split())[:LONGEST].strip()
    if not LETTER.search(query):
        return []
    sides = (side,) if side else tuple(MODELS)
    named = [one for one in outright.bearing(query, sides, k) if among is None or one[1] in among[one[0]]]
    held = retrievers.held()
    text = outright.loosened(query)
    question = asked(text, held)
    found = [one for name in sides for one in _found(held, question, name, k, _keys(name, among))]
    found.sort(key=lambda one: (-one[0].fused, one[1], int(one[0].key[1:])))
    near = _nearest(found, k, alone=ALONE_SHORT if words_in(text) <= SHORT else ALONE)
    first = [Result(side, pk, 1.0, math.inf) for side, pk in named]
    return [*first, *(one for one in near if (one.side, one.pk) not in named)][:k]


def words_in(text: str) -> float:
    han = len(HAN.findall(text))
    return han / 2 + len(HAN.sub(" ", text).split())


def asked(query: str, held: retrievers.Held) -> Prepared:
    """What the version that has read what is searched reads in a query."""
    return _asked(query, held.engine.name, held.engine.model_names, glossaries.current())


@lru_cache(REMEMBERED)
def _asked(query: str, version: str, models: tuple[str, ...], known: glossaries.Known) -> Prepared:
    passage = Passage(language_of(query), "", query)
    return prepare([Item("query", "wish", (passage,))], shelf.embedders(models), known.glossary)[0]


def similar(thing: Wish | Solution, *, k: int = 5) -> list[Result]:
    """Public things of the same side that say nearly the same."""
    side = "wish" if isinstance(thing, Wish) else "solution"
    held = retrievers.held()
    known = prepared(side, [thing.pk], held.engine).get(thing.pk)
    asked = known or _read(item_of(thing), held)
    return _nearest(_found(held, asked, side, LOOKED_AT), k) if asked.passages else []


def similar_text(title: str, body: str, *, k: int = 5) -> list[Result]:
    """Public wishes that say nearly the same as what someone is typing."""
    title, body = title[:LONGEST], body[: 4 * LONGEST]
    whole = f"{title} {body}".replace("\0", " ")
    if not LETTER.search(whole):
        return []
    passage = Passage(language_of(whole), title.replace("\0", " "), body.replace("\0", " "))
    held = retrievers.held()
    asked = _read(Item("draft", "wish", (passage,)), held)
    return _nearest(_found(held, asked, "wish", LOOKED_AT), k)


def _read(item: Item, held: retrievers.Held) -> Prepared:
    models = shelf.embedders(held.engine.model_names)
    return prepare([item], models, glossaries.current().glossary)[0]


def language_of(text: str) -> str:
    """Chinese as soon as a fifth of the letters are; Traditional unless Simplified would not change it."""
    han = "".join(HAN.findall(text))
    if len(han) * 5 < len(LETTER.findall(text)):
        return "en"
    return "zh-Hant" if simplified(han) != han else "zh-Hans"


def _keys(side: str, among: Mapping[str, set[int]] | None) -> set[str] | None:
    return None if among is None else {f"{side[0]}{pk}" for pk in among.get(side, ())}


def _found(
    held: retrievers.Held, asked: Prepared, side: str, k: int, among: set[str] | None = None
) -> Iterator[tuple[Hit, str]]:
    """With their side: a key alone does not tell it."""
    hits = held.retriever.search(asked, side, k, among, crowded=False)  # type: ignore[arg-type]
    return ((hit, side) for hit in hits)


def _nearest(found: Iterable[tuple[Hit, str]], k: int, *, alone: float = ALONE) -> list[Result]:
    """The k nearest of those that stand out most; `alone` is the least likeness of what shares nothing."""
    at_once = max(k, LOOKED_AT)
    results = list(islice(_public(_likely(found, alone), at_once), at_once))
    results.sort(key=lambda one: (-nearness(one.fused, one.probability), one.side, one.pk))
    return results[:k]


def _likely(found: Iterable[tuple[Hit, str]], alone: float) -> Iterator[Result]:
    """Weighed one by one, as they are asked for: of those found on two sides half are enough."""
    for hit, side in found:
        probability = likeness(hit.signals)
        if probability >= (LIKELY if _shares(hit) else alone) or names_all(hit):
            yield Result(side, int(hit.key[1:]), probability, hit.fused)


def _shares(hit: Hit) -> bool:
    """Words across two scripts are names and codes, and these are shared indeed."""
    return hit.signals["words"] > 0 or hit.signals["concepts"] > 0


def names_all(hit: Hit) -> bool:
    """Whether a text holds every word that is asked for, or in the other script every technical term.

    One word says too little for a text to be like it; who types it still looks for what holds it.
    """
    return hit.signals["words_share" if hit.signals["same_script"] else "concepts_share"] >= NAMED


def _public(results: Iterator[Result], at_once: int) -> Iterator[Result]:
    """The database has the last word on what is public: the engine may be seconds behind.

    It is asked for as many as are wanted, and for more only when some of these have gone.
    """
    while part := list(islice(results, at_once)):
        sides = {side: [one.pk for one in part if one.side == side] for side in MODELS}
        asked = [_alive(side, pks) for side, pks in sides.items() if pks]
        alive = set(asked[0].union(*asked[1:], all=True))
        yield from (one for one in part if (one.side, one.pk) in alive)


def _alive(side: str, pks: list[int]) -> Any:
    return _all_public(side).filter(OneOf("pk", pks))


@cache
def _all_public(side: str) -> Any:
    """Never read itself, as the cards' rows in `matching.views.search`."""
    return MODELS[side].objects.public().values_list(Value(side), "pk")


class OneOf(Func):
    """`pk = ANY(array)`: one parameter, where `pk__in` makes one of each of two hundred."""

    template, arg_joiner = "(%(expressions)s))", " = ANY("
    output_field = BooleanField()

    def __init__(self, field: str, pks: list[int]) -> None:
        super().__init__(F(field), Value(pks))
