"""Who stands for a solution beside its vendor: asked, named, heard, and kept from judging it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation
from documents.models import Document
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from matching import waiting
from matching.models import Match, Review
from matching.services import approvals, parties_of, review, why_not_judge
from notifications.models import Notification
from solutions import coauthoring, drafting, services
from solutions.models import CoAuthor, Solution, SolutionDraft, Version
from solutions.work import work
from tests import factories as make
from tests.solutions.writing import finish
from tests.threads import at_once
from tests.trials import stories
from trials.models import Report, Trial
from trials.rules import objections

pytestmark = pytest.mark.django_db
S = Solution.Status


@pytest.fixture
def vendor():
    return make.MembershipFactory(organisation=make.OrganisationFactory(vendor=True), approver=True)


@pytest.fixture
def university():
    """An approver of the organisation that is asked."""
    organisation = make.OrganisationFactory(vendor=True, name_en="Harbour University", kind="university")
    return make.MembershipFactory(organisation=organisation, approver=True)


@pytest.fixture
def solution(vendor):
    return make.SolutionFactory(
        organisation=vendor.organisation,
        created_by=vendor.user,
        listed=True,
        confidential="The coil is of copper.",
        title_en="A quieter fan",
    )


def asked(solution, university, **traits):
    return make.CoAuthorFactory(solution=solution, organisation=university.organisation, **traits)


def fresh(person):
    """As the next request finds them."""
    return type(person).objects.get(pk=person.pk)


def told(person, last):
    return Notification.objects.filter(
        recipient=person, template=f"solutions/mail/{last}", channel="inbox"
    ).first()


def page(client, solution, person=None):
    if person:
        client.force_login(person)
    return client.get(solution.get_absolute_url()).content.decode()


def test_who_is_asked_is_told_and_not_named_before_it_accepts(client, vendor, university, solution):
    made = coauthoring.invite(solution, by=vendor.user, organisation=university.organisation, may_edit=True)
    assert told(university.user, "coauthor_invited").url == made.get_absolute_url()
    assert "Harbour University" not in page(client, solution)
    assert client.get(f"/api/v1/solutions/{solution.slug}/").json()["co_authors"] == []
    assert "copper" not in page(client, solution, university.user)
    coauthoring.accept(made, by=university.user)
    client.logout()
    assert "Harbour University" in page(client, solution)
    named = client.get(f"/api/v1/solutions/{solution.slug}/").json()["co_authors"]
    assert [one["name_en"] for one in named] == ["Harbour University"]
    assert set(named[0]) == {"slug", "kind", "name_en", "name_zh"}
    assert "copper" in page(client, solution, university.user)
    assert told(vendor.user, "coauthor_accepted")
    shown = client.get(university.organisation.get_absolute_url()).content.decode()
    assert "A quieter fan" in shown


def test_each_step_is_in_the_journal_with_the_name_and_the_reason(vendor, university, solution):
    made = coauthoring.invite(solution, by=vendor.user, organisation=university.organisation)
    coauthoring.decline(made, by=university.user, reason="We did not work on it.")
    made = coauthoring.invite(solution, by=vendor.user, organisation=university.organisation)
    coauthoring.accept(made, by=university.user)
    coauthoring.change(made, by=vendor.user, may_edit=True)
    coauthoring.change(made, by=vendor.user, may_edit=True)
    coauthoring.leave(made, by=university.user, reason="The project ended.")
    rows = Entry.objects.about(solution).in_order()
    assert [(one.verb, one.capacity, one.reason) for one in rows] == [
        ("invite_coauthor", "vendor", ""),
        ("decline_coauthor", "member", "We did not work on it."),
        ("invite_coauthor", "vendor", ""),
        ("accept_coauthor", "coauthor", ""),
        ("change_coauthor", "vendor", ""),
        ("leave_coauthor", "coauthor", "The project ended."),
    ]
    assert rows[0].details["organisation"]["en"] == "Harbour University"
    assert told(vendor.user, "coauthor_left") and told(vendor.user, "coauthor_declined")
    assert not CoAuthor.objects.exists()


def test_who_is_taken_out_reads_why_and_reads_nothing_else_any_more(client, vendor, university, solution):
    made = asked(solution, university, accepted=True)
    coauthoring.remove(made, by=vendor.user, reason="The work was moved.")
    notice = told(university.user, "coauthor_removed")
    assert (notice.url, notice.context["reason"]) == (reverse("workspace"), "The work was moved.")
    assert "copper" not in page(client, solution, fresh(university.user))


ROLES = ("vendor", "approver", "member", "stranger", "office", "auditor", "administrator")
# (address, what is posted, the row has accepted, who may)
DOORS = {
    "invite": ("coauthors", {}, True, {"vendor", "administrator"}),
    "accept": ("coauthor", {"answer": "accept"}, False, {"approver", "administrator"}),
    "decline": ("coauthor", {"answer": "decline", "reason": "No."}, False, {"approver", "administrator"}),
    "leave": ("coauthor", {"reason": "No."}, True, {"approver", "administrator"}),
    "change": ("change-coauthor", {"rights": "edit"}, True, {"vendor", "administrator"}),
    "remove": ("change-coauthor", {"rights": "out", "reason": "No."}, True, {"vendor", "administrator"}),
}


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
@pytest.mark.parametrize("verb", DOORS)
def test_every_verb_is_done_by_whom_it_belongs_to_and_by_no_one_else(
    client, vendor, university, solution, verb, role
):
    name, said, accepted, may = DOORS[verb]
    one = asked(solution, university, accepted=accepted)
    another = make.OrganisationFactory(vendor=True, slug="another-one")
    people = {
        "vendor": make.MembershipFactory(organisation=vendor.organisation).user,
        "approver": university.user,
        "member": make.MembershipFactory(organisation=university.organisation).user,
        "stranger": make.MembershipFactory(organisation=another, approver=True).user,
        **{role: make.UserFactory(**{role: True}) for role in ("office", "auditor", "administrator")},
    }
    if role in people:
        client.force_login(people[role])
    said = {"organisation": "another-one", "rights": "read"} if verb == "invite" else said
    before = list(CoAuthor.objects.order_by("pk").values())
    url = reverse(f"solutions:{name}", args=[solution.slug if name == "coauthors" else one.key])
    answer = client.post(url, said)
    done = list(CoAuthor.objects.order_by("pk").values()) != before
    assert done == (role in may), answer.status_code
    assert answer.status_code in ((302,) if done or role == "anonymous" else (403, 404))


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("rights", ["waiting", "read", "edit"])
def test_rule_and_queryset_agree_on_what_a_co_author_sees(vendor, university, rights, status):
    numbered = status in (S.LISTED, S.EXPIRED, S.WITHDRAWN)
    solution = make.SolutionFactory(organisation=vendor.organisation, listed=numbered, status=status)
    asked(solution, university, accepted=rights != "waiting", may_edit=rights == "edit")
    version = make.VersionFactory(solution=solution, is_confidential=True, said={"confidential": "x"})
    draft = make.SolutionDraftFactory(organisation=vendor.organisation, solution=solution)
    user = make.MembershipFactory(organisation=university.organisation).user
    sees = user.has_perm("solutions.view_solution", solution)
    assert sees == (rights != "waiting" or status == S.LISTED)
    assert sees == Solution.objects.visible_to(user).filter(pk=solution.pk).exists()
    reads = user.has_perm("solutions.view_confidential_solution", solution)
    assert reads == (rights != "waiting") == user.has_perm("solutions.view_version", version)
    assert reads == Version.objects.visible_to(user).filter(pk=version.pk).exists()
    assert reads == Solution.objects.authored_by(user).filter(pk=solution.pk).exists()
    edits = user.has_perm("solutions.change_solution", solution)
    assert edits == (rights == "edit" and status in Solution.EDITABLE)
    writes = user.has_perm("solutions.change_solutiondraft", draft)
    assert writes == (rights == "edit") == SolutionDraft.objects.visible_to(user).filter(pk=draft.pk).exists()
    for verb in ("submit", "complete", "withdraw", "renew", "confirm", "answer_wish", "name_coauthors"):
        assert not user.has_perm(f"solutions.{verb}_solution", solution)


def test_an_invitation_is_seen_as_the_rule_says(vendor, university, solution):
    one = asked(solution, university)
    stranger = make.MembershipFactory(organisation=make.OrganisationFactory(vendor=True)).user
    office, auditor = make.UserFactory(office=True), make.UserFactory(auditor=True)
    for user in (vendor.user, university.user, stranger, office, auditor):
        sees = CoAuthor.objects.visible_to(user).filter(pk=one.pk).exists()
        assert sees == user.has_perm("solutions.view_coauthor", one) == (user not in (stranger, office))


def test_a_new_draft_of_the_vendor_is_no_business_of_its_co_authors(vendor, university, solution):
    asked(solution, university, accepted=True, may_edit=True)
    make.SolutionDraftFactory(organisation=vendor.organisation)
    assert not SolutionDraft.objects.visible_to(university.user).exists()


def test_a_co_author_who_may_edit_writes_and_the_vendor_hands_in(client, vendor, university, solution):
    draft_one = make.SolutionFactory(organisation=vendor.organisation, status=S.DRAFT)
    asked(draft_one, university, accepted=True, may_edit=True)
    draft = drafting.change(draft_one, by=university.user)
    client.force_login(university.user)
    check = client.get(reverse("solutions:check", args=[draft.key])).content.decode()
    assert 'value="submit"' not in check and 'value="save"' in check
    SolutionDraft.objects.filter(pk=draft.pk).update(answers=draft.answers | {"method_en": "By a coil."})
    finish(client, draft, "submit")
    draft_one.refresh_from_db()
    assert (draft_one.method_en, draft_one.status) == ("By a coil.", S.DRAFT)
    assert Entry.objects.about(draft_one).get(verb="edit").capacity == "coauthor"
    assert client.post(reverse("solutions:submit", args=[draft_one.slug])).status_code == 403


def test_what_a_co_author_says_in_full_waits_for_the_vendor_to_hand_it_in(university, vendor):
    returned = make.SolutionFactory(organisation=vendor.organisation, status=S.RETURNED, is_expression=True)
    asked(returned, university, accepted=True, may_edit=True)
    draft = drafting.change(returned, by=university.user)
    drafting.finish(draft, by=university.user, revision=draft.revision, fields={"method_en": "By a coil."})
    returned.refresh_from_db()
    assert (returned.status, returned.is_expression) == (S.RETURNED, False)


def test_files_of_the_vendor_are_read_by_accepted_co_authors_alone(university, solution):
    paper = make.DocumentFactory(
        noun="solutions.solution", object_id=solution.pk, organisation=solution.organisation, scan="clean"
    )
    one = asked(solution, university)
    user = university.user
    assert not user.has_perm("documents.view_document", paper)
    coauthoring.accept(one, by=user)
    assert user.has_perm("documents.view_document", paper)
    assert user.has_perm("documents.open_original_document", paper)
    assert not user.has_perm("documents.discard_document", paper)
    rows = Document.objects.about(solution)
    assert [row.pk for row in rows.readable_by(user, is_author=solution.has_author(user))] == [paper.pk]
    assert not rows.readable_by(user).exists()


def test_co_authors_hear_what_the_vendor_hears(vendor, university):
    solution = make.SolutionFactory(organisation=vendor.organisation, status=S.SCREENING)
    one = asked(solution, university)
    office = make.UserFactory(office=True)
    services.return_(solution, by=office, reason="How loud?")
    assert told(vendor.user, "returned") and not told(university.user, "returned")
    coauthoring.accept(one, by=university.user)
    services.submit(solution, by=vendor.user)
    assert told(university.user, "received")


@pytest.mark.parametrize("wrong", ["own", "department", "laboratory", "twice"])
def test_only_another_organisation_that_offers_solutions_is_asked_and_once(
    vendor, university, solution, wrong
):
    kinds = {"department": "department", "laboratory": "laboratory"}
    organisation = make.OrganisationFactory(kind=kinds[wrong]) if wrong in kinds else university.organisation
    if wrong == "own":
        organisation = vendor.organisation
    if wrong == "twice":
        asked(solution, university)
    with pytest.raises(ValidationError):
        coauthoring.invite(solution, by=vendor.user, organisation=organisation)


def test_eleven_co_authors_are_too_many(vendor, solution):
    for organisation in make.OrganisationFactory.create_batch(coauthoring.MOST, vendor=True):
        make.CoAuthorFactory(solution=solution, organisation=organisation)
    with pytest.raises(ValidationError, match="ten"):
        coauthoring.invite(solution, by=vendor.user, organisation=make.OrganisationFactory(vendor=True))


def test_what_is_over_names_nobody_any_more(vendor, university, solution):
    one = asked(solution, university)
    services.withdraw(solution, by=vendor.user, reason="Sold.")
    with pytest.raises(IllegalTransition):
        coauthoring.accept(one, by=university.user)
    with pytest.raises(IllegalTransition):
        coauthoring.invite(solution, by=vendor.user, organisation=make.OrganisationFactory(vendor=True))


@pytest.mark.parametrize("verb", ["decline", "leave", "remove"])
def test_a_refusal_says_why(vendor, university, solution, verb):
    one = asked(solution, university, accepted=verb == "leave")
    with pytest.raises(ReasonRequired):
        getattr(coauthoring, verb)(one, by=vendor.user, reason="  ")
    assert CoAuthor.objects.filter(pk=one.pk).exists()


def test_an_organisation_that_was_merged_is_asked_as_the_one_that_stands(vendor, university, solution):
    old = make.OrganisationFactory(vendor=True, merged_into=university.organisation)
    made = coauthoring.invite(solution, by=vendor.user, organisation=old)
    assert made.organisation == university.organisation


def test_a_typed_name_finds_one_organisation_or_says_which_it_may_be(client, vendor, university, solution):
    make.OrganisationFactory(vendor=True, name_en="Harbour University Press")
    client.force_login(vendor.user)
    url = reverse("solutions:coauthors", args=[solution.slug])
    unclear = client.post(url, {"organisation": "harbour uni", "rights": "edit"})
    assert unclear.status_code == 422 and "Harbour University Press" in unclear.content.decode()
    nobody = client.post(url, {"organisation": "xqzt", "rights": "edit"})
    assert nobody.status_code == 422 and "xqzt" in nobody.content.decode()
    assert client.post(url, {"organisation": "Harbour University", "rights": "edit"}).status_code == 302
    made = CoAuthor.objects.get()
    assert (made.organisation, made.may_edit) == (university.organisation, True)


def test_an_invitation_waits_in_the_workspace_and_only_an_approver_answers(university, solution):
    one = asked(solution, university)
    member = make.MembershipFactory(organisation=university.organisation).user
    for user, is_mine in ((university.user, True), (member, False)):
        [row] = list(work(user))
        assert (row.url, row.mine, row.title) == (one.get_absolute_url(), is_mine, "A quieter fan")
    coauthoring.accept(one, by=university.user)
    assert not list(work(fresh(university.user)))


def test_an_expert_of_a_co_author_does_not_judge(university, solution):
    expert = make.UserFactory(expert=True)
    make.MembershipFactory(user=expert, organisation=university.organisation)
    match = make.MatchFactory(solution=solution, wish=make.WishFactory(open=True), review=True)
    assert waiting.for_expert(expert).filter(pk=match.pk).exists()
    review(match, by=expert, verdict=Review.Verdict.APPROVE, ground="fits", reason="It fits.")
    assert approvals(match) == 1
    asked(solution, university, accepted=True)
    assert university.organisation_id in parties_of(match)
    assert approvals(match) == 0  # given before it joined, and it counts no more
    other = make.UserFactory(expert=True)
    make.MembershipFactory(user=other, organisation=university.organisation)
    assert why_not_judge(match, other)
    assert not waiting.for_expert(other).filter(pk=match.pk).exists()
    with pytest.raises(PermissionDenied):
        review(match, by=other, verdict=Review.Verdict.APPROVE, ground="fits", reason="It fits.")


def test_a_declared_conflict_with_a_co_author_counts_as_one_with_the_vendor(university, solution):
    match = make.MatchFactory(solution=solution, wish=make.WishFactory(open=True), review=True)
    asked(solution, university, accepted=True)
    expert = make.UserFactory(expert=True)
    make.ConflictFactory(expert=expert, organisation=university.organisation)
    assert why_not_judge(match, expert)
    assert not waiting.for_expert(expert).filter(pk=match.pk).exists()


def test_co_authors_read_a_match_and_a_trial_as_the_vendor_does_and_sign_nothing(university, vendor):
    trial = stories.planned()
    solution = trial.match.solution
    user = fresh(university.user)
    assert not user.has_perm("trials.view_trial", trial)
    asked(solution, university, accepted=True)
    user = fresh(user)
    assert user.has_perm("trials.view_trial", trial)
    assert Trial.objects.visible_to(user).filter(pk=trial.pk).exists()
    report = stories.drafted()
    asked(report.trial.match.solution, university, accepted=True)
    verifier = make.UserFactory(verifier=True)
    assert not objections(report, verifier)
    make.MembershipFactory(user=verifier, organisation=university.organisation)
    assert objections(report, fresh(verifier))
    Report.objects.filter(pk=report.pk).update(status=Report.Status.COMMENT)
    report.refresh_from_db()
    user = fresh(user)
    assert user.has_perm("trials.view_report", report)
    assert Report.objects.visible_to(user).filter(pk=report.pk).exists()
    assert not user.has_perm("trials.comment_report", report)


@pytest.mark.parametrize("status", Match.Status.values)
def test_rule_and_queryset_agree_on_the_matches_of_a_co_author(university, solution, status):
    match = make.MatchFactory(solution=solution, wish=make.WishFactory(open=True))
    Match.objects.filter(pk=match.pk).update(status=status)
    match.refresh_from_db()
    asked(solution, university, accepted=True)
    user = fresh(university.user)
    sees = user.has_perm("matching.view_match", match)
    assert sees == Match.objects.visible_to(user).filter(pk=match.pk).exists()
    assert sees == (status in Match.TOLD_TO_VENDOR)


def test_who_may_ask_about_a_wish_is_the_same_for_vendor_and_co_author(vendor, university, solution):
    """A co-author is a vendor by its kind, so that it asks where the vendor asks."""
    wish = make.WishFactory(open=True)
    asked(solution, university, accepted=True)
    assert vendor.user.has_perm("wishes.ask_wish", wish)
    assert fresh(university.user).has_perm("wishes.ask_wish", wish)


def test_of_two_approvers_who_accept_and_decline_at_once_one_is_heard(committed, university, solution):
    one = asked(solution, university)
    other = make.MembershipFactory(organisation=university.organisation, approver=True).user
    found = at_once(
        lambda: coauthoring.accept(one, by=university.user),
        lambda: coauthoring.decline(one, by=other, reason="No."),
    )
    assert [type(result) for result in found].count(IllegalTransition) == 1
    verbs = Entry.objects.about(solution).values_list("verb", flat=True)
    assert len(set(verbs) & {"accept_coauthor", "decline_coauthor"}) == 1
    assert CoAuthor.objects.accepted().exists() == ("accept_coauthor" in verbs)


def test_an_organisation_that_is_asked_twice_at_once_is_asked_once(committed, vendor, university, solution):
    ask = lambda: coauthoring.invite(  # noqa: E731
        solution, by=vendor.user, organisation=university.organisation
    )
    found = at_once(ask, ask)
    assert [type(one) for one in found].count(ValidationError) == 1
    assert CoAuthor.objects.count() == 1


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_co_authors_takes_as_many_queries_for_five_as_for_one(
    client, vendor, solution, count, django_assert_num_queries
):
    for organisation in make.OrganisationFactory.create_batch(count, vendor=True):
        make.CoAuthorFactory(solution=solution, organisation=organisation, accepted=True)
    client.force_login(vendor.user)
    client.get(solution.get_absolute_url())
    with django_assert_num_queries(6):
        # session, person, memberships, the solution, its co-authors, unread notices
        client.get(reverse("solutions:coauthors", args=[solution.slug]))


@pytest.mark.parametrize("count", [1, 5])
def test_the_public_page_takes_as_many_queries_with_five_co_authors_as_without(
    client, solution, count, django_assert_num_queries
):
    client.get(solution.get_absolute_url())
    with CaptureQueriesContext(connection) as before:
        client.get(solution.get_absolute_url())
    for organisation in make.OrganisationFactory.create_batch(count, vendor=True):
        make.CoAuthorFactory(solution=solution, organisation=organisation, accepted=True)
    with django_assert_num_queries(len(before)):
        shown = client.get(solution.get_absolute_url()).content.decode()
    names = Organisation.objects.filter(coauthored__solution=solution).values_list("slug", flat=True)
    assert all(reverse("people:organisation", args=[slug]) in shown for slug in names)
