"""A partner nominates; the vendor makes it its own or says no; nobody else knows of it before."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from innoportal.schedules import remind_due
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from notifications.models import Notification
from notifications.tasks import sweep_letters
from solutions import nominating, nomination_mail, tasks
from solutions.models import Nomination, Solution, StoppedAddress
from solutions.models.nominations import LASTS, digest_of
from solutions.work import work
from solutions.workflow import NOMINATIONS
from tests import factories as make
from tests.threads import at_once

pytestmark = pytest.mark.django_db
N = Nomination.Status
SAID = {"title_en": "A quiet fan", "summary_en": "It hums less.", "trl": 6}
CONTACT = {"vendor_name": "Quiet Fans", "contact_name": "Lee", "contact_email": "lee@example.org"}


@pytest.fixture
def partner():
    return make.MembershipFactory(organisation=make.OrganisationFactory(name_en="Harbour Department"))


@pytest.fixture
def vendor():
    organisation = make.OrganisationFactory(vendor=True, name_en="Quiet Fan Works")
    return make.MembershipFactory(organisation=organisation)


def nominate(partner, **said):
    return nominating.nominate(by=partner.user, organisation=partner.organisation, **(SAID | said))


def written(partner, callbacks, **said):
    """One by mail, to a vendor that is not here."""
    with callbacks(execute=True):
        made = nominate(partner, **(CONTACT | said))
    sweep_letters()
    return made


def led_to(sent):
    return nomination_mail.by_token(re.search(r"/nominated/([^/\s]+)/", sent.body)[1])


def link(nomination):
    return reverse("solutions:nominated", args=[nomination_mail.token_of(nomination)])


def told(person, last):
    rows = Notification.objects.filter(recipient=person, channel="inbox")
    return rows.filter(template=f"solutions/mail/{last}").first()


def test_a_vendor_that_is_here_reads_it_changes_it_and_confirms(client, partner, vendor):
    made = nominate(partner, vendor=vendor.organisation, words="You showed it to us.")
    assert told(vendor.user, "nominated").url == made.get_absolute_url()
    assert not Solution.objects.exists() and not mail.outbox
    client.force_login(vendor.user)
    page = client.get(made.get_absolute_url()).content.decode()
    assert "You showed it to us." in page and "Harbour Department" in page
    data = {"organisation": vendor.organisation_id, "title_en": "A quieter fan", "summary_en": "Less hum."}
    answer = client.post(made.get_absolute_url(), data | {"action": "confirm"})
    solution = Solution.objects.get()
    assert answer["Location"] == solution.get_absolute_url()
    assert (solution.organisation, solution.nominated_by) == (vendor.organisation, partner.organisation)
    assert (solution.title_en, solution.status, solution.is_expression) == ("A quieter fan", "draft", True)
    made.refresh_from_db()
    assert (made.status, made.solution) == (N.CONFIRMED, solution)
    assert told(partner.user, "nomination_confirmed")
    assert [one.verb for one in Entry.objects.about(made).in_order()] == ["nominate", "confirm"]


def test_confirmed_and_handed_in_at_once_it_is_with_the_office(client, partner, vendor):
    made = nominate(partner, vendor=vendor.organisation)
    client.force_login(vendor.user)
    data = {"organisation": vendor.organisation_id, "action": "submit", **SAID}
    client.post(made.get_absolute_url(), data)
    assert Solution.objects.get().status == Solution.Status.SUBMITTED


def test_the_listed_solution_says_who_nominated_it(client, partner, vendor):
    solution = make.SolutionFactory(
        organisation=vendor.organisation, nominated_by=partner.organisation, listed=True
    )
    assert "Harbour Department" in client.get(solution.get_absolute_url()).content.decode()
    said = client.get(f"/api/v1/solutions/{solution.slug}/").json()["nominated_by"]
    assert said["name_en"] == "Harbour Department"


def test_the_mailed_link_leads_a_newcomer_through_registering_to_their_own_solution(
    client, partner, django_capture_on_commit_callbacks
):
    made = written(partner, django_capture_on_commit_callbacks)
    [sent] = mail.outbox
    assert sent.to == ["lee@example.org"] and led_to(sent) == made
    shown = client.get(link(made)).content.decode()
    assert "It hums less." in shown and reverse("account_signup") in shown
    user = make.UserFactory(email="lee@example.org")
    client.force_login(user)
    assert reverse("people:register") in client.get(link(made)).content.decode()
    company = make.MembershipFactory(user=user, organisation=make.OrganisationFactory(vendor=True))
    data = {"organisation": company.organisation_id, "action": "confirm", **SAID}
    client.post(link(made), data)
    assert Solution.objects.get().organisation == company.organisation
    made.refresh_from_db()
    assert (made.contact_email, made.contact_name, made.vendor) == ("", "", company.organisation)


def test_a_scanner_that_opens_the_link_answers_nothing(client, partner, django_capture_on_commit_callbacks):
    made = written(partner, django_capture_on_commit_callbacks)
    for _again in range(3):
        assert client.get(link(made)).status_code == 200
        assert client.head(link(made)).status_code == 200
    made.refresh_from_db()
    assert made.status == N.WAITING and not StoppedAddress.objects.exists()
    assert client.post(link(made), {"action": "confirm", **SAID}).status_code == 403  # not without a name
    assert not Solution.objects.exists()


def test_the_owner_of_a_proved_address_finds_it_in_the_workspace(partner):
    made = make.NominationFactory(nominator=partner.organisation, contact_email="lee@example.org")
    user = make.UserFactory(email="lee@example.org")
    row = EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    assert not list(work(user)) and not user.has_perm("solutions.confirm_nomination", made)
    EmailAddress.objects.filter(pk=row.pk).update(verified=True)
    [found] = list(work(user))
    assert (found.url, found.mine) == (made.get_absolute_url(), True)
    [waits] = list(work(partner.user))
    assert (waits.url, waits.mine) == (made.get_absolute_url(), False)


def test_a_forged_or_answered_link_leads_nowhere(client, partner):
    made = make.NominationFactory(nominator=partner.organisation)
    address = link(made)
    assert client.get(address[:-3] + "xx/").status_code == 404
    nominating.take_back(made, by=partner.user)
    assert client.get(address).status_code == 404


def test_who_holds_the_link_declines_without_signing_in_and_the_nominator_reads_why(client, partner):
    made = make.NominationFactory(nominator=partner.organisation)
    assert client.post(link(made), {"action": "decline"}).status_code == 422
    assert client.post(link(made), {"action": "decline", "reason": "We sold it."}).status_code == 302
    made.refresh_from_db()
    assert (made.status, made.reason, made.contact_email) == (N.DECLINED, "We sold it.", "")
    assert told(partner.user, "nomination_declined").context["reason"] == "We sold it."


def test_an_address_that_said_stop_gets_no_mail_any_more(client, partner, django_capture_on_commit_callbacks):
    made = written(partner, django_capture_on_commit_callbacks)
    client.post(link(made), {"action": "stop"})
    made.refresh_from_db()
    assert made.status == N.DECLINED and made.reason
    with pytest.raises(ValidationError, match="no such mails"):
        written(partner, django_capture_on_commit_callbacks, title_en="Another thing")
    other = make.NominationFactory(contact_email="lee@example.org", created_at=a_week_ago())
    with django_capture_on_commit_callbacks(execute=True):
        remind_due("solutions.")
    sweep_letters()
    assert len(mail.outbox) == 1
    other.refresh_from_db()
    assert other.mails == 0


def a_week_ago():
    return timezone.now() - timedelta(days=7)


def test_a_reminder_comes_once_after_a_week_by_mail_or_in_the_portal(
    partner, vendor, django_capture_on_commit_callbacks
):
    last = timezone.localdate() + LASTS - timedelta(days=7)
    traits = {"nominator": partner.organisation, "expires_on": last, "created_at": a_week_ago()}
    make.NominationFactory(here=True, vendor=vendor.organisation, **traits)
    by_mail = make.NominationFactory(**traits)
    make.NominationFactory(nominator=partner.organisation)  # written today
    with django_capture_on_commit_callbacks(execute=True):
        assert [remind_due("solutions."), remind_due("solutions.")] == [2, 0]
    sweep_letters()
    [sent] = mail.outbox
    assert sent.to == [by_mail.contact_email] and led_to(sent) == by_mail
    assert told(vendor.user, "nomination_due")


def test_after_thirty_days_it_ends_and_the_nominator_is_told(partner):
    yesterday = timezone.localdate() - timedelta(days=1)
    over = make.NominationFactory(nominator=partner.organisation, expires_on=yesterday)
    today = make.NominationFactory(nominator=partner.organisation, expires_on=timezone.localdate())
    tasks.expire_due()
    over.refresh_from_db()
    today.refresh_from_db()
    assert (over.status, over.contact_email, today.status) == (N.EXPIRED, "", N.WAITING)
    assert told(partner.user, "nomination_expired")


@pytest.mark.parametrize("wrong", ["own", "another of mine", "department", "own address", "colleague"])
def test_nobody_nominates_their_own(partner, vendor, wrong):
    said = {
        "own": {"vendor": partner.organisation},
        "another of mine": {"vendor": vendor.organisation},
        "department": {"vendor": make.OrganisationFactory()},
        "own address": CONTACT | {"contact_email": partner.user.email},
        "colleague": CONTACT | {"contact_email": "colleague@example.org"},
    }[wrong]
    make.MembershipFactory(
        user=make.UserFactory(email="colleague@example.org"), organisation=partner.organisation
    )
    if wrong == "own":
        Organisation.objects.filter(pk=partner.organisation_id).update(kind="university")
        said["vendor"].refresh_from_db()
    if wrong == "another of mine":
        make.MembershipFactory(user=partner.user, organisation=vendor.organisation)
    with pytest.raises(ValidationError):
        nominate(partner, **said)


def test_the_nominating_organisation_cannot_confirm_through_the_link(partner):
    Organisation.objects.filter(pk=partner.organisation_id).update(kind="university")
    made = make.NominationFactory(nominator=partner.organisation)
    organisation = Organisation.objects.get(pk=partner.organisation_id)
    with pytest.raises(ValidationError):
        nominating.confirm(made, by=partner.user, organisation=organisation, **SAID)
    assert not Solution.objects.exists()


def test_another_vendor_cannot_confirm_what_is_not_its_own(partner, vendor):
    made = nominate(partner, vendor=make.OrganisationFactory(vendor=True))
    with pytest.raises(ValidationError):
        nominating.confirm(made, by=vendor.user, organisation=vendor.organisation, **SAID)


@pytest.mark.parametrize(
    ("title", "is_alike"),
    [("A  QUIET fan", True), ("A quiet fans", True), ("A pump without a shaft", False)],
)
def test_the_same_of_the_same_vendor_waits_once_whoever_writes_it(partner, vendor, title, is_alike):
    make.NominationFactory(here=True, vendor=vendor.organisation, title_en="A quiet fan")
    if is_alike:
        with pytest.raises(ValidationError, match="nominated already"):
            nominate(partner, vendor=vendor.organisation, title_en=title)
    else:
        assert nominate(partner, vendor=vendor.organisation, title_en=title)


def test_what_was_answered_may_be_nominated_again(partner, vendor):
    nominating.decline(nominate(partner, vendor=vendor.organisation), by=vendor.user, reason="Not yet.")
    assert nominate(partner, vendor=vendor.organisation)


def test_eleven_waiting_nominations_of_one_organisation_are_too_many(partner, vendor):
    for number in range(nominating.MOST_WAITING):
        make.NominationFactory(here=True, nominator=partner.organisation, title_en=f"Thing {number}")
    with pytest.raises(ValidationError, match="Too many"):
        nominate(partner, vendor=vendor.organisation)


def test_one_address_gets_three_mails_a_month_whoever_writes(partner, django_capture_on_commit_callbacks):
    for title in ("A quiet fan", "A pump without a shaft", "Paint for roofs in summer"):
        other = make.MembershipFactory(organisation=make.OrganisationFactory())
        written(other, django_capture_on_commit_callbacks, title_en=title)
    with pytest.raises(ValidationError, match="Enough mails"):
        written(partner, django_capture_on_commit_callbacks, title_en="Something else again")
    assert len(mail.outbox) == nomination_mail.MAILS
    assert Nomination.objects.filter(contact_digest=digest_of("LEE@example.org ")).count() == 3


VERBS = {
    "confirm": lambda one, by, organisation: nominating.confirm(
        one, by=by, organisation=organisation, **SAID
    ),
    "decline": lambda one, by, organisation: nominating.decline(one, by=by, reason="No."),
    "take_back": lambda one, by, organisation: nominating.take_back(one, by=by),
}


@pytest.mark.parametrize("status", N.values)
@pytest.mark.parametrize("verb", VERBS)
def test_only_what_waits_is_answered(vendor, verb, status):
    assert NOMINATIONS.keys() == VERBS.keys() | {"expire"}
    one = make.NominationFactory(here=True, vendor=vendor.organisation, status=status)
    if status == N.WAITING:
        VERBS[verb](one, vendor.user, vendor.organisation)
        return
    with pytest.raises(IllegalTransition):
        VERBS[verb](one, vendor.user, vendor.organisation)
    assert not Solution.objects.exists()


ROLES = ["anonymous", "vendor", "partner", "stranger", "office", "auditor", "administrator"]
MAY = {
    "confirm": {"vendor"},  # an administrator too may press, but belongs to no vendor
    "decline": {"vendor", "administrator"},
    "take_back": {"partner", "administrator"},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", MAY)
def test_every_verb_is_done_by_whom_it_belongs_to_and_by_no_one_else(client, partner, vendor, verb, role):
    one = make.NominationFactory(here=True, vendor=vendor.organisation, nominator=partner.organisation)
    people = {"vendor": vendor.user, "partner": partner.user}
    people["stranger"] = make.MembershipFactory(organisation=make.OrganisationFactory(vendor=True)).user
    people |= {role: make.UserFactory(**{role: True}) for role in ROLES[4:]}
    if role in people:
        client.force_login(people[role])
    data = {"action": verb, "organisation": vendor.organisation_id, "reason": "No.", **SAID}
    name = "take-back" if verb == "take_back" else "nomination"
    answer = client.post(reverse(f"solutions:{name}", args=[one.key]), data)
    one.refresh_from_db()
    assert (one.status != N.WAITING) == (role in MAY[verb]), answer.status_code
    assert Solution.objects.exists() == (verb == "confirm" and role == "vendor")


@pytest.mark.parametrize("is_here", [True, False])
def test_rule_and_queryset_agree_on_who_reads_it(partner, vendor, is_here):
    owner = make.UserFactory(email="lee@example.org")
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    traits = {"here": True, "vendor": vendor.organisation} if is_here else {"contact_email": owner.email}
    one = make.NominationFactory(nominator=partner.organisation, **traits)
    office, auditor = make.UserFactory(office=True), make.UserFactory(auditor=True)
    sees = {partner.user, auditor, vendor.user if is_here else owner}
    for user in (partner.user, vendor.user, owner, office, auditor):
        assert user.has_perm("solutions.view_nomination", one) == (user in sees)
        assert Nomination.objects.visible_to(user).filter(pk=one.pk).exists() == (user in sees)
        assert user.has_perm("solutions.confirm_nomination", one) == (user in sees - {partner.user, auditor})


def test_a_refusal_says_why(vendor):
    one = make.NominationFactory(here=True, vendor=vendor.organisation)
    with pytest.raises(ReasonRequired):
        nominating.decline(one, by=vendor.user, reason=" ")


def test_of_who_confirms_and_who_declines_at_once_one_is_heard(committed, vendor):
    one = make.NominationFactory(here=True, vendor=vendor.organisation)
    colleague = make.MembershipFactory(organisation=vendor.organisation).user
    mine, theirs = (Nomination.objects.get(pk=one.pk) for _number in range(2))
    found = at_once(
        lambda: nominating.confirm(mine, by=vendor.user, organisation=vendor.organisation, **SAID),
        lambda: nominating.decline(theirs, by=colleague, reason="No."),
    )
    assert [type(result) for result in found].count(IllegalTransition) == 1
    one.refresh_from_db()
    assert Solution.objects.count() == (one.status == N.CONFIRMED)
    assert one.status in (N.CONFIRMED, N.DECLINED)


def test_two_who_nominate_at_once_do_not_pass_the_limit(committed, partner):
    for number in range(nominating.MOST_WAITING - 1):
        make.NominationFactory(here=True, nominator=partner.organisation, title_en=f"Thing {number}")
    vendors = make.OrganisationFactory.create_batch(2, vendor=True)
    found = at_once(*(lambda one=one: nominate(partner, vendor=one) for one in vendors))
    assert [type(result) for result in found].count(ValidationError) == 1
    assert partner.organisation.nominations.waiting().count() == nominating.MOST_WAITING


def test_the_form_finds_the_vendor_by_its_name_or_asks_for_an_address(client, partner, vendor):
    client.force_login(partner.user)
    url, said = reverse("solutions:nominate"), SAID | {"organisation": partner.organisation_id}
    part = client.post(url, said | {"vendor_name": "quiet fan"})
    assert part.status_code == 422 and "Quiet Fan Works" in part.content.decode()
    assert client.post(url, said | {"vendor_name": "Nobody Ltd"}).status_code == 422
    assert client.post(url, said | {"vendor_name": "quiet fan works"}).status_code == 302
    assert Nomination.objects.get().vendor == vendor.organisation
    again = client.post(url, said | {"vendor_name": "quiet fan works"})
    assert again.status_code == 422 and "nominated already" in again.content.decode()
    assert "It hums less." in again.content.decode()
    nowhere = client.post(url, said | {"vendor_name": "Nobody Ltd", "contact_email": "x@example.org"})
    assert nowhere.status_code == 302


def test_who_belongs_nowhere_nominates_nothing(client):
    client.force_login(make.UserFactory())
    assert client.get(reverse("solutions:nominate")).status_code == 403


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_takes_as_many_queries_for_five_as_for_one(
    client, partner, count, django_assert_num_queries
):
    make.NominationFactory.create_batch(count, nominator=partner.organisation)
    client.force_login(partner.user)
    client.get(reverse("solutions:nominations"))
    with django_assert_num_queries(6):  # session, person, memberships, count, rows, unread notices
        shown = client.get(reverse("solutions:nominations")).content.decode()
    assert shown.count("Quiet Fans") == count
