"""Answers to a rapid call: the list, the dry run, and decisions on many at once."""

import pytest
from django.urls import reverse

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from matching import triage
from matching.models import Answer, Match
from matching.services import triaging
from notifications.mails import read
from notifications.models import Notification
from solutions import services
from solutions.models import Solution
from tests.factories import (
    AnswerFactory,
    CallFactory,
    DuplicateFactory,
    InterestFactory,
    MatchFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
A = Answer.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def call():
    return rapid_call()


def rapid_call():
    found = CallFactory(rapid=True, open=True)
    WishFactory(open=True, call=found, organisation=found.organisation, title_en="Hands off", title_zh="")
    return found


def answer_to(call, *, status=None, probability=None, trl=7, at=None, **solution):
    """A solution that answers it, decided on as `status` says."""
    wish = call.wishes.get()
    solution.setdefault("listed", True)
    made = SolutionFactory(trl=trl, **solution)
    if at:
        Solution._base_manager.filter(pk=made.pk).update(**{"status": at})
    InterestFactory(solution=made, wish_reference=wish.reference)
    if status:
        AnswerFactory(wish=wish, solution=made, status=status)
    if probability is not None:
        MatchFactory(wish=wish, solution=made, probability=probability)
    return made


@pytest.fixture
def office(client):
    person = UserFactory(office=True)
    client.force_login(person, backend=BACKEND)
    return person


def url(call):
    return reverse("matching:triage", args=[call.slug])


def mark(call, solution, status="new"):
    return f"{call.wishes.get().pk}.{solution.pk}.{status}"


def marks(call, *solutions, status="new"):
    return triage.read_marks([mark(call, one, status) for one in solutions])


def statuses(call):
    return {
        one.solution: one.status for one in Answer.objects.filter(wish__call=call).select_related("solution")
    }


def test_the_likeliest_comes_first_and_what_may_be_the_same_right_after_it(call, office):
    first, lone, twin = (answer_to(call, probability=score) for score in (0.9, 0.8, 0.4))
    unscored = answer_to(call)
    DuplicateFactory(solutions=True, earlier_solution=first, later_solution=twin)
    rows = triage.answers(call, office)
    assert [row.solution for row in rows] == [first, twin, lone, unscored]
    assert [row.like for row in rows] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([], {}),
        ([(1, 2)], {1: 1, 2: 1}),
        ([(1, 2), (2, 3)], {1: 1, 2: 1, 3: 1}),
        ([(3, 4), (1, 2), (2, 3)], {1: 1, 2: 1, 3: 1, 4: 1}),
        ([(5, 6), (1, 9)], {1: 1, 9: 1, 5: 2, 6: 2}),
    ],
)
def test_pairs_make_chains(pairs, found):
    assert triage.groups(pairs) == found


def test_a_pair_that_was_judged_different_is_no_pair(call, office):
    one, other = answer_to(call), answer_to(call)
    DuplicateFactory(
        solutions=True, earlier_solution=one, later_solution=other, decided=True, status="different"
    )
    assert {row.like for row in triage.answers(call, office)} == {0}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", {"a", "b", "c"}),
        ("score=0.7", {"a"}),
        ("trl=8", {"b"}),
        ("language=zh", {"b", "c"}),
        ("status=declined", {"c"}),
        ("status=new&status=declined&score=0.3", {"a", "c"}),
        ("score=9", {"a", "b", "c"}),
    ],
)
def test_the_list_is_narrowed(client, office, call, query, kept):
    made = {
        "a": answer_to(call, probability=0.8, title_zh=""),
        "b": answer_to(call, trl=9, title_zh="乙"),
        "c": answer_to(call, probability=0.4, status=A.DECLINED, title_zh="丙"),
    }
    rows = client.get(f"{url(call)}?{query}").context["rows"]
    assert {row.solution for row in rows} == {made[name] for name in kept}


def test_the_list_is_narrowed_to_an_organisation(client, office, call):
    mine, _other = answer_to(call), answer_to(call)
    rows = client.get(f"{url(call)}?organisation={mine.organisation_id}").context["rows"]
    assert [row.solution for row in rows] == [mine]


