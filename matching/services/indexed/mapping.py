"""The large sample: a folder that is written once and mapped by every process of a host.

Who sweeps or makes the index writes it; a search never does, and until it is there it makes do with the
small sample that its process holds. It stands for a collection as it was: what was written or hidden since
changes no scale worth the time, and what a search finds comes from the database alone.
"""

import math
import shutil
import time
import uuid
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from matching.engine.sampled import Sample
from matching.engine.store import FORMAT
from matching.services.indexed import drawing
from matching.services.indexed.bases import Ground
from matching.services.indexed.counting import Totals

DRAWN = 30_000  # passages of a role and language
DRAFT = ".draft"
ABANDONED = 3600  # seconds
OUTGROWN = 1.25  # times as many passages, or as few, and another is drawn


def folder() -> Path:
    """Beside the snapshots; what tidies these up leaves it, for its name does not begin with a time."""
    return Path(settings.MATCHING_SNAPSHOT_DIR) / "samples"


def prefix(ground: Ground) -> str:
    return f"{FORMAT}-{ground.name}-"


def name(ground: Ground, totals: Totals) -> str:
    whole = sum(sizes[0] for sizes in totals.of.values())
    return f"{prefix(ground)}{round(math.log(max(whole, 1), OUTGROWN))}"


def find(ground: Ground, totals: Totals) -> Sample | None:
    """That of the collection as it is, or as it was; None while this host has none."""
    wanted = folder() / name(ground, totals)
    others = sorted(folder().glob(f"{prefix(ground)}*"), reverse=True)
    for place in (wanted, *others):
        if place.is_dir() and place.suffix != DRAFT:
            with suppress(OSError, ValueError, KeyError):  # it was tidied away just now
                return mapped(place)
    return None


@lru_cache(1)
def mapped(place: Path) -> Sample:
    return Sample.load(place)


def make(ground: Ground, totals: Totals) -> bool:
    """Write the sample of the collection as it is, unless it is there; whether it was written."""
    place = folder() / name(ground, totals)
    if place.is_dir() or not drawing.is_large(totals):
        return False
    draft = folder() / f"{place.name}.{uuid.uuid4().hex[:8]}{DRAFT}"
    Sample.of(drawing.segments(ground, totals, DRAWN), ground.known).save(draft)
    with suppress(OSError):  # another process was quicker
        draft.replace(place)
    tidy(place)
    return True


def tidy(kept: Path) -> None:
    """Mapped files stay readable for those who have them open; another's draft is left for a while."""
    for place in folder().iterdir():
        with suppress(OSError):
            is_young = place.suffix == DRAFT and time.time() - place.stat().st_mtime < ABANDONED
            if place != kept and not is_young:
                shutil.rmtree(place)
