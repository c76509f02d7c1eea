from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from desk import bulk
from desk.models import BulkAction
from journal.models import Entry
from notifications.models import Notification
from notifications.services import follow
from notifications.tasks import sweep
from solutions import services as solution_services
from solutions.models import Solution
from tests.factories import (
    CallFactory,
    MembershipFactory,
    OrganisationFactory,
    PreferenceFactory,
    SolutionFactory,
    TopicFactory,
    UserFactory,
    WishFactory,
)
from tests.threads import at_once
from wishes import calls, services
from wishes.models import Wish
from wishes.views.queue import BENCH

pytestmark = pytest.mark.django_db
S = Wish.Status


@pytest.fixture
def office(client):
    user = UserFactory(office=True)
    client.force_login(user)
    return user


def screening(**fields):
    return WishFactory(status="screening", endorsed_at=timezone.now(), **fields)


def check(client, verb, *things, room="wishes", **data):
    data = {"verb": verb, "pk": [thing.pk for thing in things], "which": "ticked", **data}
    return client.post(reverse(f"{room}:queue-check"), data)


def do(client, shown, room="wishes"):
    return client.post(reverse(f"{room}:queue-do"), {"token": shown.context["token"]}, follow=True)


def faults(response):
    return {fate.label: fate.fault for fate in response.context["fates"]}


def test_a_dry_run_says_of_each_row_what_would_happen_or_why_not_and_changes_nothing(client, office):
    good, past = screening(title_en="Good"), screening(title_en="Past")
    Wish.objects.filter(pk=past.pk).update(closes_on=timezone.localdate() - timedelta(days=1))
    public = WishFactory(open=True, title_en="Public")
    before = (Entry.objects.count(), Notification.objects.count(), BulkAction.objects.count())
    shown = check(client, "publish", good, past, public)
    assert faults(shown) == {
        "Good": "",
        "Past": "Its last day for proposals has passed. Return it, so that the department sets another.",
        f"{public.reference} Public": "This cannot be done in its present state.",
    }
    assert shown.context["fates"][0].after == "Open for proposals"
    assert shown.context["able"] == 1
    assert (Entry.objects.count(), Notification.objects.count(), BulkAction.objects.count()) == before
    assert Wish.objects.get(pk=good.pk).status == S.SCREENING


@pytest.mark.parametrize("verb", list(BENCH.verbs))
@pytest.mark.parametrize("status", ["screening", "returned", "open", "resolved", "expired", "withdrawn"])
def test_what_the_dry_run_promises_is_what_happens(client, office, verb, status):
    public = status in Wish.PUBLIC
    wish = WishFactory(status=status, endorsed_at=timezone.now()) if not public else WishFactory(open=True)
    Wish.objects.filter(pk=wish.pk).update(status=status)
    wish.refresh_from_db()
    given = {
        "return": {"reason": "Where?", "ground": GROUNDS["return"]},
        "withdraw": {"reason": "Gone.", "ground": GROUNDS["withdraw"]},
        "assign": {"call": CallFactory(open=True)},
        "renew": {"closes_on": timezone.localdate() + timedelta(days=400)},
    }.get(verb, {})
    [promised] = bulk.rehearse(BENCH, verb, [wish], by=office, given=given)
    plan = bulk.Plan(verb, {}, {wish.pk: bulk.mark_of(Wish.objects.get(pk=wish.pk))})
    action = bulk.perform(BENCH, plan, plan.sealed(office), by=office, given=given)
    assert bool(action.rows[0]["fault"]) == bool(promised.fault)
    assert action.rows[0]["after"] == promised.after


def test_screened_and_published_wishes_become_part_of_a_call_together(client, office):
    call, other = CallFactory(open=True), CallFactory(open=True)
    member = MembershipFactory()
    mine, public = screening(organisation=member.organisation), WishFactory(open=True)
    taken, resolved = WishFactory(open=True, call=other), WishFactory(open=True)
    Wish.objects.filter(pk=resolved.pk).update(status=S.WITHDRAWN)
    assert check(client, "assign", mine).status_code == 200  # asks for the call
    missing = check(client, "assign", mine, ready="1")
    assert (missing.status_code, list(missing.context["form"].errors)) == (422, ["call"])
    shown = check(client, "assign", mine, public, taken, resolved, ready="1", call=call.pk)
    assert [fate.pk for fate in shown.context["fates"] if not fate.fault] == [mine.pk, public.pk]
    assert set(Wish.objects.filter(call=call)) == set()
    answer = do(client, shown)
    assert [row["pk"] for row in answer.context["done"]] == [mine.pk, public.pk]
    assert set(Wish.objects.filter(call=call)) == {mine, public}
    notice = Notification.objects.get(recipient=member.user, channel="inbox")
    assert notice.template == "wishes/mail/call_joined"
    number = BulkAction.objects.get().reference
    entries = Entry.objects.filter(verb="join_call").values_list("details__action", flat=True)
    assert set(entries) == {number}
    assert f"{number} Make part of a call" in client.get(reverse("wishes:queue")).content.decode()


