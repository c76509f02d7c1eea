"""Who hears of what happens to a match."""

from accounts.models import Role, User
from journal.models import Entry
from matching.models import Conflict, Match
from notifications.outbox import bilingual, notify, party


def parties_of(match: Match) -> set[int]:
    """Every organisation with a stake: who wishes, co-sponsors, offers or co-authors, and who nominated."""
    sponsors = set(match.wish.sponsors.values_list("organisation_id", flat=True))
    near = {match.wish.organisation_id, match.solution.nominated_by_id, *match.solution.author_ids()}
    return sponsors | {pk for pk in near if pk}


def tell_parties(match: Match, entry: Entry, template: str) -> None:
    """Department, vendor and co-authors; no expert is named."""
    people = party(match.wish.organisation_id, *match.solution.author_ids())
    notify(people, entry, f"matching/mail/{template}", thing=match, why="party", **_names(match))


def tell_experts(match: Match, entry: Entry) -> None:
    """Every expert who is not of a party; who has declared a conflict is left in peace."""
    near = parties_of(match)
    people = (
        User.objects.with_role(Role.EXPERT)
        .exclude(memberships__organisation__in=near)
        .exclude(pk__in=Conflict.objects.filter(organisation__in=near).values("expert"))
        .exclude(pk__in=[match.wish.created_by_id, match.solution.created_by_id])
    )
    notify(people, entry, "matching/mail/review", thing=match, why="duty", **_names(match))


def _names(match: Match) -> dict:
    return {
        "thing_title": bilingual(match.wish, "title"),
        "reference": match.wish.reference or "",
        "wish_title": bilingual(match.wish, "title"),
        "wish_reference": match.wish.reference or "",
        "solution_title": bilingual(match.solution, "title"),
        "solution_reference": match.solution.reference or "",
    }
