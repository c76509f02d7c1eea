"""Why a wish and a solution belong together, in their own words: dear to compute, so kept on the row."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from django.conf import settings

from matching.engine import Embedder, explain
from matching.models import Match
from matching.services.shelf import embedders
from matching.texts import content_hash, item_of

QUICK = "use"  # compares sentences thirty times as fast as the other model
REMEMBERED = 4000  # sentences


class Remembering:
    """An embedder that knows the sentences it has just read: a wish meets many solutions."""

    def __init__(self, inner: Embedder) -> None:
        self.inner, self.name, self.dim, self.cap = inner, inner.name, inner.dim, inner.cap
        self.seen: dict[tuple[str, str], Any] = {}

    def encode(self, texts: Sequence[str], role: Any) -> Any:
        new = sorted({text for text in texts if (role, text) not in self.seen})
        if len(self.seen) > REMEMBERED:
            self.seen.clear()
            new = sorted(set(texts))
        if new:
            vectors = self.inner.encode(new, role)
            self.seen |= {(role, text): vector for text, vector in zip(new, vectors, strict=True)}
        return np.array([self.seen[role, text] for text in texts])


@cache
def _reader(names: tuple[str, ...]) -> Remembering:
    models = {model.name: model for model in embedders()}
    return Remembering(models[QUICK if QUICK in names else names[0]])


def reader() -> Remembering:
    """The quickest of the models in use."""
    return _reader(tuple(settings.MATCHING_EMBEDDERS))


def explanation_of(match: Match) -> dict[str, Any]:
    """What both texts say, as of now; computed when nobody has asked before or a text has changed since."""
    wish, solution = item_of(match.wish), item_of(match.solution)
    texts = [content_hash(wish), content_hash(solution)]
    if match.explanation.get("texts") != texts:
        match.explanation = {"texts": texts, **explain(wish, solution, reader()).as_dict()}
        Match.objects.filter(pk=match.pk).update(explanation=match.explanation)
    return match.explanation


def explain_first(wish_ids: Sequence[int], count: int) -> None:
    """Have the explanations of the best matches ready before someone looks."""
    if count:
        best = Match.objects.filter(wish__in=wish_ids, rank__lte=count)
        for match in best.select_related("wish", "solution").order_by("wish", "rank"):
            explanation_of(match)
