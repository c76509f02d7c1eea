"""Who fits whom: candidates from the engine, scored by the facts, written as rows. Twice gives the same."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from matching.engine import Prepared, Snapshot, Weights
from matching.models import Match, Profile
from matching.services import shelf
from matching.services.explaining import explain_first
from matching.services.profiles import prepared, profiles
from matching.services.ranking import active_ranker
from matching.services.writing import Found, Pair, Things, Writer, rank
from matching.texts import engine_version
from solutions.models import Interest, Solution
from wishes.models import Wish

WRITING = shelf.BUILDING + 1
# A vendor reads the best wishes first; fifty for each solution would be a million rows.
KEPT_FOR_SOLUTION = 10


def rematch_wish(wish_id: int) -> None:
    """Look for the solutions that fit one wish."""
    rematch_wishes([wish_id])


def rematch_solution(solution_id: int) -> None:
    """Look for the wishes that one solution fits."""
    rematch_solutions([solution_id])


def rematch_wishes(wish_ids: Sequence[int], *, explained: int = 10) -> int:
    """The same for many wishes in a fixed number of queries; how many rows were written."""
    wishes = Wish.objects.filter(pk__in=wish_ids).prefetch_related("topics").order_by("pk")
    every = {wish.pk: wish for wish in wishes}
    stamps = {wish.pk: wish.updated_at for wish in every.values()}
    known = _read(list(every.values()))
    at = timezone.now()
    alive = {
        pk: known[pk] for pk, wish in every.items() if wish.status in Wish.OPEN_TO_OFFERS and pk in known
    }
    snapshot = shelf.current(max_age=0)
    found = Found()
    for pk, hits in zip(
        alive, _search(snapshot, alive, "solution", settings.MATCHING_CANDIDATES), strict=True
    ):
        for hit in hits:
            pair = (pk, int(hit.key[1:]))
            found.signals[pair] = hit.signals
            found.by[pair].add("wish")
    written = _write(found, snapshot, alive, "wish", list(every))
    explain_first(list(alive), explained)
    _done("wish", stamps, at)
    return written


def rematch_solutions(solution_ids: Sequence[int]) -> int:
    """The same from the other side: a pair is always measured from the wish, so that both ways agree."""
    every = {one.pk: one for one in Solution.objects.filter(pk__in=solution_ids).order_by("pk")}
    stamps = {one.pk: one.updated_at for one in every.values()}
    known = _read(list(every.values()))
    at = timezone.now()
    alive = {pk: known[pk] for pk, one in every.items() if one.is_public and pk in known}
    snapshot = shelf.current(max_age=0)
    among = {f"w{pk}" for pk in Wish.objects.open().values_list("pk", flat=True)}
    kept = min(KEPT_FOR_SOLUTION, settings.MATCHING_CANDIDATES)
    found = Found()
    for pk, hits in zip(alive, _search(snapshot, alive, "wish", kept, among), strict=True):
        for hit in hits:
            found.by[int(hit.key[1:]), pk].add("solution")
    written = _write(found, snapshot, {}, "solution", list(every))
    _done("solution", stamps, at)
    return written


def _read(things: list) -> dict[int, Prepared]:
    """Nothing that is not public is read by the models: a draft has no profile."""
    rows = profiles([thing for thing in things if thing.is_public])
    side = "wish" if things and isinstance(things[0], Wish) else "solution"
    return prepared(side, list(rows))


def _search(snapshot: Snapshot, asked: dict[int, Prepared], role, k: int, among: set[str] | None = None):
    return snapshot.search_many(list(asked.values()), role, k, among)


def _write(
    found: Found, snapshot: Snapshot, known: dict[int, Prepared], side: str, ids: Sequence[int]
) -> int:
    """Score what was found or must be kept, and bring the rows of `ids` to that; how many were written."""
    own = Match.objects.filter(**{f"{side}__in": ids})
    answered = _answered(side, ids)
    kept = set(own.values_list("wish_id", "solution_id"))
    pairs = set(found.by) | answered | kept
    things = Things.of(pairs)
    pairs = {pair for pair in pairs if things.are_live(pair)}
    _measure(found, snapshot, known, pairs)
    ranker = active_ranker()
    weights = Weights.from_dict(ranker.weights)
    scored = {
        pair: things.score(pair, found.signals[pair], weights) for pair in pairs if pair in found.signals
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])
        rows = {(m.wish_id, m.solution_id): m for m in own.all()}
        rows |= {(m.wish_id, m.solution_id): m for m in _rows_of(set(scored) - set(rows))}
        writer = Writer(found, answered, side, ranker)
        for pair in sorted(scored):
            writer.take(pair, rows.get(pair), scored[pair])
        for pair in sorted(set(rows) - set(scored)):
            writer.drop(rows[pair])
        written = writer.save()
        rank({wish for wish, _ in set(rows) | set(scored)})
    return written


def _rows_of(pairs: set[Pair]):
    if not pairs:
        return Match.objects.none()
    wishes, solutions = {w for w, _ in pairs}, {s for _, s in pairs}
    rows = Match.objects.filter(wish__in=wishes, solution__in=solutions)
    return [row for row in rows if (row.wish_id, row.solution_id) in pairs]


def _answered(side: str, ids: Sequence[int]) -> set[Pair]:
    """A vendor's own answer to a wish is always a match, however far apart the texts are."""
    interests = Interest.objects.all()
    if side == "wish":
        references = dict(
            Wish.objects.filter(pk__in=ids, reference__isnull=False).values_list("reference", "pk")
        )
        interests = interests.filter(wish_reference__in=references)
    else:
        interests = interests.filter(solution__in=ids)
        named = interests.values("wish_reference")
        references = dict(Wish.objects.filter(reference__in=named).values_list("reference", "pk"))
    rows = interests.values_list("wish_reference", "solution_id")
    return {(references[reference], pk) for reference, pk in rows if reference in references}


def _measure(found: Found, snapshot: Snapshot, known: dict[int, Prepared], pairs: set[Pair]) -> None:
    """Signals of pairs that the search did not bring: always those of the wish asking for the solution."""
    missing: dict[int, set[str]] = defaultdict(set)
    for wish, solution in pairs - set(found.signals):
        missing[wish].add(f"s{solution}")
    unread = [pk for pk in missing if pk not in known]
    known = known | (prepared("wish", unread) if unread else {})
    for wish, keys in missing.items():
        if wish in known:
            for hit in snapshot.search(known[wish], "solution", len(keys), keys):
                found.signals[wish, int(hit.key[1:])] = hit.signals


def matched_since(side: str, pk: int, since: datetime) -> bool:
    """Whether a thing has been matched, as it is now, after a moment: a message of then is old."""
    rows = Profile.objects.filter(is_public=True, engine_version=engine_version(), matched_at__gt=since)
    return rows.filter(**{side: pk, "seen_at": F(f"{side}__updated_at")}).exists()


def _done(side: str, stamps: dict[int, datetime], at: datetime) -> None:
    """Note up to which edit each thing was matched: the sweep looks for those that were edited since."""
    rows = list(Profile.objects.filter(**{f"{side}__in": list(stamps)}).defer("record"))
    for row in rows:
        row.seen_at, row.matched_at = stamps[getattr(row, f"{side}_id")], at
    Profile.objects.bulk_update(rows, ["seen_at", "matched_at"])
