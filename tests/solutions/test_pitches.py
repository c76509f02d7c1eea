import re
from threading import Event
from time import sleep

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from innoportal.lib.writing.answers import digest
from journal.models import Entry
from journal.workflow import IllegalTransition
from solutions import pitching
from solutions.models import Interest, Solution
from tests.factories import (
    InterestFactory,
    MatchFactory,
    MembershipFactory,
    OrganisationFactory,
    SolutionFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once
from wishes import services as wishes
from wishes.models import Wish

pytestmark = pytest.mark.django_db
S = Solution.Status


@pytest.fixture
def member():
    return MembershipFactory(organisation=OrganisationFactory(vendor=True))


@pytest.fixture
def interest(member):
    solution = SolutionFactory(listed=True, organisation=member.organisation)
    return InterestFactory(
        solution=solution, wish_reference=WishFactory(open=True).reference, pitch="It fits below the cover."
    )


def url_of(interest, name="pitch"):
    return reverse(f"solutions:{name}", args=[interest.solution.slug, interest.wish_reference])


def close(reference):
    wishes.withdraw(Wish.objects.get(reference=reference), by=UserFactory(office=True), reason="No budget.")


def send(client, interest, pitch, seen=None):
    seen = digest(interest.pitch) if seen is None else seen
    return client.post(url_of(interest), {"pitch": pitch, "seen": seen})


def test_a_changed_pitch_keeps_what_it_said_before_in_the_journal_and_on_its_page(client, member, interest):
    client.force_login(member.user)
    assert send(client, interest, "It fits, and needs no power.").status_code == 302
    interest.refresh_from_db()
    assert interest.pitch == "It fits, and needs no power."
    entry = Entry.objects.about(interest.solution).get(verb="change_pitch")
    assert entry.details == {"wish": interest.wish_reference, "was": "It fits below the cover."}
    page = client.get(url_of(interest)).content.decode()
    assert "It fits below the cover." in page
    assert member.user.name in page


def test_saying_the_same_again_writes_nothing(member, interest):
    pitching.change_pitch(interest, by=member.user, pitch=f" {interest.pitch} ", seen=digest(interest.pitch))
    assert not Entry.objects.about(interest.solution).exists()


def test_a_withdrawn_pitch_is_gone_but_for_the_journal_and_the_wish_may_be_answered_again(
    client, member, interest
):
    client.force_login(member.user)
    assert "It fits below" in client.get(url_of(interest, "withdraw-pitch")).content.decode()
    assert Interest.objects.count() == 1  # looking withdraws nothing
    client.post(url_of(interest, "withdraw-pitch"))
    assert not Interest.objects.exists()
    assert Entry.objects.about(interest.solution).get(verb="withdraw_pitch").details["was"] == interest.pitch
    assert client.post(url_of(interest, "withdraw-pitch")).status_code == 404
    data = {"wish_reference": interest.wish_reference.lower(), "pitch": "Once more."}
    assert client.post(reverse("solutions:pitches", args=[interest.solution.slug]), data).status_code == 302
    assert Interest.objects.get().pitch == "Once more."


@pytest.mark.parametrize(
    ("reference", "pitch", "field"),
    [
        ("", "It fits.", "wish_reference"),
        ("W-1", "It fits.", "wish_reference"),
        ("W-1999-0001", "It fits.", "wish_reference"),
        ("taken", "It fits.", "wish_reference"),
        ("closed", "It fits.", "wish_reference"),
        ("open", "  ", "pitch"),
        ("open", "x" * 2001, "pitch"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_stays_typed(
    client, member, interest, reference, pitch, field
):
    named = {
        "taken": interest.wish_reference,
        "open": WishFactory(open=True).reference,
        "closed": WishFactory(open=True).reference,
    }
    close(named["closed"])
    client.force_login(member.user)
    data = {"wish_reference": named.get(reference, reference), "pitch": pitch}
    response = client.post(reverse("solutions:pitches", args=[interest.solution.slug]), data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert pitch.strip() in response.content.decode()
    assert Interest.objects.count() == 1


def test_once_the_wish_is_closed_what_was_said_stands(client, member, interest):
    client.force_login(member.user)
    close(interest.wish_reference)
    page = client.get(reverse("solutions:pitches", args=[interest.solution.slug])).content.decode()
    assert "can no longer be changed" in page
    assert url_of(interest) not in page
    response = send(client, interest, "Too late, but typed with care.")
    assert response.status_code == 409
    assert "takes no answers any more" in response.content.decode()
    assert "Too late, but typed with care." in response.content.decode()
    assert client.post(url_of(interest, "withdraw-pitch")).status_code == 409
    interest.refresh_from_db()
    assert interest.pitch == "It fits below the cover."


@pytest.mark.parametrize("status", [S.NOT_SUITABLE, S.WITHDRAWN, S.EXPIRED])
def test_of_a_solution_whose_life_is_over_no_pitch_changes(member, interest, status):
    solution = SolutionFactory(organisation=member.organisation, listed=True, status=status)
    over = InterestFactory(solution=solution, wish_reference=interest.wish_reference)
    for act in (
        lambda: pitching.change_pitch(over, by=member.user, pitch="New", seen=digest(over.pitch)),
        lambda: pitching.withdraw_pitch(over, by=member.user),
        lambda: pitching.offer(solution, by=member.user, wish_reference=interest.wish_reference, pitch="New"),
    ):
        with pytest.raises(IllegalTransition):
            act()


def test_of_two_tabs_the_later_sees_both_texts_and_overwrites_nothing(client, member, interest):
    client.force_login(member.user)
    seen = digest(interest.pitch)
    send(client, interest, "What a colleague says.")
    response = send(client, interest, "What I say.", seen)
    assert response.status_code == 409
    page = response.content.decode()
    assert "What a colleague says." in page
    assert "What I say." in page
    assert Interest.objects.get().pitch == "What a colleague says."
    now = re.search(r'name="seen" value="([^"]+)"', page)[1]
    assert send(client, interest, "What we both say.", now).status_code == 302


def test_of_a_change_and_the_end_of_the_wish_at_once_the_pitch_is_changed_before_or_not_at_all(
    committed, member, interest
):
    seen = digest(interest.pitch)

    def change():
        with transaction.atomic():
            pitching.change_pitch(interest, by=User.objects.get(pk=member.user.pk), pitch="New", seen=seen)

    changed, closed = at_once(change, lambda: close(interest.wish_reference))
    assert closed is None
    interest.refresh_from_db()
    if changed is None:
        assert interest.pitch == "New"
    else:
        assert isinstance(changed, IllegalTransition)
        assert interest.pitch == "It fits below the cover."
    with pytest.raises(IllegalTransition):
        pitching.change_pitch(interest, by=member.user, pitch="After", seen=digest(interest.pitch))


def test_a_change_waits_for_who_closes_the_wish_and_then_comes_too_late(committed, member, interest):
    """The closing transaction is open while the change begins."""
    closing = Event()

    def close_slowly():
        with transaction.atomic():
            close(interest.wish_reference)
            closing.set()
            sleep(0.5)

    def change():
        closing.wait(10)
        pitching.change_pitch(interest, by=member.user, pitch="New", seen=digest(interest.pitch))

    _closed, changed = at_once(close_slowly, change)
    assert isinstance(changed, IllegalTransition)
    interest.refresh_from_db()
    assert interest.pitch == "It fits below the cover."


def test_the_department_reads_the_pitch_on_the_match_and_strangers_do_not(client, member, interest):
    wish = Wish.objects.get(reference=interest.wish_reference)
    match = MatchFactory(wish=wish, solution=interest.solution, approved=True)
    page = reverse("matching:detail", args=[match.key])
    readers = {
        "department": (MembershipFactory(organisation=wish.organisation).user, True),
        "vendor": (member.user, True),
        "expert": (UserFactory(expert=True), True),
        "other": (MembershipFactory(organisation=OrganisationFactory(vendor=True)).user, False),
    }
    assert "It fits below the cover." not in client.get(page).content.decode()
    for who, (user, reads) in readers.items():
        client.force_login(user)
        assert ("It fits below the cover." in client.get(page).content.decode()) is reads, who


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_answers_as_for_one(
    client, member, count, django_assert_num_queries
):
    solution = SolutionFactory(listed=True, organisation=member.organisation)
    for wish in WishFactory.create_batch(count, open=True):
        InterestFactory(solution=solution, wish_reference=wish.reference)
    client.force_login(member.user)
    with django_assert_num_queries(
        8
    ):  # session, person, memberships, solution, taken, answers, wishes, inbox
        page = client.get(reverse("solutions:pitches", args=[solution.slug])).content.decode()
    assert page.count('aria-labelledby="pitch-') == count