def test_drafts_and_what_was_taken_back_are_no_answers(call, office):
    for status in (Solution.Status.DRAFT, Solution.Status.WITHDRAWN):
        answer_to(call, listed=False, at=status)
    assert triage.answers(call, office) == []


def test_a_dry_run_says_what_would_happen_and_does_nothing(client, office, call):
    vendor = MembershipFactory(organisation=OrganisationFactory(vendor=True)).organisation
    new = answer_to(call, organisation=vendor, title_en="Foot pedal")
    done = answer_to(call, status=A.SHORTLISTED, title_en="Voice box")
    given = {
        "verb": "shortlist",
        "scope": "ticked",
        "chosen": [mark(call, new), mark(call, done, "shortlisted")],
    }
    response = client.post(url(call), given)
    plan = response.context["plan"]
    assert ([row.solution for row in plan.moved], [row.solution for row in plan.staying]) == ([new], [done])
    assert (plan.told, plan.organisations) == (1, 1)
    assert "1 person is told" in response.content.decode()
    assert statuses(call) == {done: A.SHORTLISTED}
    assert not Entry.objects.filter(noun="matching.answer").exists()
    assert not Notification.objects.exists()


def test_what_the_dry_run_said_happens_when_it_is_confirmed(client, office, call):
    vendor = MembershipFactory(organisation=OrganisationFactory(vendor=True))
    chosen = [answer_to(call, organisation=vendor.organisation), answer_to(call)]
    left = answer_to(call, status=A.WANTING)
    given = {
        "verb": "decline",
        "ground": "early",
        "reason": "Come back with a prototype.",
        "chosen": [mark(call, one) for one in chosen],
        "scope": "ticked",
        "back": "trl=4",
        "confirm": "1",
    }
    response = client.post(url(call), given)
    assert response["Location"] == f"{url(call)}?trl=4"
    assert statuses(call) == {chosen[0]: A.DECLINED, chosen[1]: A.DECLINED, left: A.WANTING}
    entry = Entry.objects.filter(noun="matching.answer", verb="decline").first()
    assert (entry.actor_id, entry.reason, entry.details["ground"]["code"]) == (
        office.pk,
        "Come back with a prototype.",
        "early",
    )
    notice = Notification.objects.get(recipient=vendor.user, channel="inbox")
    assert "It is not ready enough. Come back with a prototype." in read(notice, "en").paragraphs[0]
    assert "技術尚未成熟。" in read(notice, "zh-hant").paragraphs[0]


def test_all_that_are_shown_can_be_decided_at_once(client, office, call):
    made = [answer_to(call) for _number in range(3)]
    given = {
        "verb": "shortlist",
        "scope": "shown",
        "shown": [mark(call, one) for one in made[:2]],
        "confirm": "1",
    }
    client.post(url(call), given)
    assert statuses(call) == dict.fromkeys(made[:2], A.SHORTLISTED)


def test_a_stale_choice_changes_nothing_and_names_what_has_changed(client, office, call):
    moved, still = answer_to(call, status=A.DECLINED, title_en="Foot pedal"), answer_to(call)
    given = {
        "verb": "shortlist",
        "scope": "ticked",
        "chosen": [mark(call, moved), mark(call, still)],
        "confirm": "1",
    }
    response = client.post(url(call), given)
    assert response.status_code == 409
    assert [row.solution for row in response.context["plan"].changed] == [moved]
    assert "Nothing has been done" in response.content.decode()
    assert statuses(call) == {moved: A.DECLINED}


