"""What a vendor reads who was refused: which gaps to close, and which wishes would then take the solution."""

import pytest
from django.urls import reverse

from journal.models import Entry
from matching import services
from matching.services.advising import advice, advise
from matching.tasks import advise as task
from notifications.mails import read
from notifications.models import Notification
from solutions import services as solutions
from tests.factories import (
    MatchFactory,
    MembershipFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("engine")
LIFT = {
    "title_en": "Lift health monitor", "title_zh": "升降機健康監察",
    "summary_en": "Predicts lift faults from vibration.",
}  # fmt: skip


@pytest.fixture
def vendor():
    return MembershipFactory(organisation__vendor=True)


@pytest.fixture
def wish():
    """On lifts, and some on other things so that likeness means something."""
    found = WishFactory(
        open=True,
        title_en="Find lift faults early",
        title_zh="",
        need_en="Lift faults are found too late: nobody watches the vibration of a lift.",
        outcome_en="",
        trl_wanted=7,
        budget="to_500k",
        topics=[TopicFactory(slug="lifts")],
    )
    others = [
        WishFactory(open=True, title_en=title, title_zh="", need_en=need, outcome_en="")
        for title, need in (
            ("Clean drains", "Drains are blocked by leaves."),
            ("Cooler plants", "Chillers use too much energy."),
            ("Birds on roofs", "Pigeons nest on our roofs."),
        )
    ]
    for one in (found, *others):
        services.profile(one)
    return found


@pytest.fixture
def refused(vendor):
    solution = SolutionFactory(organisation=vendor.organisation, status="screening", trl=3, **LIFT)
    solutions.refuse(solution, by=UserFactory(office=True), reason="Not ready.", ground="not_feasible")
    return solution


def entry_of(solution, verb="refuse"):
    return Entry.objects.about(solution).filter(verb=verb).latest("pk")


def test_the_gaps_are_what_the_solution_does_not_say(refused, wish):
    assert [row["code"] for row in advice(refused).gaps] == [
        "topics_missing",
        "price_missing",
        "lead_time_missing",
        "trial_needs_missing",
        "novelty_missing",
    ]


def test_the_wishes_that_it_would_fit_come_with_what_to_change(refused, wish):
    (one,) = advice(refused).wishes
    assert one.wish == wish
    assert one.then > one.now
    assert {change.factor for change in one.changes} >= {"topics", "readiness", "budget"}
    assert "The solution reaches TRL 7." in one.words


def test_all_changes_together_bring_what_is_foretold(refused, wish):
    """The figure is that of a solution which says all of it."""
    (before,) = advice(refused).wishes
    type(refused).objects.filter(pk=refused.pk).update(trl=7, price="to_500k")
    refused.refresh_from_db()
    refused.topics.set(wish.topics.all())
    (after,) = advice(refused).wishes
    assert after.now == pytest.approx(before.then, abs=0.02)
    assert {"topics", "readiness"} & {change.factor for change in after.changes} == set()


def test_what_is_about_something_else_or_closed_is_no_advice(refused, wish):
    type(wish).objects.filter(pk=wish.pk).update(status="resolved")
    assert advice(refused).wishes == ()


def test_the_vendor_is_told_once_in_both_languages(refused, wish, vendor):
    entry = entry_of(refused)
    assert [advise(refused.pk, entry.pk), advise(refused.pk, entry.pk)] == [True, False]
    notice = Notification.objects.get(template="matching/mail/advice", channel="email")
    assert notice.recipient == vendor.user
    text = " ".join(read(notice, "en").paragraphs)
    assert "The solution names no price for a trial." in text
    assert f"{wish.reference} “Find lift faults early”" in text
    assert "The solution reaches TRL 7." in text
    assert "尚未說明：" in " ".join(read(notice, "zh-hant").paragraphs)
    assert Entry.objects.about(refused).filter(verb="advise").count() == 1


def test_what_moved_on_meanwhile_is_not_advised(refused, wish):
    entry = entry_of(refused)
    solutions.reconsider(refused, by=UserFactory(office=True), reason="New facts.")
    task(refused.pk, entry.pk)
    task(refused.pk, entry_of(refused, "reconsider").pk)
    task(0, entry.pk)
    assert not Entry.objects.filter(verb="advise").exists()


def test_a_refusal_and_a_return_send_for_advice(vendor, wish, eager, django_capture_on_commit_callbacks):
    officer = UserFactory(office=True)
    for verb in (solutions.refuse, solutions.return_):
        solution = SolutionFactory(organisation=vendor.organisation, status="screening", **LIFT)
        with django_capture_on_commit_callbacks(execute=True):
            verb(solution, by=officer, reason="Where is the price?")
        assert Entry.objects.about(solution).filter(verb="advise").count() == 1


def test_two_workers_advise_once(committed, vendor, wish, refused):
    entry = entry_of(refused)
    told = at_once(*[lambda: advise(refused.pk, entry.pk)] * 2)
    assert sorted(told) == [False, True]
    assert Notification.objects.filter(template="matching/mail/advice", channel="inbox").count() == 1


def test_its_page_and_that_of_a_declined_match_lead_to_the_advice(client, refused, wish, vendor):
    address = reverse("matching:advice", args=[refused.slug])
    match = MatchFactory(
        wish=wish, status="declined", solution=SolutionFactory(listed=True, organisation=vendor.organisation)
    )
    Entry.objects.create(noun="matching.match", object_id=match.pk, verb="decline", reason="No.")
    client.force_login(vendor.user)
    assert f'hx-get="{address}"' in client.get(refused.get_absolute_url()).content.decode()
    own = reverse("matching:advice", args=[match.solution.slug])
    assert f'hx-get="{own}"' in client.get(match.get_absolute_url()).content.decode()
    client.force_login(MembershipFactory(organisation=wish.organisation).user)
    assert own not in client.get(match.get_absolute_url()).content.decode()
    client.force_login(vendor.user)
    piece = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "The solution reaches TRL 7." in piece
    assert "<html" not in piece


@pytest.mark.parametrize("count", [1, 5])
def test_advice_takes_as_many_queries_for_five_wishes_as_for_one(
    client, refused, vendor, count, django_assert_num_queries
):
    for number in range(count):
        services.profile(
            WishFactory(
                open=True, title_en=f"Find lift faults early {number}", title_zh="", need_en="Lift faults."
            )
        )
    client.force_login(vendor.user)
    address = reverse("matching:advice", args=[refused.slug])
    client.get(address)
    with django_assert_num_queries(10):
        client.get(address)
