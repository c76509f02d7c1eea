"""What people decide about a match."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Role, User
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, record
from matching.models import Conflict, Judgement, Match, Review
from matching.services.noting import note, note_passed_over
from matching.services.telling import parties_of, tell_experts, tell_parties
from matching.workflow import WORKFLOW
from solutions.models import Solution
from wishes import services as wishes_services
from wishes.models import Wish

G = Review.Ground
# Grounds of a verdict that are in the list of a refusal, too; with another the own words say it all.
DECLINING = (G.PARTLY, G.OFF_TOPIC, G.NOT_READY, G.COST, G.SITE, G.SAFETY, G.DUPLICATE, G.UNCLEAR)


@transaction.atomic
def shortlist(match: Match, *, by: User) -> Entry:
    """Mark a suggestion as worth an expert's time."""
    _still_there(match)
    entry = WORKFLOW["shortlist"].apply(match, by=by)
    note(match, Judgement.Kind.SHORTLISTED, by=by)
    note_passed_over(match, by=by)
    return entry


@transaction.atomic
def open_review(match: Match, *, by: User) -> Entry:
    """Ask the experts. Each opening is a round of its own: what was said before a change does not count."""
    _still_there(match)
    entry = WORKFLOW["review"].apply(match, by=by, round=match.round + 1)
    tell_experts(match, entry)
    return entry


@transaction.atomic
def review(match: Match, *, by: User, verdict: str, ground: str, reason: str) -> Review:
    """An independent expert's verdict; the second approval approves, one refusal declines.

    :raises PermissionDenied: the person is no expert, or is too near to one of the parties.
    :raises ValidationError: this expert has judged in this round already, or the verdict is none.
    """
    match.refresh_from_db(from_queryset=Match.objects.select_for_update(of=("self",)))
    if not WORKFLOW["approve"].allows(match):
        raise IllegalTransition(_("This match is not under review."))
    _may_judge(match, by)
    _check_review(match, by, reason)
    made = Review(
        match=match,
        expert=by,
        verdict=verdict,
        ground=ground,
        reason=reason.strip(),
        round=match.round,
        probability_shown=match.probability,
        rank_shown=match.rank,
    )
    made.full_clean(validate_unique=False, validate_constraints=False)
    made.save()
    if verdict in Judgement.VERDICTS:  # who asks for more has not judged yet
        note(match, verdict, by=by, ground=ground)
    record(match, "judge", by=by, details={"verdict": verdict, "ground": ground, "round": match.round})
    _follow(match, made, by)
    return made


def _check_review(match: Match, by: User, reason: str) -> None:
    if not reason.strip():
        raise ReasonRequired(_("Say why: the other experts and the portal office read your reason."))
    if match.reviews.filter(expert=by, round=match.round).exists():
        raise ValidationError(_("You have reviewed this match already."), code="reviewed")


def _follow(match: Match, made: Review, by: User) -> None:
    """What one verdict does to the match."""
    if made.verdict == Review.Verdict.DECLINE:
        _decline(match, by, made.reason, made.ground if made.ground in DECLINING else "")
    elif made.verdict == Review.Verdict.WANT:
        entry = WORKFLOW["want"].apply(match, by=by, reason=made.reason)
        tell_parties(match, entry, "wanting")
    elif approvals(match) >= Match.APPROVALS_NEEDED:
        _approve(match, by)


def approvals(match: Match) -> int:
    """How many independent experts approve in this round; those in conflict with a party do not count."""
    given = match.reviews.filter(round=match.round, verdict=Review.Verdict.APPROVE)
    parties = parties_of(match)
    near = Conflict.objects.filter(organisation__in=parties).values("expert")
    inside = Membership.objects.filter(organisation__in=parties).values("user")  # also since they judged
    return given.exclude(expert__in=near).exclude(expert__in=inside).values("expert").distinct().count()


def _approve(match: Match, by: User) -> None:
    _still_there(match)
    entry = WORKFLOW["approve"].apply(match, by=by)
    wish = Wish.objects.select_for_update(of=("self",)).get(pk=match.wish_id)
    if wish.status == Wish.Status.OPEN:
        wishes_services.match(wish, by=by)
    tell_parties(match, entry, "approved")


@transaction.atomic
def decline(match: Match, *, by: User, reason: str, ground: str = "") -> Entry:
    """Say no, with a reason that department and vendor read."""
    entry = _decline(match, by, reason, ground)
    note(match, Judgement.Kind.DECLINE, by=by)
    return entry


def _decline(match: Match, by: User, reason: str, ground: str) -> Entry:
    known_to_parties = match.status != Match.Status.SUGGESTED
    entry = WORKFLOW["decline"].apply(match, by=by, reason=reason, ground=ground)
    if known_to_parties:
        tell_parties(match, entry, "declined")
    return entry


