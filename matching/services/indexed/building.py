"""The index as a whole: made anew beside the one that serves, and kept in step with the profiles."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from matching.engine import text
from matching.engine.dense import ROLES
from matching.models import Basis, EngineVersion, IndexedPassage, PassageCount, Profile
from matching.records import unpack
from matching.services import versions
from matching.services.indexed import bases, counting, mapping, measuring, writing
from matching.services.indexed.bases import Ground

logger = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]
BATCH = 500
BUILDING = 0x1AA7_0022  # advisory lock: one builder
# With 64 a graph of 54,000 texts in clusters of alike ones passed over whole clusters: of the nearest 50 it
# brought 98, of the nearest 434 92 in a hundred; with 200 it takes three times as long to make.
HNSW = {"m": 16, "ef_construction": 200}
ALONE = 50_000  # texts up to which the sweep makes a basis anew by itself: a minute or two of one worker
OUTGROWN = 2  # times as many texts as its own, and a basis is taken anew
IS_SPARSE = 200  # texts below which centres and scatter say little


def silent(step: str, done: int, whole: int) -> None:
    """For whom nobody watches."""


def build(
    version: EngineVersion | None = None,
    *,
    memory: str = "",
    workers: int | None = None,
    progress: Progress = silent,
) -> int | None:
    """Make the index of what a version has read, and turn searches over to it; how many passages it has.

    None when another process is at it. Searches go on in the old one. `memory` and `workers` are PostgreSQL's
    maintenance_work_mem and max_parallel_maintenance_workers: a graph that does not fit takes four times as
    long.
    """
    name = (version or versions.serving()).name
    with locked() as mine:
        if not mine:
            return None
        basis = bases.make(name, [unpack(record) for record in drawn(name)])
        ground = bases.ground(basis.pk)
        fill(ground, name, progress)
        counting.sum_up()
        measuring.measure(ground, progress)
        link(ground, memory, workers, progress)
        Basis.objects.filter(pk=basis.pk).update(ready_at=timezone.now())
        reconcile(name)
        draw(name)
        clear(name)
        return IndexedPassage.objects.filter(basis=basis).count()


@contextmanager
def locked() -> Iterator[bool]:
    """Whether nobody else builds; the lock is the session's, because a build is many transactions."""
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [BUILDING])
            yield cursor.fetchone()[0]
            return
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [BUILDING])
        mine = cursor.fetchone()[0]
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [BUILDING])


def public(version: str):
    return Profile.objects.filter(engine_version=version, is_public=True)


def drawn(version: str) -> Iterator[bytes]:
    """The records of some texts of each side, by lot, and always the same."""
    for side in Profile.Side:
        rows = public(version).filter(side=side).extra(order_by=["lot"], select={"lot": "md5(id::text)"})
        yield from rows.values_list("record", flat=True)[: bases.DRAWN]


def fill(ground: Ground, version: str, progress: Progress = silent) -> None:
    """All that is public, in the order of ids: what is written meanwhile is found by `reconcile`."""
    pks = list(public(version).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        writing.write(ground, list(Profile.objects.filter(pk__in=pks[start : start + BATCH])))
        progress("passages", min(start + BATCH, len(pks)), len(pks))


def link(ground: Ground, memory: str = "", workers: int | None = None, progress: Progress = silent) -> None:
    """One HNSW graph for each role and language, so that no filter is needed in it; and fresh statistics."""
    wanted = [(role, lang) for role in range(len(ROLES)) for lang in range(len(text.LANGUAGES))]
    at_once = "" if connection.in_atomic_block else "CONCURRENTLY "
    options = ", ".join(f"{name} = {value}" for name, value in HNSW.items())
    with connection.cursor() as cursor:
        if connection.in_atomic_block:  # no index is made while checks of foreign keys wait
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if memory:
            cursor.execute("SET maintenance_work_mem = %s", [memory])
        if workers is not None:
            cursor.execute("SET max_parallel_maintenance_workers = %s", [workers])
        for done, (role, lang) in enumerate(wanted if ground.dim else [], 1):
            name = f"{graphs(ground.pk)}{role}_{lang}"
            cursor.execute(
                f"CREATE INDEX {at_once}{name} ON matching_indexedpassage USING hnsw"
                f" ((vector::halfvec({ground.dim})) halfvec_ip_ops) WITH ({options})"
                f" WHERE basis_id = {ground.pk} AND role = {role} AND lang = {lang}"
            )
            progress("graphs", done, len(wanted))
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("RESET max_parallel_maintenance_workers")
        cursor.execute("SELECT gin_clean_pending_list('indexed_passage_terms')")
        cursor.execute("ANALYZE matching_indexedpassage, matching_termcount, matching_passagecount")


def graphs(basis: int) -> str:
    return f"matching_near_{basis}_"


def reconcile(version: str) -> int:
    """Write what profiles say that the index does not; how many profiles were behind."""
    basis = bases.serving(version)
    if basis is None:
        return 0
    own = IndexedPassage.objects.filter(basis=basis)
    stale = own.filter(~Q(stamp=F("profile__updated_at")) | Q(profile__is_public=False))
    behind = set(stale.values_list("profile", flat=True))
    there = own.filter(profile=OuterRef("pk"))
    behind |= set(public(version).filter(~Exists(there)).values_list("pk", flat=True))
    pks = sorted(behind)
    for start in range(0, len(pks), BATCH):
        rows = Profile.objects.filter(pk__in=pks[start : start + BATCH])
        writing.write(bases.ground(basis.pk), list(rows))
    return len(pks)


def draw(version: str) -> bool:
    """Write the large sample for the processes of this host, when there is none of what there is now."""
    basis = bases.serving(version)
    return basis is not None and mapping.make(bases.ground(basis.pk), counting.totals(basis.pk))


def freshen() -> None:
    """What a sweep does: catch up, sum the ledgers up, draw a sample for this host, take a new basis when the
    old one is outgrown.
    """
    version = versions.serving().name
    if bases.serving(version) is None:
        rows = list(public(version)[:BATCH])
        writing.follow(rows)
    reconcile(version)
    if PassageCount.objects.count() > BATCH:
        counting.sum_up()
    draw(version)
    basis = bases.serving(version)
    texts = public(version).count()
    if basis is None or texts < max(IS_SPARSE, OUTGROWN * basis.texts) or basis.texts >= bases.DRAWN:
        return
    if texts <= ALONE:
        build()
    else:
        logger.warning("The index has outgrown its basis: run `manage.py index_matching`.")


@transaction.atomic
def clear(version: str) -> None:
    """Take away what no search uses any more: older bases of a version, and those of versions retired."""
    serving = bases.serving(version)
    kept = {serving.pk} if serving else set()
    retired = EngineVersion.objects.filter(state=EngineVersion.State.RETIRED).values("name")
    old = Basis.objects.filter(Q(engine_version=version) | Q(engine_version__in=retired))
    drop(list(old.exclude(pk__in=kept).filter(ready_at__isnull=False).values_list("pk", flat=True)))


def drop(pks: Iterable[int]) -> None:
    for pk in pks:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname FROM pg_indexes WHERE tablename = 'matching_indexedpassage'"
                " AND indexname LIKE %s",
                [graphs(pk).replace("_", r"\_") + "%"],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {name}")
        IndexedPassage.objects.filter(basis=pk).delete()
        PassageCount.objects.filter(basis=pk).delete()
        Basis.objects.filter(pk=pk).delete()
    counting.sum_up()
