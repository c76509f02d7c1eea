"""At the desk everybody has what is theirs: their own right to a verb, their own views, their own list."""

import pytest
from django.urls import reverse
from django.utils import timezone

from desk import bulk
from desk.models import BulkAction, SavedView
from tests.factories import MembershipFactory, SavedViewFactory, UserFactory, WishFactory
from wishes.models import Wish
from wishes.views.queue import BENCH

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = MembershipFactory().user
    client.force_login(user)
    return user


def keep(client, name="Mine", where="wishes:list", **data):
    place = f"{reverse('desk:keep')}?list={where}&query=status%3Dopen"
    return client.post(place, {"name": name, "circle": "", **data})


def screening():
    return WishFactory(status="screening", endorsed_at=timezone.now())


# --- many at once ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["expert", "auditor", "engineer"])
def test_who_may_not_do_it_to_one_does_it_to_none_of_many(role):
    person, wish = UserFactory(**{role: True}), screening()
    [fate] = bulk.rehearse(BENCH, "publish", [wish], by=person, given={})
    assert fate.fault == "You may not do this."
    plan = bulk.Plan("publish", {}, {wish.pk: bulk.mark_of(wish)})
    action = bulk.perform(BENCH, plan, plan.sealed(person), by=person, given={})
    assert [bool(row["fault"]) for row in action.rows] == [True]
    assert Wish.objects.get().status == Wish.Status.SCREENING


def test_a_right_that_was_lost_since_it_was_shown_is_lost():
    office, wish = UserFactory(office=True), screening()
    plan = bulk.Plan("publish", {}, {wish.pk: bulk.mark_of(wish)})
    token = plan.sealed(office)
    type(office).objects.filter(pk=office.pk).update(roles=["auditor"])
    office = type(office).objects.get(pk=office.pk)
    action = bulk.perform(BENCH, bulk.Plan.opened(token, office), token, by=office, given={})
    assert [row["fault"] for row in action.rows] == ["You may not do this."]


def test_what_was_done_in_one_list_stands_under_no_other(client):
    client.force_login(UserFactory(office=True))
    action = BulkAction.objects.create(
        reference="B-2026-0001", token="x", by=UserFactory(), noun="solutions.solution", verb="list"
    )
    assert client.get(reverse("solutions:queue-done", args=[action.reference])).status_code == 200
    assert client.get(reverse("wishes:queue-done", args=[action.reference])).status_code == 404
    assert action.reference not in client.get(reverse("wishes:queue")).content.decode()


# --- views ----------------------------------------------------------------------------------------------
def test_a_list_opens_with_nobody_elses_view_and_with_none_that_was_not_chosen(client, user):
    SavedViewFactory(is_default=True)
    SavedViewFactory(is_default=True, organisation=user.organisations.get())
    SavedViewFactory(owner=user, is_default=False)
    SavedViewFactory(owner=user, is_default=True, list="solutions:list")
    assert client.get(reverse("wishes:list")).status_code == 200


def test_who_chooses_a_view_to_open_with_changes_it_for_this_list_and_for_nobody_else(client, user):
    others = [
        SavedViewFactory(is_default=True),
        SavedViewFactory(owner=user, is_default=True, list="solutions:list"),
    ]
    before = SavedViewFactory(owner=user, is_default=True)
    keep(client, is_default="on")
    mine = SavedView.objects.get(name="Mine")
    assert set(SavedView.objects.filter(is_default=True)) == {*others, mine}
    assert not SavedView.objects.get(pk=before.pk).is_default


def test_a_view_keeps_its_name_when_it_is_changed_and_others_may_have_the_same(client, user):
    own, other = SavedViewFactory(owner=user, name="Lifts"), SavedViewFactory(name="Pumps")
    data = {"name": "Lifts", "circle": str(user.organisations.get().pk)}
    assert client.post(reverse("desk:change", args=[own.pk]), data).status_code == 302
    own.refresh_from_db()
    assert own.organisation == user.organisations.get()
    assert keep(client, name=other.name).status_code == 302


def test_the_office_keeps_a_view_for_the_office(client):
    client.force_login(UserFactory(office=True))
    assert keep(client, circle="office").status_code == 302
    view = SavedView.objects.get()
    assert (view.is_for_office, view.organisation) == (True, None)
    assert set(SavedView.objects.visible_to(UserFactory(office=True))) == {view}
    assert not SavedView.objects.visible_to(UserFactory(expert=True)).exists()
