"""Steps, rounds, committees, deputies: who may say yes, once, and that it stays readable."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications.models import Notification
from tests.factories import (
    DelegationFactory,
    EndorsementStepFactory,
    MembershipFactory,
    UserFactory,
)
from tests.threads import at_once
from wishes import services
from wishes.endorsing import StepPlan, set_steps
from wishes.models import Endorsement, EndorsementStep, Wish
from wishes.stand import seat, stand_of, stands

pytestmark = pytest.mark.django_db
S = Wish.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"


def fresh(user):
    return User.objects.get(pk=user.pk)


def approver_of(organisation):
    return MembershipFactory(organisation=organisation, approver=True).user


@pytest.fixture
def handed_in(people, wish_in):
    """A wish that waits for its first yes."""
    wish = wish_in(S.DRAFT)
    services.submit(wish, by=people["creator"])
    return wish


@pytest.fixture
def two_steps(department, people):
    """Section head first, then two of a committee of three."""
    sitting = [MembershipFactory(organisation=department).user for _ in range(3)]
    EndorsementStepFactory(organisation=department, position=1, name_en="Section head")
    EndorsementStepFactory(
        organisation=department, position=2, name_en="Technology committee", needed=2, people=sitting
    )
    return sitting


def test_each_step_needs_its_people_and_the_last_yes_hands_it_to_the_office(two_steps, people, handed_in):
    first, second, third = two_steps
    for too_early in two_steps:
        with pytest.raises(PermissionDenied):
            services.endorse(handed_in, by=too_early)
    assert services.endorse(handed_in, by=people["approver"], reason="Good.").verb == "agree"
    with pytest.raises(PermissionDenied):  # the committee's step is not the approver's
        services.endorse(handed_in, by=approver_of(handed_in.organisation))
    assert services.endorse(handed_in, by=first).verb == "agree"
    with pytest.raises(PermissionDenied):  # nobody twice
        services.endorse(handed_in, by=first)
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.endorsed_at) == (S.ENDORSEMENT, None)
    assert services.endorse(handed_in, by=second).verb == "endorse"
    handed_in.refresh_from_db()
    assert handed_in.status == S.SCREENING
    given = Endorsement.objects.order_by("pk").values_list("person", "round", "step__name_en", "words")
    assert list(given) == [
        (people["approver"].pk, 1, "Section head", "Good."),
        (first.pk, 1, "Technology committee", ""),
        (second.pk, 1, "Technology committee", ""),
    ]
    with pytest.raises(IllegalTransition):
        services.endorse(handed_in, by=third)


def test_each_step_is_asked_of_those_who_may_take_it_and_the_office_hears_of_the_end_alone(
    two_steps, people, handed_in
):
    def told(template):
        rows = Notification.objects.filter(template=f"wishes/mail/{template}", channel="inbox")
        return set(rows.values_list("recipient", flat=True))

    assert told("submit") == {people["approver"].pk}
    services.endorse(handed_in, by=people["approver"])
    assert told("endorse_step") == {person.pk for person in two_steps}
    services.endorse(handed_in, by=two_steps[0])
    assert told("endorse") == set()
    services.endorse(handed_in, by=two_steps[1])
    assert told("endorse") == {people["office"].pk}


def test_a_wish_that_is_sent_back_begins_with_the_first_step_again(two_steps, people, handed_in):
    services.endorse(handed_in, by=people["approver"])
    services.send_back(handed_in, by=two_steps[0], reason="Too vague.")
    services.submit(handed_in, by=people["member"])
    stand = stand_of(handed_in)
    assert (stand.round, stand.step.name, stand.given) == (2, "Section head", ())
    services.endorse(handed_in, by=people["approver"])  # a new round, a new yes
    assert list(Endorsement.objects.values_list("round", flat=True).order_by("pk")) == [1, 2]


def test_only_the_committee_whose_turn_it_is_sends_back(two_steps, people, handed_in):
    with pytest.raises(PermissionDenied):
        services.send_back(handed_in, by=two_steps[0], reason="Not yet mine.")
    services.endorse(handed_in, by=people["approver"])
    services.send_back(handed_in, by=two_steps[0], reason="Too vague.")
    assert handed_in.status == S.RETURNED


@pytest.mark.parametrize("who", ["creator", "submitter"])
def test_who_wrote_or_handed_it_in_endorses_in_no_step(department, people, wish_in, who):
    author, submitter = approver_of(department), approver_of(department)
    EndorsementStepFactory(organisation=department, position=1, people=[author, submitter], needed=2)
    wish = wish_in(S.DRAFT, created_by=author)
    services.submit(wish, by=submitter)
    with pytest.raises(PermissionDenied):
        services.endorse(wish, by=author if who == "creator" else submitter)
    assert Endorsement.objects.count() == 0


def test_what_was_handed_in_keeps_the_steps_of_that_moment(department, people, handed_in):
    approver_of(department)
    set_steps(department, by=people["approver"], plans=[StepPlan("approver", "Two approvers", "", 2)])
    assert services.endorse(handed_in, by=people["approver"]).verb == "endorse"


def test_who_is_on_a_committee_and_left_the_department_endorses_nothing(two_steps, people, handed_in):
    services.endorse(handed_in, by=people["approver"])
    Membership.objects.filter(user=two_steps[0]).delete()
    with pytest.raises(PermissionDenied):
        services.endorse(handed_in, by=fresh(two_steps[0]))


# Deputies


def test_a_deputy_endorses_and_in_whose_place_stays_readable(client, department, people, handed_in):
    held = DelegationFactory(organisation=department, giver=people["approver"])
    entry = services.endorse(handed_in, by=fresh(held.deputy))
    given = Endorsement.objects.get()
    assert (given.person, given.in_place_of, given.place) == (held.deputy, people["approver"], "acting")
    assert entry.capacity == f"department/acting/{people['approver'].name}"
    assert (entry.actor_id, entry.actor_name) == (held.deputy.pk, held.deputy.name)
    client.force_login(people["member"], backend=BACKEND)
    page = client.get(handed_in.get_absolute_url()).content.decode()
    assert f"Department (acting approver, for {people['approver'].name})" in page
    services.publish(Wish.objects.get(pk=handed_in.pk), by=people["office"])
    client.logout()
    public = client.get(Wish.objects.get(pk=handed_in.pk).get_absolute_url()).content.decode()
    assert people["approver"].name not in public


@pytest.mark.parametrize("own", ["wrote", "handed in", "endorsed"])
def test_nobody_speaks_through_a_deputy_where_they_may_not_speak_themselves(department, people, wish_in, own):
    EndorsementStepFactory(organisation=department, position=1, needed=2)
    boss = people["approver"]
    held = DelegationFactory(organisation=department, giver=boss)
    wish = wish_in(S.DRAFT, created_by=boss if own == "wrote" else people["creator"])
    services.submit(wish, by=boss if own == "handed in" else people["member"])
    if own == "endorsed":
        services.endorse(wish, by=boss)
    with pytest.raises(PermissionDenied):
        services.endorse(wish, by=fresh(held.deputy))


def test_who_was_spoken_for_does_not_speak_again(department, people, wish_in, handed_in):
    EndorsementStepFactory(
        organisation=department, position=1, needed=2, begun_at=timezone.now() - timedelta(days=1)
    )
    held = DelegationFactory(organisation=department, giver=people["approver"])
    services.endorse(handed_in, by=fresh(held.deputy))
    with pytest.raises(PermissionDenied):
        services.endorse(handed_in, by=people["approver"])


def test_a_deputy_of_two_takes_the_place_that_is_free(department, people, wish_in):
    deputy = MembershipFactory(organisation=department).user
    author, other = approver_of(department), approver_of(department)
    for giver in (author, other):
        DelegationFactory(organisation=department, giver=giver, deputy=deputy)
    wish = wish_in(S.DRAFT, created_by=author)
    services.submit(wish, by=people["member"])
    services.endorse(wish, by=fresh(deputy))
    assert Endorsement.objects.get().in_place_of == other


# Races


def test_of_twenty_approvers_at_once_one_endorses(committed, people, department, wish_in):
    wish = wish_in(S.DRAFT)
    services.submit(wish, by=people["creator"])
    approvers = [approver_of(department) for _ in range(20)]

    def click(user):
        return lambda: services.endorse(Wish.objects.get(pk=wish.pk), by=user).verb

    found = at_once(*map(click, approvers))
    assert sorted(map(str, found)).count("endorse") == 1
    assert sum(isinstance(one, IllegalTransition) for one in found) == 19
    assert Endorsement.objects.count() == 1
    assert Entry.objects.about(wish).filter(verb="endorse").count() == 1


def test_of_two_who_saw_the_same_step_one_counts_for_it_and_the_other_for_no_other(
    committed, people, department, wish_in
):
    EndorsementStepFactory(organisation=department, position=1)
    EndorsementStepFactory(organisation=department, position=2)
    wish = wish_in(S.DRAFT)
    services.submit(wish, by=people["creator"])
    mark = stand_of(wish).mark
    two = [approver_of(department), approver_of(department)]

    def click(user):
        return lambda: services.endorse(Wish.objects.get(pk=wish.pk), by=user, seen=mark).verb

    found = at_once(*map(click, two))
    assert [one for one in found if isinstance(one, str)] == ["agree"]
    assert sum(isinstance(one, IllegalTransition) for one in found) == 1
    assert Wish.objects.get(pk=wish.pk).status == S.ENDORSEMENT


def test_the_last_two_of_a_committee_at_once_hand_it_on_once(committed, people, department, wish_in):
    sitting = [MembershipFactory(organisation=department).user for _ in range(2)]
    EndorsementStepFactory(organisation=department, position=1, needed=2, people=sitting)
    wish = wish_in(S.DRAFT)
    services.submit(wish, by=people["creator"])

    def click(user):
        return lambda: services.endorse(Wish.objects.get(pk=wish.pk), by=user).verb

    assert sorted(at_once(*map(click, sitting))) == ["agree", "endorse"]
    assert Wish.objects.get(pk=wish.pk).status == S.SCREENING


# What is set, by whom


def test_steps_that_nobody_could_pass_are_refused_by_number(department, people):
    stranger = UserFactory()
    for plans, words in (
        ([StepPlan("approver", "One", "")] * 6, "At most 5 steps."),
        ([StepPlan("approver", "Many", "", 9)], "Step 1 asks for 9 people, and only 1 could agree."),
        (
            [StepPlan("approver", "One", ""), StepPlan("committee", "C", "", 1, (stranger,))],
            "Step 2: only members of the organisation sit on its committee.",
        ),
    ):
        with pytest.raises(ValidationError) as refusal:
            set_steps(department, by=people["approver"], plans=plans)
        assert refusal.value.messages == [words]
    assert not EndorsementStep.objects.exists()


def test_a_deputy_is_no_voice_beside_the_one_whose_place_they_take(department, people):
    DelegationFactory(organisation=department, giver=people["approver"], deputy=people["member"])
    with pytest.raises(ValidationError) as refusal:
        set_steps(department, by=people["approver"], plans=[StepPlan("approver", "Two", "", 2)])
    assert refusal.value.messages == ["Step 1 asks for 2 people, and only 1 could agree."]


def test_who_agrees_in_one_step_is_not_counted_for_the_next(department, people):
    committee = StepPlan("committee", "Technology", "", 1, (people["approver"], people["member"]))
    section = StepPlan("approver", "Section head", "")
    assert set_steps(department, by=people["approver"], plans=[committee, section])
    with pytest.raises(ValidationError) as refusal:
        set_steps(department, by=people["approver"], plans=[section, committee, section])
    assert refusal.value.messages == ["Step 3 asks for 1 people, and only 0 could agree."]


def test_what_was_set_before_ends_and_stays_and_the_journal_tells_both(department, people):
    set_steps(department, by=people["approver"], plans=[StepPlan("approver", "Head", "主管")])
    assert set_steps(department, by=people["approver"], plans=[StepPlan("approver", "Head", "主管")]) is None
    members = (people["creator"], people["member"])
    set_steps(department, by=people["approver"], plans=[StepPlan("committee", "Panel", "", 2, members)])
    assert [row.name_en for row in EndorsementStep.objects.in_force()] == ["Panel"]
    assert EndorsementStep.objects.count() == 2
    first, second = Entry.objects.about(department).filter(verb="set_steps").order_by("pk")
    assert second.details["before"] == first.details["steps"]
    assert {name for _pk, name in second.details["steps"][0]["people"]} == {one.name for one in members}


# Pages


def test_the_page_shows_the_steps_and_offers_the_yes_to_those_whose_turn_it_is(
    client, two_steps, people, handed_in
):
    def offered(user):
        client.force_login(user, backend=BACKEND)
        verbs = client.get(handed_in.get_absolute_url()).context["verbs"]
        return "endorse" in [action["verb"] for action in verbs]

    assert [offered(people[role]) for role in ("creator", "member", "approver")] == [False, False, True]
    assert [offered(user) for user in two_steps] == [False] * 3
    services.endorse(handed_in, by=people["approver"])
    assert [offered(user) for user in (people["approver"], *two_steps)] == [False, True, True, True]


def test_a_yes_to_a_step_that_has_passed_is_a_message_and_no_yes(client, two_steps, people, handed_in):
    other = approver_of(handed_in.organisation)
    mark = stand_of(handed_in).mark
    services.endorse(handed_in, by=people["approver"])
    client.force_login(other, backend=BACKEND)
    address = reverse("wishes:endorse", args=[handed_in.slug])
    page = client.post(address, {"seen": mark}, follow=True)
    assert [str(one) for one in page.context["messages"]] == [
        "Someone else was quicker: it waits in another step now. Look at it again."
    ]
    assert Endorsement.objects.count() == 1


def test_the_workspace_shows_a_committee_what_waits_for_it_and_nothing_before(
    client, two_steps, people, handed_in
):
    def waiting(user):
        client.force_login(user, backend=BACKEND)
        return client.get(reverse("wishes:workspace")).context["to_endorse"]

    assert (waiting(people["approver"]), waiting(two_steps[0])) == ([handed_in], [])
    services.endorse(handed_in, by=people["approver"])
    assert (waiting(people["approver"]), waiting(two_steps[0])) == ([], [handed_in])


@pytest.mark.parametrize("count", [1, 5])
def test_how_far_wishes_are_takes_as_many_queries_for_five_as_for_one(
    department, people, wish_in, count, django_assert_num_queries
):
    EndorsementStepFactory(organisation=department, position=1, people=[people["member"]])
    wishes = [wish_in(S.DRAFT) for _ in range(count)]
    for wish in wishes:
        services.submit(wish, by=people["creator"])
    with django_assert_num_queries(4):  # who handed in, steps, their people, who has said yes
        found = stands(wishes)
    assert all(seat(people["member"], stand) for stand in found.values())


def test_whose_turn_is_over_by_now_sends_back_no_more(committed, people, department, wish_in):
    first = MembershipFactory(organisation=department).user
    EndorsementStepFactory(organisation=department, position=1, name_en="Committee", people=[first])
    EndorsementStepFactory(organisation=department, position=2, name_en="Section head")
    for _ in range(5):
        wish = wish_in(S.DRAFT)
        services.submit(wish, by=people["creator"])
        agreed, sent = at_once(
            lambda wish=wish: services.endorse(Wish.objects.get(pk=wish.pk), by=fresh(first)).verb,
            lambda wish=wish: (
                services.send_back(Wish.objects.get(pk=wish.pk), by=fresh(first), reason="Later.").verb
            ),
        )
        assert (agreed == "agree") == isinstance(sent, PermissionDenied)


def test_who_is_asked_is_who_decides_when_steps_are_set_while_it_is_handed_in(
    committed, people, department, wish_in
):
    committee = StepPlan("committee", "Technology", "", 1, (people["member"],))
    for number in range(6):
        wish, plans = wish_in(S.DRAFT), [] if number % 2 else [committee]
        at_once(
            lambda plans=plans: set_steps(department, by=people["approver"], plans=plans),
            lambda wish=wish: services.submit(Wish.objects.get(pk=wish.pk), by=people["creator"]),
        )
        step = stand_of(wish).step
        deciding = people["approver"] if step.committee is None else people["member"]
        told = Notification.objects.filter(url=wish.get_absolute_url(), channel="inbox")
        assert set(told.values_list("recipient", flat=True)) == {deciding.pk}
