import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from matching import services
from matching.models import Conflict, Match, Review
from notifications.models import Notification
from solutions.models import Solution
from tests.factories import (
    CoAuthorFactory,
    ConflictFactory,
    MatchFactory,
    MembershipFactory,
    OrganisationFactory,
    SponsorFactory,
    UserFactory,
)
from wishes.models import Wish

pytestmark = pytest.mark.django_db
SAID = {"verdict": "approve", "ground": "fits", "reason": "It answers the need."}


def judge(match, expert=None, **said):
    return services.review(match, by=expert or UserFactory(expert=True), **(SAID | said))


def test_two_approvals_of_two_people_approve_and_the_wish_is_matched():
    match = MatchFactory(review=True)
    judge(match)
    assert (match.status, services.approvals(match)) == ("review", 1)
    judge(match)
    match.refresh_from_db()
    assert match.status == "approved"
    assert Wish.objects.get(pk=match.wish_id).status == "matched"
    assert list(Entry.objects.about(match).in_order().values_list("verb", flat=True)) == [
        "judge",
        "judge",
        "approve",
    ]


def test_a_second_match_of_a_wish_can_be_approved_too():
    match = MatchFactory(review=True)
    other = MatchFactory(review=True, wish=match.wish)
    for one in (match, other):
        judge(one)
        judge(one)
    assert set(Match.objects.values_list("status", flat=True)) == {"approved"}
    assert Wish.objects.get(pk=match.wish_id).status == "matched"


def test_one_person_cannot_approve_twice():
    match, expert = MatchFactory(review=True), UserFactory(expert=True)
    judge(match, expert)
    with pytest.raises(ValidationError, match="already"):
        judge(match, expert)
    match.refresh_from_db()
    assert match.status == "review"


def test_one_refusal_declines_with_its_reason():
    match = MatchFactory(review=True)
    judge(match, verdict="decline", ground="safety", reason="Not certified for lift shafts.")
    entry = Entry.objects.about(match).get(verb="decline")
    assert (match.status, entry.reason) == ("declined", "Not certified for lift shafts.")


def test_asking_for_more_starts_a_new_round_when_it_has_come():
    match, expert = MatchFactory(review=True), UserFactory(expert=True)
    judge(match, expert)
    judge(match, verdict="want", ground="unclear", reason="Which certificates?")
    assert match.status == "wanting"
    services.open_review(match, by=UserFactory(office=True))
    judge(match, expert)
    match.refresh_from_db()
    assert match.status == "review"  # what was approved before does not count after
    judge(match)
    match.refresh_from_db()
    assert match.status == "approved"


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_verdict_needs_a_reason(reason):
    match = MatchFactory(review=True)
    with pytest.raises(ReasonRequired):
        judge(match, reason=reason)
    assert not match.reviews.exists()


@pytest.mark.parametrize(("field", "value"), [("verdict", "maybe"), ("ground", "mood")])
def test_a_verdict_is_one_of_three(field, value):
    match = MatchFactory(review=True)
    with pytest.raises(ValidationError):
        judge(match, **{field: value})
    assert not match.reviews.exists()


def near_by_department(match, expert):
    MembershipFactory(user=expert, organisation=match.wish.organisation)


def near_by_vendor(match, expert):
    MembershipFactory(user=expert, organisation=match.solution.organisation)


def near_by_sponsor(match, expert):
    MembershipFactory(user=expert, organisation=SponsorFactory(wish=match.wish).organisation)


def near_by_nomination(match, expert):
    partner = OrganisationFactory()
    Solution.objects.filter(pk=match.solution_id).update(nominated_by=partner)
    match.solution.refresh_from_db()
    MembershipFactory(user=expert, organisation=partner)


def near_by_declaration(match, expert):
    ConflictFactory(expert=expert, organisation=match.solution.organisation)


def near_by_declaration_with_the_department(match, expert):
    ConflictFactory(expert=expert, organisation=match.wish.organisation)


def wrote_the_wish(match, expert):
    Wish.objects.filter(pk=match.wish_id).update(created_by=expert)
    match.wish.refresh_from_db()


def wrote_the_solution(match, expert):
    Solution.objects.filter(pk=match.solution_id).update(created_by=expert)
    match.solution.refresh_from_db()


@pytest.mark.parametrize(
    "nearness",
    [
        near_by_department,
        near_by_vendor,
        near_by_sponsor,
        near_by_nomination,
        near_by_declaration,
        near_by_declaration_with_the_department,
        wrote_the_wish,
        wrote_the_solution,
    ],
)
def test_who_is_too_near_may_not_judge(nearness):
    match, expert = MatchFactory(review=True), UserFactory(expert=True)
    assert services.why_not_judge(match, expert) == ""
    nearness(match, expert)
    expert = type(expert).objects.get(pk=expert.pk)
    with pytest.raises(PermissionDenied):
        judge(match, expert)
    assert not match.reviews.exists()


@pytest.mark.parametrize("role", ["office", "engineer", "verifier", "auditor", "administrator"])
def test_only_experts_judge(role):
    match = MatchFactory(review=True)
    with pytest.raises(PermissionDenied):
        judge(match, UserFactory(**{role: True}))


def test_an_approval_does_not_count_after_its_giver_declared_a_conflict():
    match, expert = MatchFactory(review=True), UserFactory(expert=True)
    judge(match, expert)
    services.declare_conflict(by=expert, organisation=match.solution.organisation, reason="I bought shares.")
    judge(match)
    match.refresh_from_db()
    assert match.status == "review"


