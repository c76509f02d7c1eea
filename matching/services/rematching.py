"""Who fits whom: candidates from the engine, scored by the facts, written as rows. Twice gives the same."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from matching.engine import Columns, Prepared, Weights
from matching.models import EngineVersion, Match, Profile
from matching.records import unpack
from matching.services import bulk, retrievers, shelf, versions
from matching.services.explaining import explain_first
from matching.services.profiles import prepared, profiles
from matching.services.ranking import active_ranker
from matching.services.writing import Found, Pair, Stored, Things, Writer, rank, stored
from solutions.models import Interest, Solution
from wishes.models import Wish

WRITING = shelf.BUILDING + 1
# A vendor reads the best wishes first; fifty for each solution would be a million rows.
KEPT_FOR_SOLUTION = 10
REMEMBERED = 2048  # wishes, of ten kilobytes each
Hold = Callable[[], None]
_remembered: dict[tuple[int, datetime], Prepared] = {}  # by what a profile was when it was read


class Overtaken(Exception):
    """What was computed is no longer wanted: the portal, or another worker, has gone on meanwhile."""


def rematch_wish(wish_id: int) -> None:
    """Look for the solutions that fit one wish."""
    with suppress(Overtaken):  # it is due, and the next sweep finds it
        rematch_wishes([wish_id])


def rematch_solution(solution_id: int) -> None:
    """Look for the wishes that one solution fits."""
    with suppress(Overtaken):
        rematch_solutions([solution_id])


def rematch_wishes(wish_ids: Sequence[int], *, explained: int = 10, hold: Hold | None = None) -> int:
    """The same for many wishes in a fixed number of queries; how many rows were written.

    `hold` is asked in the transaction that writes, and raises when the work is no longer the caller's.

    :raises Overtaken: the portal turned over to another engine version meanwhile.
    """
    wishes = Wish.objects.filter(pk__in=wish_ids).prefetch_related("topics").order_by("pk")
    work = Work("wish", {wish.pk: wish for wish in wishes}, hold)
    alive = work.alive(lambda wish: wish.status in Wish.OPEN_TO_OFFERS)
    found = Found()
    hits = work.held.retriever.search_many(list(alive.values()), "solution", settings.MATCHING_CANDIDATES)
    for pk, own in zip(alive, hits, strict=True):
        for hit in own:
            pair = (pk, int(hit.key[1:]))
            found.signals[pair] = hit.signals
            found.by[pair].add("wish")
    written = work.write(found, alive)
    explain_first(list(alive), explained)
    return written


def rematch_solutions(
    solution_ids: Sequence[int], *, hold: Hold | None = None, with_all: bool = False
) -> int:
    """The same from the other side: a pair is always measured from the wish, so that both ways agree.

    `with_all` is for a rematch of everything: all wishes search anyway, and the best of each solution are
    read from what they make of it, without a search of its own (docs/adr/0073).
    """
    every = Solution.objects.filter(pk__in=solution_ids).order_by("pk")
    work = Work("solution", {one.pk: one for one in every}, hold)
    alive = work.alive(lambda solution: solution.is_public)
    open_ids = list(Wish.objects.open().order_by("pk").values_list("pk", flat=True))
    kept = min(KEPT_FOR_SOLUTION, settings.MATCHING_CANDIDATES)
    columns = work.columns(alive, open_ids) if with_all and len(open_ids) <= REMEMBERED else None
    best = columns.best(kept) if columns else work.searched(alive, open_ids, kept)
    found = Found()
    for solution, wishes in best.items():
        for wish in wishes:
            found.by[int(wish[1:]), int(solution[1:])].add("solution")
    return work.write(found, {}, columns)


class Work:
    """The things that are matched, as they were read, and with what: only what is still so is written."""

    def __init__(self, side: str, things: dict, hold: Hold | None) -> None:
        """:raises Overtaken: the portal turned over while the texts were read."""
        self.side, self.things, self.hold = side, things, hold
        engine = versions.serving(max_age=0)
        # Nothing that is not public is read by the models: a draft has no profile.
        rows = profiles([thing for thing in things.values() if thing.is_public], engine)
        self.known = {pk: unpack(row.record) for pk, row in rows.items()}
        self.at = now()
        self.held = retrievers.held(max_age=0)
        if self.held.engine.name != engine.name:
            raise Overtaken

    def alive(self, is_asked: Callable[..., bool]) -> dict[int, Prepared]:
        return {
            pk: self.known[pk] for pk, thing in self.things.items() if pk in self.known and is_asked(thing)
        }

    def columns(self, alive: dict[int, Prepared], wish_ids: Sequence[int]) -> Columns | None:
        """What these wishes make of the solutions; None where the retriever cannot tell, or nobody asks."""
        known = _read(wish_ids, self.held.engine)
        asking = [known[pk] for pk in wish_ids if pk in known]
        return self.held.retriever.columns(asking, "solution", {f"s{pk}" for pk in alive})

    def searched(self, alive: dict[int, Prepared], wish_ids: Sequence[int], k: int) -> dict[str, list[str]]:
        """The k best wishes of each solution, best first, by a search of its own."""
        among = {f"w{pk}" for pk in wish_ids}
        hits = self.held.retriever.search_many(list(alive.values()), "wish", k, among, told=False)
        return {f"s{pk}": [hit.key for hit in own] for pk, own in zip(alive, hits, strict=True)}

    def write(self, found: Found, known: dict[int, Prepared], columns: Columns | None = None) -> int:
        """Score what was found or must be kept, and bring the rows to that; how many were written.

        :raises Overtaken: the portal turned over meanwhile.
        """
        ids = set(self.things)
        answered = _answered(self.side, sorted(ids))
        kept = set(self._own(ids).values_list("wish_id", "solution_id"))
        pairs = set(found.by) | answered | kept
        things = Things.of(pairs)
        pairs = {pair for pair in pairs if things.are_live(pair)}
        if columns:
            told = columns.told((f"w{wish}", f"s{solution}") for wish, solution in sorted(pairs))
            found.signals |= {(int(w[1:]), int(s[1:])): hit.signals for (w, s), hit in told.items()}
        _measure(found, self.held, known, pairs)
        ranker = active_ranker()
        weights = Weights.from_dict(ranker.weights)
        scored = {
            pair: things.score(pair, found.signals[pair], weights) for pair in pairs if pair in found.signals
        }
        with transaction.atomic():
            ids -= self._overtaken()
            scored = {pair: score for pair, score in scored.items() if self._own_id(pair) in ids}
            rows = stored(self._own(ids))
            rows |= _rows_of(set(scored) - set(rows))
            writer = Writer(found, answered, self.side, ranker, self.held.engine.name)
            for pair in sorted(scored):
                writer.take(pair, rows.get(pair), scored[pair])
            # What came meanwhile was found by another worker, from the other side: it is not ours to drop.
            for pair in sorted(kept & set(rows) - set(scored)):
                writer.drop(rows[pair])
            written = writer.save()
            rank({wish for wish, _ in set(rows) | set(scored)})
            self._done(ids)
        return written

    def _own(self, ids: set[int]):
        return Match.objects.filter(**{f"{self.side}__in": ids})

    def _own_id(self, pair: Pair) -> int:
        return pair[0] if self.side == "wish" else pair[1]

    def _overtaken(self) -> set[int]:
        """Begin to write, one worker at a time; the things that were edited or matched since by another.

        Whoever is cut off while it writes holds the others up no longer than PostgreSQL is told to wait.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', %s, true), "
                "pg_advisory_xact_lock(%s)",
                [f"{1000 * settings.MATCHING_PATIENCE}", WRITING],
            )
        if self.hold:
            self.hold()
        if versions.serving_now().name != self.held.engine.name:
            raise Overtaken
        rows = _profiles(self.side, self.things, self.held.engine)
        stamps = rows.values_list(f"{self.side}_id", f"{self.side}__updated_at", "matched_at")
        return {
            pk
            for pk, edited, matched in stamps
            if edited != self.things[pk].updated_at or (matched and matched > self.at)
        }

    def _done(self, ids: set[int]) -> None:
        """Note up to which edit each thing was matched: the sweep looks for those that were edited since."""
        rows = _profiles(self.side, ids, self.held.engine).values_list("pk", f"{self.side}_id")
        noted = [
            {"id": pk, "seen_at": self.things[thing].updated_at, "matched_at": self.at} for pk, thing in rows
        ]
        bulk.update(Profile, noted)


