"""An account is closed: the person goes from every table, what they did for others stays."""

from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.closing import NAME
from accounts.models import Delegation, JoinRequest, Membership, Role, User
from desk.models import SavedView
from innoportal import closing
from innoportal.holdings import HOLDINGS, relations
from journal.models import Entry
from journal.workflow import record
from matching.models import Judgement, SavedSearch
from notifications.letters.services import post
from notifications.models import Follow, Letter, Notification, Suppression, Visitor
from notifications.outbox import DUTY, notify
from notifications.sending import deliver
from solutions.models import Nomination
from tests import factories as make
from tests.factories import PASSWORD, UserFactory
from tests.threads import at_once
from trials.models import Report, Trial
from wishes.models import Wish

pytestmark = pytest.mark.django_db
ADDRESS, CALLED = "chan.qx@example.org", "Chan Qx Tai Man"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person():
    user = UserFactory(email=ADDRESS, name=CALLED)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return user


def closed(person, **more) -> User:
    closing.close(person, by=more.pop("by", person), **more)
    return User.objects.get(pk=person.pk)


def words(person) -> list[str]:
    return [duty.words for duty in closing.duties_of(person)]


def test_every_relation_to_a_person_declares_once_what_becomes_of_it_and_why():
    told = [name for one in HOLDINGS for name in one.fates]
    assert sorted(told) == sorted(set(relations()))
    assert all(fate.why.strip() for fate in closing.FATES.values())


def test_the_person_is_gone_and_the_row_stays(person):
    after = closed(person)
    assert (after.name, after.roles, after.is_active, after.last_login) == (NAME, [], False, None)
    assert after.email.startswith("closed-")
    assert after.email.endswith("@account.invalid")
    assert not after.has_usable_password()
    assert after.closed_at is not None


TEXT = """select table_name, column_name from information_schema.columns join information_schema.tables
    using (table_schema, table_name) where table_schema = 'public' and table_type = 'BASE TABLE'
    and data_type in ('character varying', 'text', 'jsonb', 'ARRAY', 'bytea') order by 1, 2"""


def where_it_stands(text: str) -> set[str]:
    """Every column of the database with a row that says it."""
    with connection.cursor() as cursor:
        cursor.execute(TEXT)
        found = set()
        for table, column in cursor.fetchall():
            quoted = f'"{table}"."{column}"::text'
            cursor.execute(f'select 1 from "{table}" where strpos({quoted}, %s) > 0 limit 1', [text])
            if cursor.fetchone():
                found.add(f"{table}.{column}")
        return found


@pytest.fixture
def filled(person):
    """Somebody who used all that leaves an address or a name behind."""
    membership = make.MembershipFactory(user=person)
    make.MembershipFactory(organisation=membership.organisation, approver=True)
    make.FollowFactory(user=person, topic=make.TopicFactory())
    make.SavedSearchFactory(user=person)
    make.SavedSearchFactory(user=None, visitor=make.VisitorFactory(email=ADDRESS.title()))
    make.NotificationFactory(recipient=person)
    make.InvitationFactory(email=ADDRESS)
    make.NominationFactory(contact_email=ADDRESS, contact_name=CALLED)
    Suppression.objects.create(address=ADDRESS, why="complaint")
    post("account", ADDRESS, good_for=timedelta(days=1), sealed="{}", name="x", language="en")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "s"})
    make.SavedViewFactory(owner=person)
    make.WishFactory(created_by=person, organisation=membership.organisation)
    return person


def test_neither_the_address_nor_the_name_stands_anywhere_but_where_the_record_keeps_the_name(filled):
    record(make.WishFactory(), "edit", by=filled)
    assert {"accounts_user.email", "accounts_invitation.email"} <= where_it_stands(ADDRESS)
    closed(filled)
    assert where_it_stands(ADDRESS) == set()
    assert where_it_stands(ADDRESS.title()) == set()
    assert where_it_stands(CALLED) == {"journal_entry.actor_name"}


def test_what_was_theirs_alone_is_removed_and_nobody_elses(filled):
    other = make.FollowFactory(user=UserFactory(), topic=make.TopicFactory())
    closed(filled)
    assert list(Follow.objects.all()) == [other]
    assert not SavedSearch.objects.exists()
    assert not Visitor.objects.exists()
    assert not Notification.objects.filter(recipient=filled).exists()
    assert not Letter.objects.exists()
    assert not Authenticator.objects.exists()
    assert not SavedView.objects.exists()
    assert not Membership.objects.filter(user=filled).exists()
    assert Wish.objects.filter(created_by=filled).count() == 1
    assert Nomination.objects.get().status == Nomination.Status.EXPIRED


