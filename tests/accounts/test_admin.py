"""Whatever an administrator changes of somebody's rights stands in the journal, with what it was before."""

import pytest
from django.urls import reverse

from accounts.models import Membership, Organisation, User
from journal.models import Entry
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
MEMBER, APPROVER = Membership.Role.MEMBER, Membership.Role.APPROVER


@pytest.fixture
def administrator(client) -> User:
    user = UserFactory(administrator=True, name="Ada")
    client.force_login(user)
    return user


def save(client, thing, **changes):
    """Send the form of a thing as it stands, but for what changes; rows of memberships by `members`."""
    url = reverse(f"admin:accounts_{thing._meta.model_name}_change", args=[thing.pk])
    form = client.get(url).context["adminform"].form
    data = {
        name: value for name in form.fields if (value := form.get_initial_for_field(form[name].field, name))
    }
    rows = changes.pop("members", {})
    data |= changes
    data = {name: value for name, value in data.items() if value is not False}
    data.pop("password", None)
    prefix, side = "memberships", "organisation" if isinstance(thing, User) else "user"
    held = list(thing.memberships.order_by("pk"))
    data |= {
        f"{prefix}-TOTAL_FORMS": len(held) + len(rows.get("new", [])),
        f"{prefix}-INITIAL_FORMS": len(held),
    }
    own = "user" if isinstance(thing, User) else "organisation"
    for number, row in enumerate(held):
        at = f"{prefix}-{number}-"
        data |= {f"{at}id": row.pk, f"{at}{own}": thing.pk, f"{at}{side}": getattr(row, f"{side}_id")}
        data[f"{at}role"] = rows.get(row.pk, row.role)
        if rows.get(row.pk) == "gone":
            data |= {f"{at}DELETE": "on", f"{at}role": row.role}
    for number, (other, role) in enumerate(rows.get("new", []), len(held)):
        at = f"{prefix}-{number}-"
        data |= {f"{at}{own}": thing.pk, f"{at}{side}": other.pk, f"{at}role": role}
    response = client.post(url, data)
    assert response.status_code == 302, response.context["errors"]


def told() -> list[tuple[str, str, dict]]:
    return list(Entry.objects.order_by("pk").values_list("noun", "verb", "details"))


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ({"roles": ["expert", "auditor"]}, {"roles": ["expert"]}, {"roles": ["expert", "auditor"]}),
        ({"roles": []}, {"roles": ["expert"]}, {"roles": []}),
        ({"is_staff": True}, {"is_staff": False}, {"is_staff": True}),
        ({"is_superuser": True}, {"is_superuser": False}, {"is_superuser": True}),
        ({"is_active": False}, {"is_active": True}, {"is_active": False}),
    ],
)
def test_rights_of_a_person_are_told_with_who_changed_them_and_what_they_were(
    client, administrator, change, before, after
):
    person = UserFactory(expert=True, name="Chan")
    save(client, person, **change)
    entry = Entry.objects.get()
    assert (entry.noun, entry.object_id, entry.verb) == ("accounts.user", person.pk, "change_rights")
    assert (entry.actor_id, entry.actor_name, entry.capacity) == (administrator.pk, "Ada", "administrator")
    assert entry.details == {"person": person.pk, "name": "Chan", "before": before, "after": after}


def test_a_change_of_the_name_alone_is_no_change_of_rights(client, administrator):
    save(client, UserFactory(expert=True), name="Another")
    assert User.objects.filter(name="Another").exists()
    assert told() == []


def test_a_new_address_is_told_without_the_address(client, administrator):
    person = UserFactory(name="Chan")
    save(client, person, email="new@example.org")
    assert told() == [("accounts.user", "change_address", {"person": person.pk, "name": "Chan"})]


@pytest.mark.parametrize("by_person", [True, False])
def test_memberships_are_told_from_either_side(client, administrator, by_person):
    person, organisation = UserFactory(name="Chan"), OrganisationFactory()
    thing, other = (person, organisation) if by_person else (organisation, person)
    save(client, thing, members={"new": [(other, MEMBER)]})
    [membership] = Membership.objects.all()
    save(client, thing, members={membership.pk: APPROVER})
    save(client, thing, members={membership.pk: "gone"})
    assert not Membership.objects.exists()
    who = {"person": person.pk, "name": "Chan"}
    assert told() == [
        ("accounts.organisation", "add_member", {**who, "to": "member"}),
        ("accounts.organisation", "change_role", {**who, "from": "member", "to": "approver"}),
        ("accounts.organisation", "remove_member", {**who, "from": "approver"}),
    ]


def test_what_an_organisation_may_be_is_told(client, administrator):
    organisation = OrganisationFactory()
    save(client, organisation, kind="sme", is_confirmed="on")
    before, after = {"kind": "department", "is_confirmed": False}, {"kind": "sme", "is_confirmed": True}
    assert told() == [("accounts.organisation", "change_rights", {"before": before, "after": after})]


def test_an_account_that_an_administrator_makes_is_told(client, administrator):
    words = {"password1": "a passphrase of some length", "password2": "a passphrase of some length"}
    data = {"email": "new@example.org", "name": "New", "usable_password": "true", **words}
    rows = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert client.post(reverse("admin:accounts_user_add"), data | rows).status_code == 302
    [(_noun, verb, details)] = told()
    assert (verb, details["before"]) == ("create", {})
    assert details["after"] == {"roles": [], "is_active": True, "is_staff": False, "is_superuser": False}


@pytest.mark.parametrize("by_action", [True, False])
def test_what_is_deleted_takes_its_rights_with_it_and_the_journal_keeps_them(
    client, administrator, by_action
):
    membership = MembershipFactory(user=UserFactory(name="Chan", expert=True))
    person = membership.user
    if by_action:
        data = {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
        client.post(reverse("admin:accounts_user_changelist"), data)
    else:
        client.post(reverse("admin:accounts_user_delete", args=[person.pk]), {"post": "yes"})
    assert not User.objects.filter(name="Chan").exists()
    (_, verb, details), (_, other_verb, other) = told()
    assert (verb, details["before"]["roles"], details["after"]) == ("delete", ["expert"], {})
    assert (other_verb, other) == (
        "remove_member",
        {"person": person.pk or other["person"], "name": "Chan", "from": "member"},
    )


def test_a_password_that_an_administrator_sets_is_told_and_a_refused_one_is_not(client, administrator):
    person = UserFactory(name="Chan")
    url = reverse("admin:auth_user_password_change", args=[person.pk])
    both = {"password1": "short", "password2": "short", "usable_password": "true"}
    client.post(url, both)
    assert told() == []
    client.post(
        url, both | {"password1": "a passphrase of some length", "password2": "a passphrase of some length"}
    )
    assert told() == [("accounts.user", "change_password", {"person": person.pk, "name": "Chan"})]


def test_what_fails_is_not_told(client, administrator):
    """An organisation without a name is refused: neither its kind nor an entry stays."""
    organisation = OrganisationFactory()
    url = reverse("admin:accounts_organisation_change", args=[organisation.pk])
    data = {
        "slug": organisation.slug,
        "kind": "sme",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    assert client.post(url, data).status_code == 200
    assert (Organisation.objects.get().kind, told()) == ("department", [])
