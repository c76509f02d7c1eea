"""Two wishes become one: nothing is lost on the way, the old number leads on, and nobody is told twice."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from journal.models import Entry
from journal.workflow import IllegalTransition
from matching.services.rematching import _answered
from matching.services.sweeping import unmatched_answers
from notifications.models import Follow, Notification
from solutions.pitching import answer_wish
from tests.factories import (
    KpiFactory,
    MembershipFactory,
    OrganisationFactory,
    QuestionFactory,
    SolutionFactory,
    SponsorFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once
from wishes import services
from wishes.models import Question, Wish

pytestmark = pytest.mark.django_db
S = Wish.Status


def follow(user, wish):
    return Follow.objects.create(user=user, noun="wishes.wish", object_id=wish.pk)


def fresh(wish):
    return Wish.objects.get(pk=wish.pk)


@pytest.fixture
def stays():
    return WishFactory(open=True)


@pytest.fixture
def gone(wish_in):
    return wish_in(S.OPEN, site_en="Kwun Tong", constraints_en="No hot work.")


def test_followers_are_carried_over_and_nobody_is_told_twice(people, gone, stays):
    of_gone, of_both, of_both_departments = UserFactory(), UserFactory(), people["member"]
    MembershipFactory(user=of_both_departments, organisation=stays.organisation)
    for user, wishes in ((of_gone, [gone]), (of_both, [gone, stays]), (of_both_departments, [gone, stays])):
        for wish in wishes:
            follow(user, wish)
    services.merge(gone, by=people["office"], into=stays, reason="The same lifts.")
    assert not Follow.objects.of(gone).exists()
    assert sorted(Follow.objects.of(stays).values_list("user", flat=True)) == sorted(
        [of_gone.pk, of_both.pk, of_both_departments.pk]
    )
    told = list(Notification.objects.filter(channel="inbox").values_list("recipient", flat=True))
    assert len(told) == len(set(told))
    assert {of_gone.pk, of_both.pk, of_both_departments.pk, people["creator"].pk} <= set(told)
    services.resolve(fresh(stays), by=people["office"])
    later = Notification.objects.filter(template="wishes/mail/resolve", channel="inbox")
    assert later.filter(recipient=of_both).count() == later.filter(recipient=of_gone).count() == 1


def test_followers_of_a_wish_that_was_never_public_hear_nothing(people, wish_in, stays):
    hidden, follower = wish_in(S.SCREENING), UserFactory()
    follow(follower, hidden)
    services.merge(hidden, by=people["office"], into=stays, reason="The same.")
    assert not Notification.objects.filter(recipient=follower).exists()


@pytest.mark.parametrize(
    "join", [(), ("questions",), ("sponsors",), ("kpis",), ("questions", "sponsors", "kpis")]
)
def test_what_goes_along_is_what_was_chosen_and_the_journal_says_so(people, gone, stays, join):
    third = OrganisationFactory()
    SponsorFactory(wish=gone, organisation=third, site_en="Sha Tin")
    SponsorFactory(
        wish=gone, organisation=stays.organisation
    )  # is the one that stays: no co-sponsor of itself
    question = QuestionFactory(wish=gone)
    KpiFactory(wish=gone, metric="Breakdowns a month", target=1)
    KpiFactory(wish=gone, metric="Hours out of service", target=4)
    KpiFactory(wish=stays, metric="breakdowns a month ", target=2)
    services.merge(gone, by=people["office"], into=stays, reason="The same.", join=join)
    sponsors = {row.organisation: row.site_en for row in stays.sponsors.all()}
    expected = {gone.organisation: "Kwun Tong"} | ({third: "Sha Tin"} if "sponsors" in join else {})
    assert sponsors == expected
    assert Question.objects.get(pk=question.pk).wish == (stays if "questions" in join else gone)
    measured = sorted(stays.kpis.values_list("metric", flat=True))
    assert measured == sorted(["breakdowns a month ", *(["Hours out of service"] if "kpis" in join else [])])
    joined = Entry.objects.about(gone).get(verb="merge").details["joined"]
    assert joined.get("questions") == ([question.pk] if "questions" in join else None)
    assert joined.get("kpis") == (["Hours out of service"] if "kpis" in join else None)
    assert joined["sponsors"] == [one.slug for one in expected]


def test_the_page_of_the_one_that_stays_names_the_others_but_none_that_was_never_public(
    client, people, wish_in, gone, stays
):
    hidden = wish_in(S.SCREENING, title_en="Never to be read")
    for wish in (gone, hidden):
        services.merge(wish, by=people["office"], into=stays, reason="The same.")
    body = client.get(stays.get_absolute_url()).content.decode()
    assert gone.reference in body
    assert gone.title_en in body
    assert "Never to be read" not in body


def test_each_old_number_leads_straight_to_what_stands_through_any_number_of_merges(client, people, wish_in):
    first, second, third = wish_in(S.OPEN), wish_in(S.OPEN), wish_in(S.OPEN)
    services.merge(first, by=people["office"], into=second, reason="The same.")
    services.merge(second, by=people["office"], into=third, reason="The same.")
    for old in (first, second):
        for slug in (old.reference, old.key):
            response = client.get(reverse("wishes:detail", args=[slug]))
            assert (response.status_code, response["Location"]) == (301, third.get_absolute_url())
    body = client.get(third.get_absolute_url()).content.decode()
    assert first.reference in body
    assert second.reference in body
    assert Entry.objects.about(second).get(verb="merge").details["earlier"] == [first.reference]


def test_the_form_offers_all_and_joins_what_is_left_ticked(client, people, gone, stays):
    QuestionFactory(wish=gone)
    client.force_login(people["office"], backend="django.contrib.auth.backends.ModelBackend")
    body = client.get(gone.get_absolute_url()).content.decode()
    assert body.count('name="join"') == body.split('id="merge_join"')[-1].count('name="join"') == 3
    data = {"into": stays.reference, "reason": "The same.", "join": ["sponsors"]}
    client.post(reverse("wishes:merge", args=[gone.slug]), data)
    assert not stays.questions.exists()
    assert stays.sponsors.count() == 1


# Races


def test_two_wishes_merged_into_each_other_at_once_leave_one_that_stands(committed, people, wish_in):
    one, other = wish_in(S.OPEN), wish_in(S.OPEN)

    def merge(wish, into):
        mine, target = fresh(wish), fresh(into)
        return lambda: services.merge(mine, by=people["office"], into=target, reason="The same.").verb

    found = at_once(merge(one, other), merge(other, one))
    assert sorted(type(result).__name__ for result in found) == ["ValidationError", "str"]
    assert sorted(Wish.objects.values_list("status", flat=True)) == [S.MERGED, S.OPEN]


def test_of_ten_who_merge_one_wish_at_once_one_wins(committed, people, wish_in):
    wish = wish_in(S.OPEN)
    targets = [wish_in(S.OPEN) for _ in range(10)]

    def merge(target):
        mine = fresh(wish)
        return lambda: services.merge(mine, by=people["office"], into=target, reason="The same.").verb

    found = at_once(*map(merge, targets))
    assert [one for one in found if isinstance(one, str)] == ["merge"]
    assert sum(isinstance(one, IllegalTransition) for one in found) == 9


def test_a_question_asked_while_it_is_merged_is_refused_or_goes_along(committed, people, wish_in):
    for _ in range(5):
        wish, stays = wish_in(S.OPEN), wish_in(S.OPEN)
        mine, asked = fresh(wish), fresh(wish)
        _merged, question = at_once(
            lambda mine=mine, stays=stays: services.merge(
                mine, by=people["office"], into=stays, reason="Same."
            ),
            lambda asked=asked: services.ask(asked, by=people["vendor"], text="Which?"),
        )
        assert isinstance(question, IllegalTransition) or Question.objects.get(pk=question.pk).wish == stays


def test_an_answer_given_while_it_is_merged_reaches_those_who_follow_or_is_refused(
    committed, people, wish_in
):
    for _ in range(5):
        wish, stays, follower = wish_in(S.OPEN), wish_in(S.OPEN), UserFactory()
        follow(follower, wish)
        question = services.ask(wish, by=people["vendor"], text="Which?")
        mine, asked = fresh(wish), Question.objects.get(pk=question.pk)
        _merged, answered = at_once(
            lambda mine=mine, stays=stays: services.merge(
                mine, by=people["office"], into=stays, reason="The same."
            ),
            lambda asked=asked: services.answer(asked, by=people["member"], text="This."),
        )
        told = Notification.objects.filter(recipient=follower, template="wishes/mail/answer", channel="inbox")
        assert told.exists() != isinstance(answered, IllegalTransition)
        assert Question.objects.get(pk=question.pk).wish == stays


def test_a_question_that_went_along_is_not_answered_in_the_name_of_the_old_wish(people, gone, stays):
    question = Question.objects.get(pk=QuestionFactory(wish=gone).pk)
    assert question.wish == gone
    services.merge(gone, by=people["office"], into=stays, reason="The same.")
    with pytest.raises(IllegalTransition):
        services.answer(question, by=people["member"], text="Ours.")
    with pytest.raises(IllegalTransition):
        services.correct(question, by=people["member"], text="Ours.")
    assert Question.objects.get(pk=question.pk).answer == ""


def test_the_other_department_hears_of_a_co_sponsor_and_not_of_a_wish_that_was_never_public(
    people, wish_in, stays
):
    hidden = wish_in(S.SCREENING, title_en="Never to be read")
    theirs = MembershipFactory(organisation=stays.organisation).user
    services.merge(hidden, by=people["office"], into=stays, reason="Not for them.")
    told = Notification.objects.filter(recipient=theirs, channel="inbox").get()
    assert (told.template, told.url) == ("wishes/mail/sponsor", stays.get_absolute_url())
    assert "Never to be read" not in str(told.context)
    assert "Not for them." not in str(told.context)
    own = Notification.objects.filter(recipient=people["creator"], channel="inbox").get()
    assert own.template == "wishes/mail/merge"


def test_a_solution_that_answers_while_its_wish_is_merged_answers_the_one_that_stands(
    committed, people, wish_in
):
    wish, stays = wish_in(S.OPEN), wish_in(S.OPEN)
    offers = SolutionFactory.create_batch(4, listed=True)
    mine, number = fresh(wish), wish.reference

    def answers(solution):
        return lambda: answer_wish(solution, by=people["vendor"], wish_reference=number, pitch="It fits.").pk

    found = at_once(
        lambda: services.merge(mine, by=people["office"], into=stays, reason="The same.").verb,
        *map(answers, offers),
    )
    assert found[0] == "merge"
    assert all(isinstance(one, int) for one in found[1:])
    pairs = {(stays.pk, solution.pk) for solution in offers}
    assert _answered("wish", [stays.pk]) == pairs
    assert _answered("solution", [solution.pk for solution in offers]) == pairs
    assert unmatched_answers() == {solution.pk for solution in offers}


def test_a_wish_is_not_merged_into_one_that_was_merged_a_moment_ago(people, wish_in):
    one, other, third = wish_in(S.OPEN), wish_in(S.OPEN), wish_in(S.OPEN)
    stale = fresh(other)
    services.merge(other, by=people["office"], into=third, reason="The same.")
    with pytest.raises(ValidationError):
        services.merge(one, by=people["office"], into=stale, reason="The same.")
    assert fresh(one).status == S.OPEN