def test_a_view_that_is_shared_stays_with_those_who_use_it(person):
    shared = make.SavedViewFactory(owner=person, organisation=make.OrganisationFactory())
    closed(person)
    assert list(SavedView.objects.all()) == [shared]


def test_a_request_to_join_is_taken_back_and_a_place_that_was_given_ends(person):
    asked = JoinRequest.objects.create(
        organisation=make.OrganisationFactory(), person=person, words="Chan of the pumps"
    )
    held = make.DelegationFactory(deputy=person)
    closed(person)
    asked.refresh_from_db()
    assert (asked.outcome, asked.words) == (JoinRequest.Outcome.WITHDRAWN, "")
    assert Delegation.objects.get(pk=held.pk).revoked_at is not None


def test_a_verdict_teaches_on_without_who_gave_it(person):
    judged = make.JudgementFactory(person=person)
    closed(person)
    assert Judgement.objects.get(pk=judged.pk).person is None


def test_every_device_is_signed_out_at_its_next_request(client, person):
    phone = Client()
    for one in (client, phone):
        one.post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD})
        assert one.get(reverse("people:profile")).status_code == 200
    assert UserSession.objects.filter(user=person).count() == 2
    closed(person)
    for one in (client, phone):
        assert one.get(reverse("people:profile")).url.startswith(reverse("account_login"))
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()


def test_a_notice_that_is_written_later_is_not_sent(person, mailoutbox):
    after = closed(person)
    entry = make.EntryFactory()
    notify([after], entry, "wishes/mail/published", thing=make.WishFactory(open=True), why=DUTY)
    row = Notification.objects.get(recipient=after, channel="email")
    assert deliver("notification", row.pk) is False
    assert mailoutbox == []


def test_who_has_the_address_next_has_no_old_right(filled):
    closed(filled)
    again = User.objects.create_user(ADDRESS, PASSWORD, name="Somebody Else")
    assert (again.pk != filled.pk, again.membership_roles, again.roles) == (True, {}, [])
    assert not Nomination.objects.filter(contact_email__iexact=ADDRESS).exists()


def test_a_closed_account_can_never_be_given_a_right_again(person):
    after = closed(person)
    for change in ({"is_active": True}, {"roles": [Role.OFFICE]}, {"is_superuser": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=after.pk).update(**change)


def test_the_journal_tells_that_it_was_closed_and_by_whom_without_a_name_of_who_went(person):
    office = UserFactory(office=True, name="Ada")
    membership = make.MembershipFactory(user=person)
    make.MembershipFactory(organisation=membership.organisation, approver=True)
    closed(person, by=office, reason="Asked for it at the counter")
    entry = Entry.objects.get(verb="close_account")
    assert (entry.noun, entry.object_id, entry.actor_name) == ("accounts.user", person.pk, "Ada")
    assert entry.details["asked"] == "Asked for it at the counter"
    assert entry.details["name"] == NAME
    assert Entry.objects.get(verb="remove_member").details["person"] == person.pk


def test_what_a_person_does_with_their_own_account_is_written_without_their_name(person):
    assert record(person, "sign_in", by=person).actor_name == ""
    assert record(make.WishFactory(), "edit", by=person).actor_name == CALLED


def test_the_auditor_reads_old_sign_ins_of_a_closed_account_without_a_name(client, person):
    make.EntryFactory(
        noun="accounts.user", object_id=person.pk, verb="sign_in", actor_id=person.pk, actor_name=CALLED
    )
    client.force_login(UserFactory(auditor=True))
    assert CALLED in client.get(reverse("sign-ins-and-rights")).content.decode()
    closed(person)
    page = client.get(reverse("sign-ins-and-rights")).content.decode()
    assert CALLED not in page
    assert NAME in page


def test_the_name_under_a_published_report_stays_and_so_does_its_fingerprint():
    report = make.ReportFactory(published=True)
    before = Report.objects.values("envelope", "payload_hash").get(pk=report.pk)
    Trial.objects.filter(pk=report.trial_id).update(status=Trial.Status.CLOSED)
    make.UserFactory(verifier=True)
    closed(report.verifier)
    assert Report.objects.values("envelope", "payload_hash").get(pk=report.pk) == before


# --- duties


def test_the_only_approver_of_others_cannot_go_and_a_second_one_can(person):
    own = make.MembershipFactory(user=person, approver=True).organisation
    member = make.MembershipFactory(organisation=own)
    [duty] = closing.duties_of(person)
    assert (own.name in duty.words, duty.url) == (True, reverse("people:members", args=[own.slug]))
    with pytest.raises(closing.StillNeeded):
        closing.close(person, by=person)
    assert User.objects.get(pk=person.pk).email == ADDRESS
    member.role = Membership.Role.APPROVER
    member.save()
    assert not closed(person).is_active


def test_somebody_alone_in_an_organisation_goes_unless_it_has_open_things(person):
    own = make.MembershipFactory(user=person, approver=True).organisation
    assert words(person) == []
    make.WishFactory(organisation=own, open=True)
    make.SolutionFactory(organisation=own, listed=True)
    assert [("1 open wish" in one, "1 open solution" in one) for one in words(person)] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("standing", ["office", "administrator"])
def test_the_last_who_runs_the_portal_cannot_go(standing):
    last = UserFactory(**{standing: True})
    assert len(words(last)) == 1
    UserFactory(**{standing: True})
    assert words(last) == []


def test_the_engineer_of_a_trial_and_the_verifier_of_a_report_finish_first():
    trial = make.TrialFactory()
    [duty] = closing.duties_of(trial.engineer)
    assert duty.url == reverse("trials:edit", args=[trial.slug])
    verifier = UserFactory(verifier=True)
    report = make.ReportFactory(assigned=verifier)
    [duty] = closing.duties_of(verifier)
    assert duty.url == report.get_absolute_url()
    assert [one.url for one in closing.duties_of(report.trial.engineer)] == [report.trial.get_absolute_url()]


def test_the_page_of_who_is_needed_says_why_and_has_no_button(client, person):
    own = make.MembershipFactory(user=person, approver=True).organisation
    make.MembershipFactory(organisation=own)
    client.force_login(person)
    page = client.get(reverse("close-account")).content.decode()
    assert reverse("people:members", args=[own.slug]) in page
    assert "Close my account" not in page
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse("close-account"), {"understood": "on"})
    assert response.status_code == 422
    assert User.objects.get(pk=person.pk).is_active


