"""Which weights score a match."""

from django.db import IntegrityError, transaction

from matching.engine import DEFAULT_WEIGHTS, ENGINE_VERSION
from matching.models import Ranker


def active_ranker() -> Ranker:
    """The weights in use; on a new portal those of the engine, written down as a row of their own."""
    ranker = Ranker.objects.filter(is_active=True).first()
    if ranker is None:
        try:
            with transaction.atomic():
                return Ranker.objects.create(
                    name=f"Engine {ENGINE_VERSION}, as delivered",
                    engine_version=ENGINE_VERSION,
                    weights=DEFAULT_WEIGHTS.as_dict(),
                    is_active=True,
                )
        except IntegrityError:  # another worker was first
            return Ranker.objects.get(is_active=True)
    return ranker
