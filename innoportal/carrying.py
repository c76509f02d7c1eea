"""What becomes of each relation to an organisation when another one stands for it: one line for each.

A new foreign key to Organisation without a line here fails a test: nothing is forgotten in silence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model
from django.utils import timezone

from accounts.models import (
    Invitation,
    JoinRequest,
    Membership,
    Organisation,
    Partnership,
    User,
    Verification,
)
from matching.models import Conflict
from notifications.following import settle
from notifications.models import Follow
from solutions import nominating
from solutions.models import CoAuthor, Nomination, Solution
from trials.services.adopting import settle_merged
from wishes.models import EndorsementStep, Sponsor


@dataclass(frozen=True)
class Merging:
    old: Organisation
    new: Organisation
    by: User
    reason: str


Rule = Callable[[Any, str, Merging], int]  # of a model's field; returns how many rows are carried over


def move(model: Any, field: str, told: Merging) -> int:
    return model._base_manager.filter(**{field: told.old}).update(**{field: told.new})


def once_for_each(column: str) -> Rule:
    """What the other has already, by that column, is not carried twice."""

    def rule(model: Any, field: str, told: Merging) -> int:
        rows = model._base_manager
        there = set(rows.filter(**{field: told.new}).values_list(column, flat=True))
        rows.filter(**{field: told.old, f"{column}__in": there}).delete()
        return move(model, field, told)

    return rule


def stay(model: Any, field: str, told: Merging) -> int:
    """A judgement of the past tells of the organisations as they were."""
    return 0


def members(model: Any, field: str, told: Merging) -> int:
    """Who is in both keeps the higher role."""
    approvers = told.old.memberships.filter(role=Membership.Role.APPROVER).values("user")
    told.new.memberships.filter(user__in=list(approvers.values_list("user", flat=True))).update(
        role=Membership.Role.APPROVER
    )
    carried = once_for_each("user_id")(model, field, told)
    _keep_experts_away(told)
    return carried


def _keep_experts_away(told: Merging) -> None:
    """An expert of the one may have judged the other fairly; from now on that counts no more."""
    experts = User.objects.filter(memberships__organisation=told.new, roles__contains=["expert"])
    reason = f"{told.old.slug} → {told.new.slug}"
    Conflict.objects.bulk_create(
        (Conflict(expert=one, organisation=told.new, reason=reason) for one in experts), ignore_conflicts=True
    )


def invitations(model: Any, field: str, told: Merging) -> int:
    carried = once_for_each("email")(model, field, told)
    inside = told.new.people.values_list("email", flat=True)
    Invitation.objects.filter(organisation=told.new, email__in=list(inside)).delete()
    return carried


def join_requests(model: Any, field: str, told: Merging) -> int:
    """Who belongs to the other, or asked there too, waits no longer here."""
    inside = set(told.new.memberships.values_list("user_id", flat=True))
    inside |= set(told.new.join_requests.waiting().values_list("person_id", flat=True))
    told.old.join_requests.waiting().filter(person__in=inside).update(
        outcome=JoinRequest.Outcome.WITHDRAWN, decided_at=timezone.now()
    )
    return move(model, field, told)


def partnership(model: Any, field: str, told: Merging) -> int:
    """Of two, the one of the organisation that stands; it was a partner since the earlier day."""
    mine = Partnership.objects.filter(organisation=told.new).first()
    theirs = Partnership.objects.filter(organisation=told.old).first()
    if mine is None or theirs is None:
        return move(model, field, told)
    mine.signed_on = min(mine.signed_on, theirs.signed_on)
    open_end = mine.ends_on is None or theirs.ends_on is None
    mine.ends_on = None if open_end else max(mine.ends_on, theirs.ends_on)  # type: ignore[type-var]
    mine.save()
    theirs.delete()
    return 1


def verifications(model: Any, field: str, told: Merging) -> int:
    """One request waits and one badge is in force at most; what ends says why."""
    now, mine = timezone.now(), told.new.verifications
    theirs = Verification.objects.filter(organisation=told.old)
    if mine.waiting().exists() or mine.in_force().exists():
        theirs.waiting().update(is_verified=False, decided_by=told.by, decided_at=now, reason=told.reason)
    if mine.in_force().exists():
        theirs.in_force().update(revoked_by=told.by, revoked_at=now, revoked_for=told.reason)
    elif theirs.in_force().exists():
        mine.waiting().update(is_verified=False, decided_by=told.by, decided_at=now, reason=told.reason)
        Organisation.objects.filter(pk=told.new.pk).update(is_confirmed=True)
    return move(model, field, told)


def steps(model: Any, field: str, told: Merging) -> int:
    """The organisation that stands endorses as it did; if it had set nothing, as the other did."""
    if told.new.endorsement_steps.in_force().exists():
        EndorsementStep.objects.in_force().filter(organisation=told.old).update(ended_at=timezone.now())
    return move(model, field, told)


def wishes(model: Any, field: str, told: Merging) -> int:
    """Nobody co-sponsors a wish of their own."""
    carried = move(model, field, told)
    Sponsor.objects.filter(wish__organisation=told.new, organisation__in=(told.old, told.new)).delete()
    return carried


def acceptances(model: Any, field: str, told: Merging) -> int:
    """Where both accepted the same terms, the yes of the other stays what it was: a record."""
    rows = model._base_manager
    there = set(rows.filter(**{field: told.new}).values_list("annex_id", "version"))
    theirs = rows.filter(**{field: told.old}).values_list("pk", "annex_id", "version")
    new = [pk for pk, *terms in theirs if tuple(terms) not in there]
    return rows.filter(pk__in=new).update(**{field: told.new})


def nominated(model: Any, field: str, told: Merging) -> int:
    """Nobody nominates their own; the solutions themselves are carried already."""
    carried = move(model, field, told)
    Solution.objects.filter(nominated_by=told.new, organisation=F("nominated_by")).update(nominated_by=None)
    return carried


def move_nominations(model: Any, field: str, told: Merging) -> int:
    """Nobody nominates their own: what waits between the two is taken back before they are one."""
    sides = {"nominator__in": (told.old, told.new), "vendor__in": (told.old, told.new)}
    for one in Nomination.objects.waiting().filter(**sides):
        nominating.take_back(one, by=told.by)
    return move(model, field, told)


def coauthors(model: Any, field: str, told: Merging) -> int:
    """Of two on one solution one stays, with the more that either had; none on its own solution."""
    mine = {one.solution_id: one for one in CoAuthor.objects.filter(organisation=told.new)}
    for theirs in CoAuthor.objects.filter(organisation=told.old, solution__in=mine):
        one = mine[theirs.solution_id]
        one.accepted_at = one.accepted_at or theirs.accepted_at
        one.may_edit = one.may_edit or theirs.may_edit
        one.save(update_fields=["accepted_at", "may_edit"])
    carried = once_for_each("solution_id")(model, field, told)
    CoAuthor.objects.filter(organisation=told.new, solution__organisation=told.new).delete()
    return carried


def uses(model: Any, field: str, told: Merging) -> int:
    """Nobody says twice that it uses a solution, nor that it uses its own."""
    settle_merged(told.new, told.old, by=told.by, reason=told.reason)
    return move(model, field, told)


RULES: dict[str, Rule] = {
    "accounts.Membership.organisation": members,
    "accounts.Invitation.organisation": invitations,
    "accounts.JoinRequest.organisation": join_requests,
    "accounts.Delegation.organisation": move,
    "accounts.Partnership.organisation": partnership,
    "accounts.Verification.organisation": verifications,
    "accounts.SuspectedPair.first": stay,
    "accounts.SuspectedPair.second": stay,
    "accounts.Organisation.merged_into": move,
    "desk.SavedView.organisation": move,
    "documents.Document.organisation": move,
    "matching.Conflict.organisation": once_for_each("expert_id"),
    "notifications.Webhook.organisation": move,
    "solutions.Solution.organisation": move,
    "solutions.Solution.nominated_by": nominated,
    "solutions.SolutionDraft.organisation": move,
    "solutions.Nomination.nominator": move_nominations,
    "solutions.Nomination.vendor": move_nominations,
    "solutions.CoAuthor.organisation": coauthors,
    "trials.Confirmation.organisation": uses,
    "trials.Venue.organisation": move,
    "wishes.Wish.organisation": wishes,
    "wishes.WishDraft.organisation": move,
    "wishes.AnnexAcceptance.organisation": acceptances,
    "wishes.Call.organisation": move,
    "wishes.Question.organisation": move,
    "wishes.Sponsor.organisation": once_for_each("wish_id"),
    "wishes.EndorsementStep.organisation": steps,
}


def relations() -> dict[str, tuple[type[Model], str]]:
    """Every foreign key to an organisation, also those that it has no name for."""
    found = {}
    keys: Any = Organisation._meta.get_fields(include_hidden=True)
    for one in keys:
        if one.auto_created and not one.concrete and (one.one_to_many or one.one_to_one):
            model, field = one.related_model, one.field.name
            found[f"{model._meta.label}.{field}"] = (model, field)
    return found


def carry(told: Merging) -> dict[str, int]:
    """Carry everything over; how many rows of each, by the relation. Only those of which there are any."""
    there = relations()
    done = {key: rule(*there[key], told) for key, rule in RULES.items()}
    done["notifications.Follow"] = _followers(told)
    return {key: count for key, count in done.items() if count}


def _followers(told: Merging) -> int:
    settle(told.old)
    noun = Organisation._meta.label_lower
    there = Follow.objects.filter(noun=noun, object_id=told.new.pk).values_list("user_id", flat=True)
    rows = Follow.objects.filter(noun=noun, object_id=told.old.pk)
    rows.filter(user__in=list(there.exclude(user=None))).delete()
    visitors = Follow.objects.filter(noun=noun, object_id=told.new.pk, visitor__isnull=False)
    rows.filter(visitor__in=list(visitors.values_list("visitor_id", flat=True))).delete()
    return rows.update(object_id=told.new.pk)
