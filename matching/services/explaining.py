"""Why a wish and a solution belong together, in their own words: dear to compute, so kept on the row."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from matching.engine import DEFAULT_WEIGHTS, Change, Weights, explain, improvements
from matching.engine.remembering import Remembering
from matching.models import Match
from matching.services import glossaries
from matching.services.shelf import embedders
from matching.services.writing import reports_of
from matching.texts import content_hash, item_of, need_of, offer_of

QUICK = "use"  # compares sentences thirty times as fast as the other model
KEPT = 90 * 24 * 3600  # seconds, for a sentence that nobody asks for


class Sentences:
    """Vectors of sentences in the cache that all processes share; it drops what was asked for longest ago."""

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        found = cache.get_many([f"sentence:{key}" for key in keys])
        return {key.removeprefix("sentence:"): vector for key, vector in found.items()}

    def set_many(self, values: Mapping[str, bytes]) -> None:
        cache.set_many({f"sentence:{key}": vector for key, vector in values.items()}, KEPT)


@functools.cache
def _reader(names: tuple[str, ...]) -> Remembering:
    models = {model.name: model for model in embedders()}
    return Remembering(models[QUICK if QUICK in names else names[0]], Sentences())


def reader() -> Remembering:
    """The quickest of the models in use."""
    return _reader(tuple(settings.MATCHING_EMBEDDERS))


def explanation_of(match: Match) -> dict[str, Any]:
    """What both texts say, as of now; computed when nobody has asked before or a text has changed since."""
    wish, solution = item_of(match.wish), item_of(match.solution)
    texts, known = [content_hash(wish), content_hash(solution)], glossaries.current()
    was, print_ = match.explanation, known.fingerprint
    if was.get("texts") != texts:
        found = explain(wish, solution, reader(), known.glossary).as_dict()
    elif was.get("glossary", "") != print_:  # no sentence need be compared again
        concepts = explain(wish, solution, glossary=known.glossary).as_dict()["concepts"]
        found = {**was, "concepts": concepts}
    else:
        return was
    match.explanation = {**found, "texts": texts, "glossary": print_}
    Match.objects.filter(pk=match.pk).update(explanation=match.explanation)
    return match.explanation


def with_reports(rows: QuerySet[Match]) -> QuerySet[Match]:
    """The matches with `vendor_reports`, so that `improvements_of` need not count them."""
    of_vendor = Match.objects.filter(solution__organisation=OuterRef("solution__organisation"))
    counted = (
        of_vendor.exclude(report="").order_by().values("solution__organisation").values(count=Count("pk"))
    )
    return rows.annotate(vendor_reports=Coalesce(Subquery(counted), 0))


def improvements_of(match: Match) -> tuple[Change, ...]:
    """What single changes of a fact would raise the score, best first; by the weights that gave the score.

    None of a match that was decided: its figures stay those on which it was decided.
    """
    if match.status in Match.DECIDED:
        return ()
    vendor = match.solution.organisation_id
    counted: int | None = getattr(match, "vendor_reports", None)
    return improvements(
        need_of(match.wish),
        offer_of(match.solution, reports_of([vendor]).get(vendor, 0) if counted is None else counted),
        {name: value for name, value in match.signals.items() if isinstance(value, (int, float))},
        Weights.from_dict(match.ranker.weights) if match.ranker else DEFAULT_WEIGHTS,
    )


def explain_first(wish_ids: Sequence[int], count: int) -> None:
    """Have the explanations of the best matches ready before someone looks."""
    if count:
        best = Match.objects.filter(wish__in=wish_ids, rank__lte=count)
        for match in best.select_related("wish", "solution").order_by("wish", "rank"):
            explanation_of(match)
