"""What the portal holds on a text: the search box, and similar wishes while someone writes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from innoportal.languages import simplified
from matching.engine import Hit, Item, Passage, Prepared, likeness, prepare
from matching.services import shelf
from matching.services.profiles import prepared
from matching.texts import item_of
from solutions.models import Solution
from wishes.models import Wish

LONGEST = 500  # characters of a query that are read
MOST = 200  # results of one side: eight pages, past which no one looks
LIKELY = 0.2  # likeness of two texts below which a result is noise: nonsense reaches 0.15
NAMED = 0.9  # share of the technical terms, by their weight
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
LETTER = re.compile(r"[^\W_]")
MODELS: dict[str, Any] = {"wish": Wish, "solution": Solution}


@dataclass(frozen=True)
class Result:
    side: str
    pk: int
    probability: float
    fused: float


def search(text: str, *, side: str | None = None, user, k: int = MOST) -> list[Result]:
    """The public wishes and solutions that a text is about, best first; never anything but public ones.

    `side` narrows to "wish" or "solution"; `user` may see no more than anyone, and no less.
    """
    query = " ".join(text.replace("\0", " ").split())[:LONGEST].strip()
    if not LETTER.search(query):
        return []
    asked = prepare([Item("query", "wish", (Passage(language_of(query), "", query),))], shelf.embedders())[0]
    found: list[Result] = []
    for one in (side,) if side else tuple(MODELS):
        found += _public(one, _likely(asked, one, k))
    return sorted(found, key=lambda result: (-result.fused, result.side, result.pk))[:k]


def similar(thing: Wish | Solution, *, k: int = 5) -> list[Result]:
    """Public things of the same side that say nearly the same."""
    side = "wish" if isinstance(thing, Wish) else "solution"
    known = prepared(side, [thing.pk]).get(thing.pk)
    asked = known or prepare([item_of(thing)], shelf.embedders())[0]
    return _public(side, _likely(asked, side, k)) if asked.passages else []


def similar_text(title: str, body: str, *, k: int = 5) -> list[Result]:
    """Public wishes that say nearly the same as what someone is typing."""
    title, body = title[:LONGEST], body[: 4 * LONGEST]
    whole = f"{title} {body}".replace("\0", " ")
    if not LETTER.search(whole):
        return []
    passage = Passage(language_of(whole), title.replace("\0", " "), body.replace("\0", " "))
    asked = prepare([Item("draft", "wish", (passage,))], shelf.embedders())[0]
    return _public("wish", _likely(asked, "wish", k))


def language_of(text: str) -> str:
    """Chinese as soon as a fifth of the letters are; Traditional unless Simplified would not change it."""
    han = "".join(HAN.findall(text))
    if len(han) * 5 < len(LETTER.findall(text)):
        return "en"
    return "zh-Hant" if simplified(han) != han else "zh-Hans"


def _likely(asked: Prepared, side: str, k: int) -> Sequence[Hit]:
    hits = shelf.current().search(asked, side, k)  # type: ignore[arg-type]
    return [hit for hit in hits if likeness(hit.signals) >= LIKELY or _names_all(hit)]


def _names_all(hit: Hit) -> bool:
    """In the other script no word can agree: there it is enough that every technical term is named."""
    return not hit.signals["same_script"] and hit.signals["concepts_share"] >= NAMED


def _public(side: str, hits: Sequence[Hit]) -> list[Result]:
    """The database has the last word on what is public: the engine may be seconds behind."""
    results = [Result(side, int(hit.key[1:]), likeness(hit.signals), hit.fused) for hit in hits]
    alive = set(
        MODELS[side].objects.public().filter(pk__in=[r.pk for r in results]).values_list("pk", flat=True)
    )
    return [result for result in results if result.pk in alive]
