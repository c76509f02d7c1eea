import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from desk.models import LISTS, SavedView
from tests.factories import MembershipFactory, OrganisationFactory, SavedViewFactory, UserFactory, WishFactory

pytestmark = pytest.mark.django_db


def keep(client, query="", name="Mine", where="wishes:list", **data):
    url = f"{reverse('desk:keep')}?list={where}&query={query}"
    return client.post(url, {"name": name, "circle": "", **data})


@pytest.fixture
def user(client):
    user = MembershipFactory().user
    client.force_login(user)
    return user


def test_a_view_is_the_list_as_it_was_narrowed_without_the_page_one_was_on(client, user):
    answer = keep(client, "status%3Dexpired%26page%3D3%26view%3D9%26sort%3Dnew")
    view = SavedView.objects.get()
    assert (view.query, view.owner, view.is_shared) == ("status=expired&sort=new", user, False)
    assert answer["Location"] == f"{reverse('wishes:list')}?status=expired&sort=new&view={view.pk}"
    page = client.get(answer["Location"]).content.decode()
    assert 'aria-current="true">Mine</span>' in page


def test_who_sees_a_view_is_who_it_is_shared_with_and_the_rule_says_the_same():
    organisation = OrganisationFactory()
    owner, colleague = (MembershipFactory(organisation=organisation).user for _ in range(2))
    people = [owner, colleague, UserFactory(office=True), UserFactory(auditor=True), UserFactory()]
    views = [
        SavedViewFactory(owner=owner),
        SavedViewFactory(owner=owner, organisation=organisation),
        SavedViewFactory(owner=owner, is_for_office=True),
    ]
    seen = [set(SavedView.objects.visible_to(person)) for person in people]
    assert seen == [set(views), {views[1]}, {views[2]}, set(), set()]
    allowed = [{view for view in views if person.has_perm("desk.view_savedview", view)} for person in people]
    assert allowed == seen


def test_a_view_is_shared_only_where_one_belongs(client, user):
    other = OrganisationFactory()
    assert keep(client, circle=str(other.pk)).status_code == 422
    assert keep(client, circle="office").status_code == 422
    own = user.organisations.get()
    assert keep(client, circle=str(own.pk)).status_code == 302
    assert SavedView.objects.get().organisation == own


def test_only_the_owner_changes_and_removes_it(client, user):
    shared = SavedViewFactory(organisation=user.organisations.get())
    assert client.get(reverse("desk:change", args=[shared.pk])).status_code == 404
    assert client.post(reverse("desk:remove", args=[shared.pk])).status_code == 404
    own = SavedViewFactory(owner=user, name="Old")
    client.post(reverse("desk:change", args=[own.pk]), {"name": "New", "circle": ""})
    own.refresh_from_db()
    assert own.name == "New"
    client.post(reverse("desk:remove", args=[own.pk]))
    assert set(SavedView.objects.all()) == {shared}


def test_two_views_of_one_list_have_two_names_and_what_was_typed_stays(client, user):
    keep(client, name="Lifts")
    answer = keep(client, name="Lifts")
    assert answer.status_code == 422
    assert 'value="Lifts"' in answer.content.decode()
    assert keep(client, name="Lifts", where="solutions:list").status_code == 302


def test_a_list_opens_with_the_view_that_was_chosen_and_one_way_leads_to_all_of_it(client, user):
    first = SavedViewFactory(owner=user, is_default=True)
    bare = reverse("wishes:list")
    assert client.get(bare)["Location"] == first.get_absolute_url()
    assert client.get(bare, {"view": ""}).status_code == 200
    assert client.get(bare, {"budget": "over_5m"}).status_code == 200
    assert 'href="?view="' in client.get(first.get_absolute_url()).content.decode()
    keep(client, is_default="on", name="Second")
    assert list(SavedView.objects.filter(is_default=True).values_list("name", flat=True)) == ["Second"]
    client.logout()
    assert client.get(bare).status_code == 200


def test_of_one_list_one_view_at_most_opens_first():
    view = SavedViewFactory(is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedViewFactory(owner=view.owner, is_default=True)


def test_a_view_whose_filter_is_gone_says_so(client, user):
    WishFactory(open=True)
    old = SavedViewFactory(owner=user, query="colour=blue&budget=cowries", name="Old")
    page = client.get(old.get_absolute_url()).content.decode()
    assert "The view “Old” asks for something that this list no longer has: colour, Budget" in page
    fine = SavedViewFactory(owner=user, name="Fine")
    assert "no longer has" not in client.get(fine.get_absolute_url()).content.decode()


@pytest.mark.parametrize("query", ["?list=admin:index", "?list=wishes:list&query=" + "x" * 1001, ""])
def test_what_is_no_list_cannot_be_kept(client, user, query):
    assert client.get(reverse("desk:keep") + query).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_every_list_that_can_be_kept_has_the_way_to_keep_it(client, name):
    client.force_login(UserFactory(office=True))
    page = client.get(reverse(name)).content.decode()
    assert f"{reverse('desk:keep')}?list={name.replace(':', '%3A')}&amp;query=" in page


def test_views_stand_in_the_workspace_and_in_a_list_of_their_own(client, user):
    own, shared = SavedViewFactory(owner=user), SavedViewFactory(organisation=user.organisations.get())
    hidden = SavedViewFactory()
    for page in (reverse("workspace"), reverse("desk:views")):
        body = client.get(page).content.decode()
        assert [view.name in body for view in (own, shared, hidden)] == [True, True, False]


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_views_takes_as_many_queries_for_five_as_for_one(
    client, user, django_assert_num_queries, count
):
    SavedViewFactory.create_batch(count, organisation=user.organisations.get())
    with django_assert_num_queries(5):
        client.get(reverse("desk:views"))