def now() -> datetime:
    """By the clock that all workers share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def _profiles(side: str, ids, engine: EngineVersion):
    return Profile.objects.filter(**{f"{side}__in": list(ids)}, engine_version=engine.name)


def _rows_of(pairs: set[Pair]) -> dict[Pair, Stored]:
    if not pairs:
        return {}
    wishes, solutions = {w for w, _ in pairs}, {s for _, s in pairs}
    rows = stored(Match.objects.filter(wish__in=wishes, solution__in=solutions))
    return {pair: row for pair, row in rows.items() if pair in pairs}


def _answered(side: str, ids: Sequence[int]) -> set[Pair]:
    """A vendor's own answer to a wish is always a match, however far apart the texts are.

    What answers a wish that was merged answers the one in which it goes on, also if it came too late.
    """
    interests, numbered = Interest.objects.all(), Wish.objects.filter(reference__isnull=False)
    stands = Coalesce("merged_into_id", "pk")
    if side == "wish":
        named = numbered.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
        references = dict(named.values_list("reference", stands))
        interests = interests.filter(wish_reference__in=references)
    else:
        interests = interests.filter(solution__in=ids)
        wanted = numbered.filter(reference__in=interests.values("wish_reference"))
        references = dict(wanted.values_list("reference", stands))
    rows = interests.values_list("wish_reference", "solution_id")
    return {(references[reference], pk) for reference, pk in rows if reference in references}


def _measure(found: Found, held: retrievers.Held, known: dict[int, Prepared], pairs: set[Pair]) -> None:
    """Signals of pairs that the search did not bring: always those of the wish asking for the solution."""
    missing: dict[int, set[str]] = defaultdict(set)
    for wish, solution in pairs - set(found.signals):
        missing[wish].add(f"s{solution}")
    known = known | _read([pk for pk in missing if pk not in known], held.engine)
    asking = sorted(missing.keys() & known.keys())
    hits = held.retriever.measured(
        [known[wish] for wish in asking], "solution", [missing[wish] for wish in asking]
    )
    for wish, own in zip(asking, hits, strict=True):
        found.signals |= {(wish, int(hit.key[1:])): hit.signals for hit in own}


def _read(wishes: Sequence[int], engine: EngineVersion) -> dict[int, Prepared]:
    """What is known of wishes; the same ones ask in one shard of solutions after the other."""
    rows = _profiles("wish", wishes, engine).values_list("wish_id", "pk", "updated_at")
    marks = {wish: (pk, at) for wish, pk, at in rows} if wishes else {}
    held = {wish: own for wish, asked in marks.items() if (own := _remembered.get(asked))}
    new = [wish for wish in marks if wish not in held]
    read = prepared("wish", new, engine) if new else {}
    if len(_remembered) + len(read) > REMEMBERED:
        _remembered.clear()
    _remembered.update({marks[wish]: one for wish, one in read.items()})
    return held | read


def matched_since(side: str, pk: int, since: datetime) -> bool:
    """Whether a thing has been matched, as it is now, after a moment: a message of then is old."""
    rows = _profiles(side, [pk], versions.serving()).filter(is_public=True, matched_at__gt=since)
    return rows.filter(seen_at=F(f"{side}__updated_at")).exists()
