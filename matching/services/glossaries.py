"""The glossary that texts are read with: the engine's own and the terms of the portal, the same everywhere.

Terms are rows; a process asks for their fingerprint every two seconds at most, and for the rows when it has
changed. What writes what it has read asks again, under a lock that whoever changes a term waits for.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from matching.engine.glossary import Glossary, shipped
from matching.models import Term

CHANGING = 0x1AA7_0021  # advisory lock: one change of terms at a time, and none while a record is written
TRUSTED = 2.0  # seconds for which a process trusts what it saw


@dataclass(frozen=True)
class Known:
    fingerprint: str  # of `TermQuerySet.fingerprint`
    glossary: Glossary


_seen: tuple[float, Known | None] = (float("-inf"), None)


def current(max_age: float | None = None) -> Known:
    """The glossary as it is, or was `max_age` seconds ago; one small query while nothing changes."""
    global _seen
    at, known = _seen
    if known is None or time.monotonic() - at >= (TRUSTED if max_age is None else max_age):
        if known is None or Term.objects.fingerprint() != known.fingerprint:
            known = read()
        _seen = time.monotonic(), known
    return known


def read() -> Known:
    """The glossary as this transaction sees it; nobody else is told."""
    rows = list(Term.objects.active().order_by("pk"))
    return Known(_fingerprint(rows), shipped().with_terms(row.concept for row in rows) if rows else shipped())


def _fingerprint(rows: Sequence[Term]) -> str:
    every = ",".join(row.content_hash for row in rows)
    return hashlib.md5(every.encode(), usedforsecurity=False).hexdigest() if rows else ""


def forget() -> None:
    """Look again at the next question."""
    global _seen
    _seen = float("-inf"), None


def lock(*, shared: bool = False) -> None:
    """Until the end of the transaction. Who writes records shares it; who changes a term is alone."""
    kind = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind}(%s)", [CHANGING])
