"""Which weights score a match."""

from django.db import IntegrityError, transaction

from matching.engine import DEFAULT_WEIGHTS, ENGINE_VERSION
from matching.models import Ranker


def active_ranker() -> Ranker:
    """The weights in use; on a new portal, or after a new engine, the engine's own as a row of their own.

    Weights learnt from what one engine measured mean nothing to the next.
    """
    ranker = Ranker.objects.filter(is_active=True, engine_version=ENGINE_VERSION).first()
    if ranker is None:
        try:
            with transaction.atomic():
                Ranker.objects.filter(is_active=True).update(is_active=False)
                return Ranker.objects.create(
                    name=f"Engine {ENGINE_VERSION}, as delivered",
                    engine_version=ENGINE_VERSION,
                    weights=DEFAULT_WEIGHTS.as_dict(),
                    is_active=True,
                )
        except IntegrityError:  # another worker was first
            return Ranker.objects.get(is_active=True)
    return ranker
