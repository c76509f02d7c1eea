"""Which engine version serves the portal, and how another takes its place.

A process has code, models and a glossary, and would read texts with these: its own version. What the portal
has read so far may be of another. That one serves until all texts are read anew; then one commit turns the
portal over. A version that has served is never taken up again by itself: processes of old code that outlive a
deployment must not turn the portal back.
"""

import logging
import time

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from matching.engine import ENGINE_VERSION
from matching.engine.dense import VERSIONS
from matching.models import EngineVersion, Profile
from matching.texts import engine_version, glossary_hash

logger = logging.getLogger(__name__)
CHANGING = 0x1AA7_0011  # advisory lock: one change of versions at a time
TRUSTED = 10.0  # seconds for which a process trusts what it saw; what it searches or writes asks again
S = EngineVersion.State
_seen: tuple[float, EngineVersion | None] = (float("-inf"), None)


def own() -> EngineVersion:
    """What this process would read texts with; not a row yet."""
    return EngineVersion(
        name=engine_version(),
        state=S.SERVING,
        engine=ENGINE_VERSION,
        embedders=[{"name": name, "version": VERSIONS.get(name, "")} for name in settings.MATCHING_EMBEDDERS],
        glossary=glossary_hash(),
    )


def serving(max_age: float = TRUSTED) -> EngineVersion:
    """The version with which the portal is searched and matched, or was `max_age` seconds ago.

    A portal that has read nothing yet is served by whoever comes first.
    """
    global _seen
    at, version = _seen
    if version is None or time.monotonic() - at >= max_age:
        version = serving_now()
        _seen = time.monotonic(), version
    return version if version.pk else own()


def serving_now() -> EngineVersion:
    return EngineVersion.objects.filter(state=S.SERVING).first() or own()


def forget() -> None:
    """Look again at the next question."""
    global _seen
    _seen = float("-inf"), None


def preparing() -> EngineVersion | None:
    return EngineVersion.objects.filter(state=S.PREPARING).first()


def is_current() -> bool:
    """Whether the portal is served by what this process would read with."""
    return serving().name == engine_version()


def is_outdated() -> bool:
    """Whether this process has code or settings from before the portal turned over; it writes nothing."""
    return not is_current() and EngineVersion.objects.filter(name=engine_version(), state=S.RETIRED).exists()


@transaction.atomic
def settle() -> EngineVersion:
    """The row of the version that serves; on a new portal this process's own, from now on."""
    _lock()
    version = serving_now()
    if not version.pk:
        version.serving_since = timezone.now()
        known = EngineVersion.objects.filter(name=version.name).first()
        version.pk = known.pk if known else None
        version.save()
        forget()
    return version


@transaction.atomic
def prepare() -> EngineVersion:
    """The row to read texts for: the one that serves when it is this process's own, else one beside it."""
    version = settle()
    wanted = own()
    given_up = EngineVersion.objects.filter(state=S.PREPARING).exclude(name=wanted.name)
    given_up.update(state=S.RETIRED, retired_at=timezone.now())
    if version.name == wanted.name:
        return version
    row, _ = EngineVersion.objects.update_or_create(
        name=wanted.name,
        defaults={
            "state": S.PREPARING,
            "engine": wanted.engine,
            "embedders": wanted.embedders,
            "glossary": wanted.glossary,
            "retired_at": None,
        },
    )
    return row


@transaction.atomic
def turn_over(version: EngineVersion) -> bool:
    """From this commit on the portal is searched and matched with what this version has read; False if it is.

    Its snapshot must be published before: processes map it when they see the new row.
    """
    _lock()
    before = serving_now()
    if before.name == version.name:
        return False
    now = timezone.now()
    if before.pk:
        EngineVersion.objects.filter(pk=before.pk).update(state=S.RETIRED, retired_at=now)
    EngineVersion.objects.filter(pk=version.pk).update(state=S.SERVING, serving_since=now, retired_at=None)
    version.refresh_from_db()
    transaction.on_commit(forget)
    forget()
    logger.info("The portal turned over from engine version %s to %s.", before.name, version.name)
    return True


def clear_away() -> int:
    """Remove what versions have read that neither serve nor are prepared; how many records."""
    kept = EngineVersion.objects.exclude(state=S.RETIRED).values("name")
    gone, _ = Profile.objects.exclude(engine_version__in=kept).delete()
    return gone


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHANGING])