@pytest.mark.parametrize("forged", ["1.2.new", "x", "99999999999999999999.1.new", ""])
def test_an_answer_of_another_call_or_none_is_refused(client, office, call, forged):
    other = rapid_call()
    foreign = answer_to(other)
    chosen = [mark(other, foreign), forged]
    given = {"verb": "shortlist", "scope": "ticked", "chosen": chosen, "confirm": "1"}
    assert client.post(url(call), given).status_code == 409
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, {"verb", "scope"}),
        ({"verb": "decline", "scope": "ticked"}, {"ground", "reason"}),
        ({"verb": "decline", "scope": "ticked", "ground": "nonsense", "reason": "So."}, {"ground"}),
        ({"verb": "want", "scope": "ticked", "reason": "   "}, {"reason"}),
        ({"verb": "shortlist", "scope": "ticked", "chosen": []}, {"__all__"}),
        ({"verb": "resolve", "scope": "ticked"}, {"verb"}),
    ],
)
def test_a_form_that_is_wrong_is_shown_again_with_what_was_ticked(client, office, call, given, wrong):
    one = answer_to(call)
    response = client.post(url(call), {"chosen": [mark(call, one)], **given})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == wrong
    assert ("checked" in response.content.decode().split(mark(call, one))[1][:120]) == ("chosen" not in given)
    assert not Answer.objects.exists()


def test_what_the_engine_suggests_goes_on_to_the_experts_list_with_the_answer(call, office):
    listed = answer_to(call, probability=0.9)
    handed_in = answer_to(call, listed=False, at=Solution.Status.SUBMITTED)
    triaging.decide(call, by=office, verb="shortlist", marks=marks(call, listed, handed_in))
    assert Match.objects.get(solution=listed).status == Match.Status.SHORTLISTED
    assert set(statuses(call).values()) == {A.SHORTLISTED}


def test_a_decision_can_be_taken_back_and_made_again(call, office):
    one = answer_to(call, status=A.DECLINED)
    triaging.decide(
        call, by=office, verb="reconsider", marks=marks(call, one, status="declined"), reason="Look."
    )
    with pytest.raises(ReasonRequired):
        triaging.decide(call, by=office, verb="want", marks=marks(call, one))
    triaging.decide(call, by=office, verb="want", marks=marks(call, one), reason="How loud?")
    assert statuses(call) == {one: A.WANTING}


def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(committed):
    call = rapid_call()
    made = [answer_to(call) for _number in range(4)]
    people = UserFactory.create_batch(2, office=True)

    def work(person, verb, order):
        return lambda: triaging.decide(
            call, by=User.objects.get(pk=person.pk), verb=verb, marks=marks(call, *order), reason="So."
        )

    found = at_once(work(people[0], "shortlist", made), work(people[1], "decline", made[::-1]))
    assert sorted(type(one).__name__ for one in found) == ["Stale", "list"]
    assert len(set(statuses(call).values())) == 1


@pytest.mark.parametrize(
    ("role", "reads", "decides"),
    [
        ("anonymous", 302, 302),
        ("office", 200, 422),
        ("department", 200, 422),
        ("auditor", 200, 403),
        ("administrator", 200, 422),
        ("vendor", 403, 403),
        ("expert", 403, 403),
    ],
)
def test_who_reads_the_answers_and_who_decides(client, call, role, reads, decides):
    solution = answer_to(call)
    if role == "department":
        person = MembershipFactory(organisation=call.organisation).user
    elif role == "vendor":
        person = MembershipFactory(organisation=solution.organisation).user
    else:
        person = None if role == "anonymous" else UserFactory(**{role: True})
    if person:
        client.force_login(person, backend=BACKEND)
    assert (client.get(url(call)).status_code, client.post(url(call), {}).status_code) == (reads, decides)


def test_a_department_reads_no_confidential_word(client, call):
    answer_to(call, confidential="our-secret-price")
    client.force_login(MembershipFactory(organisation=call.organisation).user, backend=BACKEND)
    assert "our-secret-price" not in client.get(url(call)).content.decode()


def test_the_public_learns_how_many_listed_solutions_were_offered_and_no_more(client, call):
    answer_to(call)
    answer_to(call, listed=False, at=Solution.Status.SUBMITTED)
    response = client.get(reverse("matching:of-call", args=[call.slug]), headers={"HX-Request": "true"})
    assert response.content.decode().strip() == '<p class="govuk-body">1 listed solution was offered.</p>'


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_answers_as_for_one(
    client, office, call, django_assert_num_queries, count
):
    for _number in range(count):
        answer_to(call, probability=0.5, status=A.WANTING)
    client.get(url(call))
    with django_assert_num_queries(10):
        response = client.get(url(call))
    assert len(response.context["rows"]) == count