def test_a_conflict_is_declared_once_and_written_down():
    expert, organisation = UserFactory(expert=True), OrganisationFactory(vendor=True)
    for _ in range(2):
        services.declare_conflict(by=expert, organisation=organisation, reason="Family.")
    conflict = Conflict.objects.get()
    assert Entry.objects.about(conflict).get().reason == "Family."
    with pytest.raises(ReasonRequired):
        services.declare_conflict(by=expert, organisation=organisation, reason=" ")


@pytest.mark.parametrize("model", [Wish, Solution])
@pytest.mark.parametrize("verb", ["shortlist", "open_review", "reopen"])
def test_what_is_taken_back_goes_no_further(model, verb):
    match = MatchFactory(status="declined" if verb == "reopen" else "suggested")
    model.objects.filter(pk=match.wish_id if model is Wish else match.solution_id).update(status="withdrawn")
    arguments = {"reason": "Anew."} if verb == "reopen" else {}
    with pytest.raises(ValidationError):
        getattr(services, verb)(match, by=UserFactory(office=True), **arguments)


def test_the_second_approval_of_a_withdrawn_wish_is_undone_as_a_whole():
    match = MatchFactory(review=True)
    judge(match)
    Wish.objects.filter(pk=match.wish_id).update(status="withdrawn")
    with pytest.raises(ValidationError):
        judge(match)
    assert match.reviews.count() == 1


def test_a_trial_holds_the_wish_and_its_end_frees_it():
    match, engineer = MatchFactory(approved=True), UserFactory(engineer=True)
    Wish.objects.filter(pk=match.wish_id).update(status="matched")
    services.start_trial(match, by=engineer)
    assert Wish.objects.get(pk=match.wish_id).status == "on_trial"
    services.close(match, by=engineer, reason="Reported.", report="R-2026-0001")
    assert Wish.objects.get(pk=match.wish_id).status == "open"
    assert Match.objects.get(pk=match.pk).report == "R-2026-0001"


def test_a_wish_stays_on_trial_while_another_match_is():
    match = MatchFactory(status="on_trial")
    MatchFactory(status="on_trial", wish=match.wish)
    Wish.objects.filter(pk=match.wish_id).update(status="on_trial")
    services.close(match, by=UserFactory(office=True), reason="Stopped.")
    assert Wish.objects.get(pk=match.wish_id).status == "on_trial"


def test_a_wish_with_another_approved_match_is_matched_again():
    match = MatchFactory(status="on_trial")
    MatchFactory(approved=True, wish=match.wish)
    Wish.objects.filter(pk=match.wish_id).update(status="on_trial")
    services.close(match, by=UserFactory(office=True), reason="Stopped.")
    assert Wish.objects.get(pk=match.wish_id).status == "matched"


def test_closing_the_only_approved_match_opens_the_wish_again():
    match = MatchFactory(approved=True)
    Wish.objects.filter(pk=match.wish_id).update(status="matched")
    services.close(match, by=UserFactory(office=True), reason="The vendor has moved away.")
    assert Wish.objects.get(pk=match.wish_id).status == "open"


def test_independent_experts_are_asked_and_others_are_not():
    match = MatchFactory()
    asked = UserFactory(expert=True)
    member, declared = UserFactory(expert=True), UserFactory(expert=True)
    MembershipFactory(user=member, organisation=match.solution.organisation)
    ConflictFactory(expert=declared, organisation=match.wish.organisation)
    sponsor, author = SponsorFactory(wish=match.wish), CoAuthorFactory(solution=match.solution, accepted=True)
    nominator = OrganisationFactory()
    Solution.objects.filter(pk=match.solution_id).update(nominated_by=nominator)
    match.solution.refresh_from_db()
    for party in (sponsor.organisation, author.organisation, nominator):
        MembershipFactory(user=UserFactory(expert=True), organisation=party)
    UserFactory()
    services.open_review(match, by=UserFactory(office=True))
    told = Notification.objects.filter(template="matching/mail/review")
    assert set(told.values_list("recipient", "why")) == {(asked.pk, "duty")}


@pytest.mark.parametrize(
    ("verdict", "template"), [("decline", "matching/mail/declined"), ("want", "matching/mail/wanting")]
)
def test_both_parties_read_the_reason_without_the_expert(verdict, template):
    match, expert = MatchFactory(review=True), UserFactory(expert=True, name="Expert Wong")
    people = {
        MembershipFactory(organisation=side.organisation).user_id for side in (match.wish, match.solution)
    }
    judge(match, expert, verdict=verdict, reason="The sensor is not sealed.")
    told = Notification.objects.filter(template=template)
    assert set(told.values_list("recipient", flat=True)) == people
    assert all(row.context["reason"] == "The sensor is not sealed." for row in told)
    assert not any("Wong" in str(row.context) for row in told)


def test_a_suggestion_that_the_office_declines_is_told_to_nobody():
    match = MatchFactory()
    MembershipFactory(organisation=match.solution.organisation)
    services.decline(match, by=UserFactory(office=True), reason="Off topic.")
    assert not Notification.objects.exists()


def test_of_twenty_approvals_at_once_one_approves(committed):
    match = MatchFactory(review=True)
    experts = [UserFactory(expert=True) for _ in range(20)]
    barrier, refused = threading.Barrier(20), []

    def approve(expert):
        try:
            barrier.wait()
            services.review(Match.objects.get(pk=match.pk), by=expert, **SAID)
        except IllegalTransition:
            refused.append(expert)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[expert]) for expert in experts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    match.refresh_from_db()
    assert match.status == "approved"
    assert Entry.objects.about(match).filter(verb="approve").count() == 1
    assert Entry.objects.about(match.wish).filter(verb="match").count() == 1
    assert (Review.objects.count(), len(refused)) == (2, 18)
