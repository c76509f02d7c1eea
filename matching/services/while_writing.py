"""What the portal holds that may already answer a need, while somebody is still typing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.engine import Embedder, Item, Passage, Prepared, likeness, nearness, prepare
from matching.engine.dense import Glance
from matching.services import glossaries, retrievers, shelf
from matching.services.searching import LETTER, language_of, names_all
from solutions.models import Solution
from wishes.models import Wish

SHOWN = 4  # of each kind: more would be read instead of writing
LOOKED_AT = 12  # hits, of which some are no longer public or too unlike
WORTH_A_LOOK = 0.12  # likeness; below a result's, since a hint that is wrong costs a glance
LONGEST = 500  # characters of a body that are read
# E5 takes as long as a text is: of this much it says nearly all that it says of the whole, four times as
# soon (ADR 0061). Words, concepts and USE tell of the rest.
GLANCE = {"e5": 180}  # units of `text.clip`
ENOUGH = 12  # letters and digits from which a text says what it is about


@dataclass(frozen=True)
class Held:
    wishes: list[Wish]
    solutions: list[Solution]


def already_held(texts: Sequence[tuple[str, str]], *, besides: int | None = None) -> Held | None:
    """Open wishes and solutions that are about the same; None while there is too little to go by.

    `texts` are (title, body) pairs, one for each language that is written; `besides` is the wish itself.
    """
    passages = tuple(_passage(title, body) for title, body in texts if _says_enough(title + body))
    if not passages:
        return None
    held = retrievers.held()
    item = Item("draft" if besides is None else f"w{besides}", "wish", passages)
    asked = prepare([item], _models(held), glossaries.current().glossary)[0]
    found = {role: _likely(held, asked, role) for role in ("wish", "solution")}
    wishes = Wish.objects.open().for_cards().in_bulk(found["wish"])
    solutions = Solution.objects.public().for_cards().in_bulk(found["solution"])
    return Held(_first(found["wish"], wishes), _first(found["solution"], solutions))


def _says_enough(text: str) -> bool:
    """Chinese says in four characters what English says in three words."""
    letters = LETTER.findall(text)
    return sum(1 if letter.isascii() else 3 for letter in letters) >= ENOUGH


def _passage(title: str, body: str) -> Passage:
    return Passage(language_of(f"{title} {body}"), title[:500], body[:LONGEST])


def _models(held: retrievers.Held) -> list[Embedder]:
    models = shelf.embedders(held.engine.model_names)
    return [Glance(one, GLANCE[one.name]) if one.name in GLANCE else one for one in models]


def _likely(held: retrievers.Held, asked: Prepared, role: str) -> list[int]:
    hits = held.retriever.search(asked, role, LOOKED_AT, crowded=False)  # type: ignore[arg-type]
    weighed = [(hit, likeness(hit.signals)) for hit in hits]
    near = [(hit, alike) for hit, alike in weighed if alike >= WORTH_A_LOOK or names_all(hit)]
    near.sort(key=lambda one: -nearness(one[0].fused, one[1]))
    return [int(hit.key[1:]) for hit, _ in near]


def _first(order: Sequence[int], rows: Mapping[int, Wish] | Mapping[int, Solution]) -> list:
    return [rows[pk] for pk in order if pk in rows][:SHOWN]