def test_two_hundred_answers_are_listed_checked_and_decided(
    client, office, call, django_assert_max_num_queries
):
    made = [answer_to(call, probability=0.5) for _number in range(200)]
    response = client.get(url(call))
    assert response.content.decode().count('name="chosen"') == 200
    given = {
        "verb": "decline",
        "ground": "unmet",
        "reason": "It takes a day to fit.",
        "scope": "shown",
        "shown": [mark(call, one) for one in made],
    }
    with django_assert_max_num_queries(14):
        assert len(client.post(url(call), given).context["plan"].moved) == 200
    assert client.post(url(call), {**given, "confirm": "1"}).status_code == 302
    assert set(statuses(call).values()) == {A.DECLINED}


def test_who_asks_for_more_while_the_vendor_completes_waits_and_neither_locks_the_other_out(committed):
    call = rapid_call()
    vendor = MembershipFactory(organisation__vendor=True)
    made = [
        answer_to(
            call,
            listed=False,
            at=Solution.Status.SUBMITTED,
            is_expression=True,
            organisation=vendor.organisation,
            status=A.WANTING if number % 2 else None,
        )
        for number in range(4)
    ]
    office = UserFactory(office=True)
    fresh = [made[0], made[2]]

    def complete(solution):
        found = Solution.objects.get(pk=solution.pk)
        return lambda: services.complete(found, by=vendor.user, summary_en="In full.")

    found = at_once(
        lambda: triaging.decide(call, by=office, verb="want", marks=marks(call, *fresh), reason="How loud?"),
        *[complete(one) for one in made],
    )
    assert not [one for one in found if isinstance(one, Exception) and "deadlock" in str(one)]
    assert not [one for one in found if isinstance(one, Exception) and not isinstance(one, IllegalTransition)]
    assert set(Solution.objects.values_list("is_expression", flat=True)) == {False}
    assert {statuses(call)[one] for one in (made[1], made[3])} == {A.NEW}


def asked_on_its_page(call, by):
    made = answer_to(call, listed=False, at=Solution.Status.SUBMITTED, is_expression=True)
    services.ask_full(Solution.objects.get(pk=made.pk), by=by, reason="How loud is it?")
    return made


def test_what_is_asked_in_full_on_its_own_page_waits_in_the_list_until_it_comes(call, office):
    made = asked_on_its_page(call, office)
    assert statuses(call) == {made: A.WANTING}
    assert Entry.objects.get(verb="want").reason == "How loud is it?"
    vendor = MembershipFactory(organisation=made.organisation).user
    services.complete(Solution.objects.get(pk=made.pk), by=vendor, summary_en="In full.")
    assert statuses(call) == {made: A.NEW}


def test_a_department_asks_for_its_own_wishes_alone(call):
    other = rapid_call()
    person = MembershipFactory(organisation=call.organisation).user
    made = answer_to(call, listed=False, at=Solution.Status.SUBMITTED, is_expression=True)
    InterestFactory(solution=made, wish_reference=other.wishes.get().reference)
    services.ask_full(Solution.objects.get(pk=made.pk), by=person, reason="How loud is it?")
    assert statuses(call) == {made: A.WANTING}
    assert statuses(other).get(made, A.NEW) == A.NEW


def test_asked_for_from_the_list_only_what_was_ticked_waits(call, office):
    other = rapid_call()
    made = answer_to(call, listed=False, at=Solution.Status.SUBMITTED, is_expression=True)
    InterestFactory(solution=made, wish_reference=other.wishes.get().reference)
    triaging.decide(call, by=office, verb="want", marks=marks(call, made), reason="How loud?")
    assert statuses(call) == {made: A.WANTING}
    assert statuses(other) == {}