@pytest.mark.parametrize("kind", ["rapid", "over"])
def test_a_call_that_takes_no_wishes_is_not_offered(client, office, kind):
    call = CallFactory(open=True, **({"rapid": True} if kind == "rapid" else {"status": "closed"}))
    shown = check(client, "assign", screening(), ready="1", call=call.pk)
    assert (shown.status_code, list(shown.context["form"].errors)) == (422, ["call"])


def test_a_call_that_ends_after_it_was_shown_takes_none(client, office):
    call, wish = CallFactory(open=True), screening()
    shown = check(client, "assign", wish, ready="1", call=call.pk)
    calls.close(call, by=office)
    do(client, shown)
    wish.refresh_from_db()
    assert wish.call is None


GROUNDS = {"return": "other", "withdraw": "other"}


def test_confirming_does_what_was_shown_under_one_number_and_as_the_person(client, office):
    wishes = [screening(), screening()]
    answer = do(client, check(client, "publish", *wishes))
    action = BulkAction.objects.get()
    assert answer.context["action"] == action
    assert [row["pk"] for row in answer.context["done"]] == [wish.pk for wish in wishes]
    entries = Entry.objects.filter(noun="wishes.wish", verb="publish")
    assert {(entry.actor_id, entry.details["action"]) for entry in entries} == {(office.pk, action.reference)}
    assert Entry.objects.get(noun="desk.bulkaction").details["things"] == [wish.pk for wish in wishes]
    assert Wish.objects.filter(status=S.OPEN).count() == 2


def test_what_changed_since_it_was_shown_stays_as_it_is_and_is_told(client, office):
    edited, published, gone, same = (
        screening(title_en=name) for name in ("edited", "published", "gone", "same")
    )
    shown = check(client, "publish", edited, published, gone, same)
    Wish.objects.filter(pk=edited.pk).update(need_en="Something else", updated_at=timezone.now())
    services.publish(published, by=UserFactory(office=True))
    Wish.objects.filter(pk=gone.pk).update(status="draft", endorsed_at=None)
    answer = do(client, shown)
    assert [row["label"] for row in answer.context["done"]] == ["same"]
    assert [row["fault"] for row in answer.context["failed"]] == [
        "It has changed since you looked. Look at it again.",
        "It has changed since you looked. Look at it again.",
        "It is not here any more.",
    ]
    assert Wish.objects.get(pk=edited.pk).status == S.SCREENING


def test_confirming_twice_does_it_once(client, office):
    shown = check(client, "publish", screening())
    assert do(client, shown).context["action"] == do(client, shown).context["action"]
    assert BulkAction.objects.count() == 1
    assert Entry.objects.filter(verb="publish", noun="wishes.wish").count() == 1


def test_a_row_that_was_refused_in_the_dry_run_is_not_done_later(client, office):
    good, past = screening(title_en="Good"), screening()
    Wish.objects.filter(pk=past.pk).update(closes_on=timezone.localdate() - timedelta(days=1))
    shown = check(client, "publish", good, past)
    Wish.objects.filter(pk=past.pk).update(closes_on=None)
    assert [row["label"][-4:] for row in do(client, shown).context["action"].rows] == ["Good"]


def test_what_was_shown_to_another_or_too_long_ago_or_was_made_up_is_not_done(client, office, monkeypatch):
    wish = screening()
    shown = check(client, "publish", wish)
    client.force_login(UserFactory(office=True))
    assert b"This was shown to another person." in do(client, shown).content
    client.force_login(office)
    monkeypatch.setattr(bulk, "SHOWN_FOR", -1)
    assert b"What was shown is too old." in do(client, shown).content
    answer = client.post(reverse("wishes:queue-do"), {"token": shown.context["token"] + "x"}, follow=True)
    assert b"What was shown is too old." in answer.content
    assert Wish.objects.get(pk=wish.pk).status == S.SCREENING


def test_a_verb_that_asks_for_words_asks_first_and_gives_each_the_same(client, office):
    wishes = [screening(), screening()]
    asked = check(client, "return", *wishes)
    assert "fates" not in asked.context
    wrong = check(client, "return", *wishes, ready="1")
    assert wrong.status_code == 422
    shown = check(client, "return", *wishes, ready="1", reason="On which floor?", ground="other")
    do(client, shown)
    entries = Entry.objects.filter(verb="return", noun="wishes.wish")
    assert [entry.reason for entry in entries] == ["On which floor?"] * 2


def test_all_that_fit_the_filter_are_chosen_and_no_more_than_may_be_done(client, office, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    monkeypatch.setattr("desk.views.bulk.MOST", 2)
    for name in ("lift a", "lift b", "lift c", "pump"):
        screening(title_en=name)
    shown = client.post(
        reverse("wishes:queue-check"), {"verb": "publish", "which": "all", "query": "words=lift"}
    )
    assert [fate.label for fate in shown.context["fates"]] == ["lift a", "lift b"]
    assert shown.context["left"] == 1


@pytest.mark.parametrize(
    "data", [{"verb": "publish"}, {"verb": "delete", "pk": "1"}, {"pk": ["x", "9" * 30]}]
)
def test_nothing_chosen_or_nothing_to_do_leads_back_with_a_word(client, office, data):
    screening()
    answer = client.post(reverse("wishes:queue-check"), {**data, "query": "words=lift"})
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('wishes:queue')}?words=lift")