def reopen(match: Match, *, by: User, reason: str) -> Entry:
    """Put a declined match back on the shortlist."""
    _still_there(match)
    return WORKFLOW["reopen"].apply(match, by=by, reason=reason)


@transaction.atomic
def start_trial(match: Match, *, by: User) -> Entry:
    """The trial of this match begins, and the wish is on trial with it."""
    entry = WORKFLOW["start_trial"].apply(match, by=by)
    wish = Wish.objects.select_for_update(of=("self",)).get(pk=match.wish_id)
    if wish.status in (Wish.Status.OPEN, Wish.Status.MATCHED):
        wishes_services.start_trial(wish, by=by)
    return entry


@transaction.atomic
def close(match: Match, *, by: User | None, reason: str, report: str = "", ground: str = "") -> Entry:
    """End it; `report` is the number of the verified report that came of it and counts for the vendor.

    That of a lower rung stays where a higher one brought none.
    """
    was_on_trial = match.status == Match.Status.ON_TRIAL
    counted = report or match.report
    entry = WORKFLOW["close"].apply(
        match, by=by, reason=reason, ground=ground, report=counted, details={"report": report}
    )
    _release(match, by, was_on_trial)
    return entry


@transaction.atomic
def climb(match: Match, *, by: User) -> Entry:
    """What was tried and reported is tried on a higher rung: what the experts approved still holds.

    :raises IllegalTransition: no report came of it yet.
    :raises ValidationError: the wish or the solution has been taken back since.
    """
    if not match.report:
        raise IllegalTransition(_("A match goes on to the next rung when its trial is reported."))
    wish = Wish.objects.select_for_update(of=("self",)).get(pk=match.wish_id)
    if wish.status not in (*Wish.OPEN_TO_OFFERS, Wish.Status.RESOLVED):
        raise ValidationError(_("The wish is no longer open."), code="gone")
    if not Solution.objects.public().filter(pk=match.solution_id).exists():
        raise ValidationError(_("The solution is no longer listed."), code="gone")
    entry = WORKFLOW["climb"].apply(match, by=by)
    if wish.status == Wish.Status.OPEN:
        wishes_services.match(wish, by=by)
    return entry


def _release(match: Match, by: User | None, was_on_trial: bool) -> None:
    """The wish is open again, unless another of its matches still holds it."""
    wish = Wish.objects.select_for_update(of=("self",)).get(pk=match.wish_id)
    others = set(Match.objects.filter(wish=wish).exclude(pk=match.pk).values_list("status", flat=True))
    if was_on_trial and wish.status == Wish.Status.ON_TRIAL and Match.Status.ON_TRIAL not in others:
        wishes_services.end_trial(wish, by=by)
        if Match.Status.APPROVED in others:
            wishes_services.match(wish, by=by)
    elif wish.status == Wish.Status.MATCHED and Match.Status.APPROVED not in others:
        wishes_services.unmatch(wish, by=by)


@transaction.atomic
def declare_conflict(*, by: User, organisation: Organisation, reason: str) -> Conflict:
    """An expert names an organisation that is too near for a fair judgement, once.

    :raises ReasonRequired: no reason was given.
    """
    if not reason.strip():
        raise ReasonRequired(_("Say in what way this organisation is near to you."))
    conflict, is_new = Conflict.objects.get_or_create(
        expert=by, organisation=organisation, defaults={"reason": reason.strip()}
    )
    if is_new:
        record(conflict, "declare", by=by, reason=conflict.reason, details={"organisation": organisation.pk})
    return conflict


def why_not_judge(match: Match, user: User) -> str:
    """What stands between this person and a fair judgement; "" when nothing does."""
    if not user.has_role(Role.EXPERT):
        return _("Only experts review matches.")
    if user.pk in (match.wish.created_by_id, match.solution.created_by_id):
        return _("You wrote one of the two texts.")
    parties = parties_of(match)
    if parties & set(user.membership_roles):
        return _("Your organisation is one of the parties.")
    if Conflict.objects.filter(expert=user, organisation__in=parties).exists():
        return _("You have declared a conflict of interest with one of the parties.")
    return ""


def _may_judge(match: Match, user: User) -> None:
    if obstacle := why_not_judge(match, user):
        raise PermissionDenied(obstacle)


def _still_there(match: Match) -> None:
    """:raises ValidationError: the wish or the solution has been taken back since."""
    if not Wish.objects.open().filter(pk=match.wish_id).exists():
        raise ValidationError(_("The wish is no longer open."), code="gone")
    if not Solution.objects.public().filter(pk=match.solution_id).exists():
        raise ValidationError(_("The solution is no longer listed."), code="gone")
