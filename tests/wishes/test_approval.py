"""The page of who approves: read by its people, changed by approvers of their own right, kept for ever."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Delegation, Membership, User
from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications.models import Notification
from tests.factories import DelegationFactory, EndorsementStepFactory, MembershipFactory
from tests.wishes.conftest import ROLES
from wishes.delegating import delegate, revoke
from wishes.models import EndorsementStep

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
DAY = timedelta(days=1)


def at(name, organisation, *more):
    return reverse(f"wishes:{name}", args=[organisation.slug, *more])


def given(department, people, **other):
    today = timezone.localdate()
    values = {
        "by": people["approver"],
        "giver": people["approver"],
        "deputy": people["member"],
        "kind": "delegated",
        "first_on": today,
        "last_on": today + 9 * DAY,
    }
    return delegate(department, **values | other)


def test_a_delegation_is_told_and_written_and_in_force_at_once(department, people):
    held = given(department, people)
    assert User.objects.get(pk=people["member"].pk).is_approver_of(department.pk)
    entry = Entry.objects.about(department).get(verb="delegate")
    assert entry.details["deputy"] == people["member"].name
    told = Notification.objects.filter(entry_id=entry.pk, channel="inbox").values_list("recipient", flat=True)
    assert list(told) == [people["member"].pk]
    assert (held.made_by, held.revoked_at) == (people["approver"], None)


@pytest.mark.parametrize(
    ("field", "case"),
    [
        ("giver", "a member's place"),
        ("giver", "another's, delegated"),
        ("deputy", "a stranger"),
        ("deputy", "an approver"),
        ("last_on", "backwards"),
        ("last_on", "over"),
        ("last_on", "two years"),
        ("first_on", "twice"),
    ],
)
def test_what_cannot_be_delegated_is_refused_at_its_field(department, people, field, case):
    today = timezone.localdate()
    other = MembershipFactory(organisation=department, approver=True).user
    values = {
        "a member's place": {"giver": people["creator"], "kind": "acting"},
        "another's, delegated": {"giver": other},
        "a stranger": {"deputy": people["vendor"]},
        "an approver": {"deputy": other},
        "backwards": {"last_on": today - DAY},
        "over": {"first_on": today - 9 * DAY, "last_on": today - DAY},
        "two years": {"last_on": today + 700 * DAY},
        "twice": {},
    }[case]
    if case == "twice":
        given(department, people)
    with pytest.raises(ValidationError) as refusal:
        given(department, people, **values)
    assert list(refusal.value.message_dict) == [field]
    assert Delegation.objects.count() == (case == "twice")


def test_a_deputy_passes_the_place_on_to_nobody(department, people):
    given(department, people)
    deputy = User.objects.get(pk=people["member"].pk)
    with pytest.raises(PermissionDenied):
        given(
            department, people, by=deputy, giver=people["approver"], deputy=people["creator"], kind="acting"
        )
    assert not deputy.has_perm("wishes.change_approval", department)


def test_another_approver_says_who_acts_for_one_who_is_away(department, people):
    other = MembershipFactory(organisation=department, approver=True).user
    assert given(department, people, giver=other, kind="acting").giver == other


def test_it_is_taken_back_once_and_its_row_stays(department, people):
    held = given(department, people)
    revoke(held, by=people["approver"], reason="Back early.")
    assert not User.objects.get(pk=people["member"].pk).is_approver_of(department.pk)
    with pytest.raises(IllegalTransition):
        revoke(held, by=people["approver"])
    held.refresh_from_db()
    assert (held.revoked_by, held.last_on) == (people["approver"], timezone.localdate() + 9 * DAY)


# Pages


def test_who_reads_and_who_changes_who_approves(client, department, people):
    read, change = {}, {}
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person, backend=BACKEND)
        read[role] = client.get(at("approval", department)).status_code
        change[role] = {client.get(at(name, department)).status_code for name in ("steps", "delegate")}
    inside = {"creator", "member", "approver", "office", "auditor", "administrator"}
    assert read == {role: 200 if role in inside else 403 for role in ROLES} | {"anonymous": 302}
    may = {"approver", "administrator"}
    assert change == {role: {200 if role in may else 403} for role in ROLES} | {"anonymous": {302}}


def rows(*steps):
    data = {"steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": "0"}
    for number, step in enumerate(steps):
        data |= {
            f"steps-{number}-{name}": value
            for name, value in {"kind": "approver", "needed": 1, **step}.items()
        }
    return data


def test_steps_are_set_on_their_page_and_shown_on_the_other(client, department, people):
    client.force_login(people["approver"], backend=BACKEND)
    panel = {"name_en": "Panel", "kind": "committee", "people": [people["member"].pk], "needed": 1}
    client.post(at("steps", department), rows({"name_en": "Head", "name_zh": "主管"}, panel, {}))
    steps = EndorsementStep.objects.in_force().order_by("position")
    assert [(one.position, one.name_en, one.kind) for one in steps] == [
        (1, "Head", "approver"),
        (2, "Panel", "committee"),
    ]
    page = client.get(at("approval", department)).content.decode()
    assert "1. Head" in page
    assert f"2. Panel: 1 must agree ({people['member'].name})" in page
    client.post(at("steps", department), rows({"name_en": "Head", "name_zh": "主管"}))
    assert (
        f"2. Panel: 1 must agree ({people['member'].name})"
        in client.get(at("approval", department)).content.decode()
    )
    assert EndorsementStep.objects.in_force().count() == 1


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"name_en": "Panel", "kind": "committee"}, "Say who sits on this committee."),
        ({"name_en": "Kept name", "needed": 9}, "Step 1 asks for 9 people"),
        ({"name_en": "Kept name", "needed": 0}, "greater than or equal to 1"),
        ({"name_en": "Kept name", "needed": "two"}, "Enter a whole number"),
        ({"name_en": "Kept name", "kind": "crowd"}, "Select a valid choice"),
    ],
)
def test_a_wrong_step_is_shown_again_as_it_was_typed(client, department, people, step, words):
    client.force_login(people["approver"], backend=BACKEND)
    response = client.post(at("steps", department), rows(step))
    assert response.status_code == 422
    body = response.content.decode()
    assert words in body
    assert step["name_en"] in body
    assert not EndorsementStep.objects.exists()


def test_nobody_of_another_organisation_can_be_put_on_a_committee(client, department, people):
    client.force_login(people["approver"], backend=BACKEND)
    step = {"name_en": "Panel", "kind": "committee", "people": [people["vendor"].pk]}
    assert client.post(at("steps", department), rows(step)).status_code == 422
    assert people["vendor"].name not in client.get(at("steps", department)).content.decode()


def test_another_step_is_added_and_nothing_that_was_typed_is_lost(client, department, people):
    client.force_login(people["approver"], backend=BACKEND)
    data = rows({"name_en": "Head", "needed": "x", "kind": "committee", "people": [people["member"].pk]})
    response = client.post(at("steps", department), data | {"action": "add"})
    assert response.status_code == 200
    forms = response.context["formset"].forms
    assert [form["name_en"].value() for form in forms] == ["Head", None]
    assert forms[0]["needed"].value() == "x"
    assert [str(pk) for pk in forms[0]["people"].value()] == [str(people["member"].pk)]


def test_a_delegation_is_made_and_taken_back_on_the_pages(client, department, people):
    client.force_login(people["approver"], backend=BACKEND)
    today = timezone.localdate()
    data = {
        "kind": "delegated", "giver": people["approver"].pk, "deputy": people["member"].pk,
        "first_on": today.isoformat(), "last_on": (today - DAY).isoformat(),
    }  # fmt: skip
    wrong = client.post(at("delegate", department), data)
    assert wrong.status_code == 422
    assert list(wrong.context["form"].errors) == ["last_on"]
    client.post(at("delegate", department), data | {"last_on": today.isoformat()})
    held = Delegation.objects.get()
    client.force_login(people["creator"], backend=BACKEND)
    assert client.post(at("revoke", department, held.pk)).status_code == 403
    client.force_login(people["member"], backend=BACKEND)  # who holds it may lay it down
    client.post(at("revoke", department, held.pk))
    held.refresh_from_db()
    assert held.revoked_by == people["member"]
    page = client.get(at("approval", department)).content.decode()
    assert "Taken back" in page
    assert f"{people['member'].name} for {people['approver'].name}" in page


def test_a_delegation_of_another_organisation_is_not_revoked_through_ones_own(client, department, people):
    held = DelegationFactory()
    client.force_login(people["approver"], backend=BACKEND)
    assert client.post(at("revoke", department, held.pk)).status_code == 404


def test_what_was_decided_stays_readable_when_the_people_are_gone(client, department, people):
    held = given(department, people)
    Membership.objects.filter(user=people["member"]).delete()
    client.force_login(people["approver"], backend=BACKEND)
    page = client.get(at("approval", department)).content.decode()
    assert f"{held.deputy.name} for {held.giver.name}" in page


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_of_everything_as_for_one(
    client, department, people, count, django_assert_num_queries
):
    for number in range(count):
        EndorsementStepFactory(organisation=department, position=number + 1, people=[people["member"]])
        DelegationFactory(organisation=department, giver=people["approver"])
    client.force_login(people["member"], backend=BACKEND)
    # session and person; organisation, memberships, inbox; approvers, steps with people, delegations, who of
    # them is in force, journal
    with django_assert_num_queries(11):
        client.get(at("approval", department))