def test_drafts_of_departments_cannot_be_chosen_by_their_number(client, office):
    draft = WishFactory()
    assert check(client, "withdraw", draft, ready="1", reason="x").status_code == 302


@pytest.mark.parametrize("room", ["wishes", "solutions"])
def test_only_the_office_works_on_the_list(client, room):
    for role, status in (("office", 200), ("expert", 403), ("auditor", 403)):
        client.force_login(UserFactory(**{role: True}))
        assert client.get(reverse(f"{room}:queue")).status_code == status


def test_everyone_gets_one_mail_about_all_of_it_and_a_notice_for_each(client, office):
    department, topic = OrganisationFactory(), TopicFactory()
    member, fan = MembershipFactory(organisation=department).user, UserFactory()
    follow(fan, topic)
    wishes = [screening(organisation=department, topics=[topic], title_en=f"Wish {n}") for n in range(3)]
    PreferenceFactory(user=fan, follows="now")
    do(client, check(client, "publish", *wishes))
    for person in (member, fan):
        rows = Notification.objects.filter(recipient=person)
        assert rows.filter(channel="inbox").count() == 3
    sweep()
    assert {tuple(one.to): one.subject.endswith(", and 2 more") for one in mail.outbox} == {
        (person.email,): True for person in (member, fan)
    }
    assert all(wish.reference in one.body for wish in Wish.objects.all() for one in mail.outbox)


def test_of_one_row_the_mail_is_the_usual_one(client, office):
    member = MembershipFactory().user
    do(client, check(client, "publish", screening(organisation=member.organisations.get(), title_en="Doors")))
    sweep()
    assert "Doors" in mail.outbox[0].subject + mail.outbox[0].body
    assert "more" not in mail.outbox[0].subject


def test_the_mail_of_an_action_that_was_cut_off_goes_later_with_what_was_done(client, office, monkeypatch):
    member = MembershipFactory().user
    wishes = [screening(organisation=member.organisations.get()) for _ in range(2)]
    shown = check(client, "publish", *wishes)
    real, calls = bulk._attempt, []

    def attempt(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("the power fails")
        return real(*args, **kwargs)

    monkeypatch.setattr(bulk, "_attempt", attempt)
    with pytest.raises(RuntimeError):
        do(client, shown)
    sweep()
    assert mail.outbox == []
    Notification.objects.update(not_before=timezone.now())
    sweep()
    assert [one.to for one in mail.outbox] == [[member.email]]
    answer = do(client, shown)
    assert answer.context["action"].ended_at is None
    assert b"was cut off" in answer.content


def test_many_solutions_are_acknowledged_and_listed(client, office):
    vendor = MembershipFactory(organisation__vendor=True).user
    made = [
        SolutionFactory(organisation=vendor.organisations.get(), created_by=vendor, summary_en="It damps.")
        for _ in range(2)
    ]
    for one in made:
        solution_services.submit(one, by=vendor)
    do(client, check(client, "acknowledge", *made, room="solutions"), "solutions")
    do(client, check(client, "list", *made, room="solutions"), "solutions")
    assert set(Solution.objects.values_list("status", flat=True)) == {"listed"}


@pytest.mark.parametrize("room", ["wishes", "solutions"])
@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_as_for_one(
    client, office, django_assert_num_queries, room, count
):
    for _ in range(count):
        screening() if room == "wishes" else SolutionFactory(status="submitted")
    with django_assert_num_queries(11):  # who, count, rows, journal, pledges, inbox, saved views, lately
        response = client.get(reverse(f"{room}:queue"))
    assert len(response.context["rows"]) == count


def test_two_who_confirm_the_same_at_once_do_it_once(committed):
    office = UserFactory(office=True)
    wishes = [screening() for _ in range(3)]
    plan = bulk.Plan("publish", {}, {wish.pk: bulk.mark_of(wish) for wish in Wish.objects.all()})
    token = plan.sealed(office)
    found = at_once(*[lambda: bulk.perform(BENCH, plan, token, by=office, given={})] * 2)
    assert {action.reference for action in found} == {BulkAction.objects.get().reference}
    assert Entry.objects.filter(noun="wishes.wish", verb="publish").count() == len(wishes)


def test_of_two_officers_who_publish_and_return_the_same_rows_each_row_has_one_fate(committed):
    office, other = UserFactory(office=True), UserFactory(office=True)
    for _ in range(4):
        screening()
    marks = {wish.pk: bulk.mark_of(wish) for wish in Wish.objects.all()}
    plans = [bulk.Plan("publish", {}, marks), bulk.Plan("return", {}, marks)]
    words = {"reason": "On which floor?", "ground": "other"}
    found = at_once(
        lambda: bulk.perform(BENCH, plans[0], plans[0].sealed(office), by=office, given={}),
        lambda: bulk.perform(BENCH, plans[1], plans[1].sealed(other), by=other, given=words),
    )
    done = [row["pk"] for action in found for row in action.rows if not row["fault"]]
    assert sorted(done) == sorted(marks)
