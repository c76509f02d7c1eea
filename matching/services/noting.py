"""What people's acts say of a pair, written down with what they were shown: verdicts to learn from."""

from accounts.models import User
from matching.models import Judgement, Match

LOOKED_AT = 20  # suggestions of a wish that its page shows; nobody has passed over what stands below


def note(match: Match, kind: str, *, by: User | None, ground: str = "") -> Judgement:
    """One act on one match, in the transaction of the act itself."""
    made = judgement(match, kind, by, ground)
    made.save()
    return made


def note_passed_over(match: Match, *, by: User | None) -> list[Judgement]:
    """Who picks the fifth has looked at the four above it: those still only suggested were passed over."""
    above = Match.objects.filter(wish=match.wish_id, status=Match.Status.SUGGESTED, rank__lt=match.rank)
    rows = above.defer("explanation", "signals").order_by("rank")[:LOOKED_AT]
    return Judgement.objects.bulk_create(judgement(row, Judgement.Kind.SKIPPED, by) for row in rows)


def judgement(match: Match, kind: str, by: User | None, ground: str = "") -> Judgement:
    return Judgement(
        kind=kind,
        ground=ground,
        wish_id=match.wish_id,
        solution_id=match.solution_id,
        person=by,
        place=match.rank,
        probability=match.probability,
        factors={one["name"]: one["value"] for one in match.score.get("contributions", [])},
        engine_version=match.engine_version,
    )