def test_of_two_last_approvers_who_close_at_once_one_stays(committed):
    organisation = make.OrganisationFactory()
    pair = [make.MembershipFactory(organisation=organisation, approver=True).user for _ in range(2)]
    make.MembershipFactory(organisation=organisation)
    found = at_once(*(partial(closing.close, one, by=one) for one in pair))
    assert sorted(type(one).__name__ for one in found) == ["NoneType", "StillNeeded"]


# --- pages


def test_with_the_password_it_is_closed_at_once_and_without_it_nothing_happens(client, person):
    client.force_login(person)
    asked = client.post(reverse("close-account"), {"understood": "on"})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=person.pk).is_active
    response = client.post(asked.url, {"password": PASSWORD, "next": reverse("close-account")}, follow=True)
    assert "Your account is closed" in response.content.decode()
    assert User.objects.get(pk=person.pk).closed_at
    assert client.get(reverse("people:profile")).status_code == 302
    signs_in = client.post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD})
    assert signs_in.status_code == 200


def test_it_is_not_closed_by_who_does_not_say_that_they_understood(client, person):
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse("close-account"), {})
    assert response.status_code == 422
    assert User.objects.get(pk=person.pk).is_active


def test_the_office_closes_the_account_of_who_asks_and_says_how_they_asked(client, person):
    client.force_login(UserFactory(office=True))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("close-account-for"), {"email": ADDRESS}).content.decode()
    assert CALLED in page
    said = {"email": ADDRESS, "reason": "Came to the counter", "understood": "on"}
    response = client.post(reverse("close-account-for"), said)
    assert response.url == reverse("workspace")
    assert User.objects.get(pk=person.pk).closed_at


def test_the_office_closes_nobody_who_works_for_the_portal(client):
    expert = UserFactory(expert=True)
    client.force_login(UserFactory(office=True))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    said = {"email": expert.email, "reason": "x", "understood": "on"}
    assert client.post(reverse("close-account-for"), said).status_code == 422
    assert User.objects.get(pk=expert.pk).is_active
    with pytest.raises(PermissionDenied):
        closing.close(expert, by=UserFactory(office=True))
    assert not closed(expert, by=UserFactory(administrator=True)).is_active


def test_nobody_closes_the_account_of_another_nor_one_that_is_closed(person):
    with pytest.raises(PermissionDenied):
        closing.close(person, by=UserFactory())
    after = closed(person)
    with pytest.raises(PermissionDenied):
        closing.close(after, by=UserFactory(administrator=True))


def test_an_address_that_nobody_has_is_said_to_be_unknown(client):
    client.force_login(UserFactory(office=True))
    page = client.get(reverse("close-account-for"), {"email": "nobody@example.org"}).content.decode()
    assert "No open account has this address." in page
