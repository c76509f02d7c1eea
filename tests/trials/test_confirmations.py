"""Who uses a solution says so: one writes it, another stands for it, and nobody who offers it does either."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from innoportal.workspace import WORK
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from notifications.models import Notification
from solutions.models import Solution
from tests import factories as make
from tests.threads import at_once
from tests.trials import stories
from trials import services
from trials.models import Confirmation
from trials.services.adopting import settle_merged
from trials.workflow import CONFIRMATION

pytestmark = pytest.mark.django_db
S = Confirmation.Status
SAID = {
    "sites": 3,
    "scope_en": "Chillers of three office buildings.",
    "statement_en": "It finds faults before the tenants do.",
}


def said(**more: Any) -> dict[str, Any]:
    return {**SAID, "in_use_since": timezone.localdate(), **more}


@pytest.fixture
def solution():
    return make.SolutionFactory(listed=True)


@pytest.fixture
def writer():
    return make.MembershipFactory(organisation__name_en="Harbour Department")


@pytest.fixture
def approver(writer):
    return make.MembershipFactory(organisation=writer.organisation, approver=True)


def written(solution, writer, **more) -> Confirmation:
    return services.propose_use(solution, by=writer.user, organisation=writer.organisation, **said(**more))


def proof(client, solution) -> str:
    response = client.get(reverse("trials:proof-of-solution", args=[solution.slug]))
    assert response.status_code == 200
    return response.content.decode()


def told(person, last) -> Notification | None:
    rows = Notification.objects.filter(recipient=person, channel="inbox")
    return rows.filter(template=f"trials/mail/{last}").first()


def test_one_writes_another_confirms_everyone_reads_it_and_it_stays_when_it_ends(
    client, solution, writer, approver
):
    vendor = make.MembershipFactory(organisation=solution.organisation).user
    made = written(solution, writer)
    assert made.status == S.PROPOSED
    assert told(approver.user, "use_proposed").url == made.get_absolute_url()
    assert told(vendor, "use_confirmed") is None
    assert SAID["statement_en"] not in proof(client, solution)
    services.confirm_use(made, by=approver.user)
    made.refresh_from_db()
    assert (made.status, made.confirmed_by) == (S.CONFIRMED, approver.user)
    text = proof(client, solution)
    for word in ("Harbour Department", "3 sites", SAID["scope_en"], SAID["statement_en"]):
        assert word in text
    assert approver.user.name not in text
    assert told(vendor, "use_confirmed").url.startswith(
        reverse("trials:proof-of-solution", args=[solution.slug])
    )
    services.end_use(made, by=approver.user, reason="The building was sold.")
    text = proof(client, solution)
    assert "The building was sold." in text
    assert SAID["statement_en"] in text
    assert told(vendor, "use_ended").context["reason"] == "The building was sold."
    assert told(writer.user, "use_ended_for_us") is None


def test_an_ended_one_makes_room_for_a_new_one_and_counts_no_more(client, solution, writer, approver):
    old = written(solution, writer)
    services.confirm_use(old, by=approver.user)
    services.end_use(old, by=approver.user, reason="The building was sold.")
    tile = re.compile(r'ip-stat__number">(\d+)</span><span class="ip-stat__label">Organisations that use it')
    assert tile.search(proof(client, solution))[1] == "0"
    services.confirm_use(written(solution, writer, sites=5), by=approver.user)
    text = proof(client, solution)
    assert tile.search(text)[1] == "1"
    assert text.index("5 sites") < text.index("3 sites")  # what is in force comes first


# Who may what: each role × verb, through the doors


ROLES = (
    "anonymous", "writer", "member", "approver", "acting for an approver", "acting for the writer",
    "approver elsewhere", "vendor's approver", "co-author's approver", "approver of both", "office",
    "auditor", "administrator",
)  # fmt: skip
THEIRS = {
    "writer",
    "member",
    "approver",
    "acting for an approver",
    "acting for the writer",
    "approver of both",
}
MAY = {
    "add": {"writer", "member", "approver", "acting for an approver", "acting for the writer",
            "approver elsewhere"},
    "view": THEIRS | {"office", "auditor", "administrator"},
    "confirm": {"approver", "acting for an approver"},
    "drop": {"writer", "approver", "acting for an approver", "acting for the writer", "approver of both"},
    "end": {"writer", "approver", "acting for an approver", "acting for the writer", "approver of both",
            "office", "administrator"},
}  # fmt: skip


def deputy(organisation, giver):
    return make.DelegationFactory(organisation=organisation, giver=giver).deputy


def everyone(confirmation: Confirmation) -> dict[str, Callable[[], Any]]:
    """The writer is an approver of theirs, too: so only the second person is missing."""
    there, solution = confirmation.organisation, confirmation.solution

    def approver(organisation):
        return make.MembershipFactory(organisation=organisation, approver=True).user

    def of_both():
        user = approver(there)
        make.MembershipFactory(user=user, organisation=solution.organisation)
        return user

    return {
        "anonymous": AnonymousUser,
        "writer": lambda: confirmation.created_by,
        "member": lambda: make.MembershipFactory(organisation=there).user,
        "approver": lambda: approver(there),
        "acting for an approver": lambda: deputy(there, approver(there)),
        "acting for the writer": lambda: deputy(there, confirmation.created_by),
        "approver elsewhere": lambda: approver(make.OrganisationFactory()),
        "vendor's approver": lambda: approver(solution.organisation),
        "co-author's approver": lambda: approver(
            make.CoAuthorFactory(
                solution=solution, accepted=True, organisation__is_confirmed=True
            ).organisation
        ),
        "approver of both": of_both,
        "office": lambda: make.UserFactory(office=True),
        "auditor": lambda: make.UserFactory(auditor=True),
        "administrator": lambda: make.UserFactory(administrator=True),
    }


def doors(one: Confirmation) -> dict[str, tuple[str, str, dict]]:
    return {
        "add": ("get", reverse("trials:write-use", args=[one.solution.slug]), {}),
        "view": ("get", one.get_absolute_url(), {}),
        "confirm": ("post", reverse("trials:confirm-use", args=[one.key]), {}),
        "drop": ("post", reverse("trials:drop-use", args=[one.key]), {}),
        "end": ("post", reverse("trials:end-use", args=[one.key]), {"reason": "It was sold."}),
    }


@pytest.mark.parametrize("verb", MAY)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_every_door(client, role, verb):
    writer = make.MembershipFactory(approver=True)
    traits = {"confirmed": True} if verb == "end" else {}
    one = make.ConfirmationFactory(organisation=writer.organisation, created_by=writer.user, **traits)
    user = everyone(one)[role]()
    if user.is_authenticated:
        client.force_login(user)
    method, url, data = doors(one)[verb]
    response = getattr(client, method)(url, data)
    may = role in MAY[verb]
    if may:
        assert response.status_code == (200 if method == "get" else 302)
        assert "/account/login/" not in response.get("Location", "")
    elif role == "anonymous":
        assert "/account/login/" in response["Location"]
    else:
        seen = role in MAY["view"] or verb == "add"
        assert response.status_code == (403 if seen else 404)
    one.refresh_from_db()
    after = {"confirm": S.CONFIRMED, "drop": S.DROPPED, "end": S.ENDED}
    if verb in after:
        assert (one.status == after[verb]) == may


@pytest.mark.parametrize("role", ROLES)
def test_who_may_view_one_finds_it_and_nobody_else(role):
    one = make.ConfirmationFactory()
    user = everyone(one)[role]()
    assert Confirmation.objects.visible_to(user).contains(one) == user.has_perm(
        "trials.view_confirmation", one
    )


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("verb", CONFIRMATION)
def test_every_verb_in_every_state(verb, status, approver):
    traits = {S.CONFIRMED: {"confirmed": True}, S.ENDED: {"ended": True}}.get(status, {"status": status})
    one = make.ConfirmationFactory(organisation=approver.organisation, **traits)
    given = {"reason": "It was sold."} if verb == "end" else {}
    act = getattr(services, f"{verb}_use")
    if status in CONFIRMATION[verb].sources:
        act(one, by=approver.user, **given)
        one.refresh_from_db()
        assert one.status == CONFIRMATION[verb].target
    else:
        with pytest.raises(IllegalTransition):
            act(one, by=approver.user, **given)


# What cannot be written, and what cannot be confirmed any more


def test_a_vendor_neither_writes_nor_confirms_whatever_the_door(solution, approver):
    own = make.MembershipFactory(organisation=solution.organisation, approver=True)
    solution.organisation.is_confirmed = True
    solution.organisation.save()
    with pytest.raises(ValidationError):
        written(solution, own)
    make.CoAuthorFactory(solution=solution, organisation=approver.organisation, accepted=True)
    with pytest.raises(ValidationError):
        written(solution, approver)
    waiting = make.ConfirmationFactory(solution=solution, organisation=approver.organisation)
    with pytest.raises(PermissionDenied):
        services.confirm_use(waiting, by=approver.user)


def test_who_becomes_a_co_author_is_shown_as_a_user_no_more(client, solution):
    one = make.ConfirmationFactory(solution=solution, confirmed=True)
    assert one.statement_en in proof(client, solution)
    make.CoAuthorFactory(solution=solution, organisation=one.organisation, accepted=True)
    assert one.statement_en not in proof(client, solution)


@pytest.mark.parametrize(
    ("kind", "is_confirmed", "may"),
    [("department", False, True), ("public_body", False, True), ("trade", False, False),
     ("sme", False, False), ("sme", True, True), ("trade", True, True)],
)  # fmt: skip
def test_departments_and_verified_organisations_may_speak(solution, kind, is_confirmed, may):
    writer = make.MembershipFactory(organisation__kind=kind, organisation__is_confirmed=is_confirmed)
    assert writer.user.has_perm("trials.add_confirmation", solution) == may
    if may:
        assert written(solution, writer).status == S.PROPOSED
    else:
        with pytest.raises(ValidationError):
            written(solution, writer)


@pytest.mark.parametrize("status", ["draft", "submitted", "withdrawn", "expired"])
def test_of_what_is_not_listed_nobody_writes_or_confirms(solution, writer, approver, status):
    waiting = written(solution, writer)
    Solution.objects.filter(pk=solution.pk).update(status=status)
    with pytest.raises(IllegalTransition):
        services.confirm_use(waiting, by=approver.user)
    services.drop_use(waiting, by=writer.user)
    with pytest.raises(IllegalTransition):
        written(solution, writer)


def test_a_day_to_come_no_site_and_no_words_are_errors_of_their_fields(client, solution, writer):
    client.force_login(writer.user)
    url = reverse("trials:write-use", args=[solution.slug])
    tomorrow = timezone.localdate() + timedelta(days=1)
    sent = {"in_use_since": tomorrow.isoformat(), "sites": "0", "scope_en": "Three chillers & a pump.",
            "organisation": writer.organisation.pk}  # fmt: skip
    response = client.post(url, sent)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"in_use_since", "sites", "statement_en"}
    text = response.content.decode()
    assert "Three chillers &amp; a pump." in text
    assert f'value="{tomorrow.isoformat()}"' in text
    assert not Confirmation.objects.exists()
    with pytest.raises(ValidationError) as caught:
        written(solution, writer, in_use_since=tomorrow)
    assert set(caught.value.message_dict) == {"in_use_since"}
    with pytest.raises(ValidationError):
        written(solution, writer, sites=0)
    with pytest.raises(ValidationError):
        written(solution, writer, scope_en="")


def test_the_form_writes_it_and_leads_to_its_page(client, solution, writer):
    client.force_login(writer.user)
    sent = said(in_use_since=timezone.localdate().isoformat(), organisation=writer.organisation.pk)
    response = client.post(reverse("trials:write-use", args=[solution.slug]), sent)
    made = Confirmation.objects.get()
    assert (response.status_code, response["Location"]) == (302, made.get_absolute_url())
    assert (made.organisation, made.created_by, made.sites) == (writer.organisation, writer.user, 3)


def test_it_relies_on_a_published_report_of_this_solution_that_still_stands(client, writer, approver):
    report, other = stories.published(), stories.published()
    solution = report.trial.match.solution
    Solution.objects.filter(pk=solution.pk).update(status=Solution.Status.LISTED, listed_at=timezone.now())
    solution.refresh_from_db()
    with pytest.raises(ValidationError) as caught:
        written(solution, writer, report=other)
    assert set(caught.value.message_dict) == {"report"}
    made = written(solution, writer, report=report)
    services.confirm_use(made, by=approver.user)
    text = proof(client, solution)
    assert f"It relied on report {report.reference}" in text
    services.end_use(made, by=approver.user, reason="It was sold.")
    waiting = written(solution, writer, report=report)
    services.withdraw_report(report, by=make.UserFactory(office=True), reason="A meter was wrong.")
    with pytest.raises(IllegalTransition, match="withdrawn"):
        services.confirm_use(waiting, by=approver.user)


def test_it_ends_with_a_reason_and_the_form_keeps_what_was_typed(client, approver):
    one = make.ConfirmationFactory(organisation=approver.organisation, confirmed=True)
    client.force_login(approver.user)
    url = reverse("trials:end-use", args=[one.key])
    assert client.post(url, {"reason": " "}).status_code == 422
    with pytest.raises(ReasonRequired):
        services.end_use(one, by=approver.user, reason=" ")
    services.end_use(one, by=approver.user, reason="It was sold.")
    late = client.post(url, {"reason": "Another & reason."})
    assert late.status_code == 409
    assert "Another &amp; reason." in late.content.decode()
    one.refresh_from_db()
    assert one.ended_for == "It was sold."


def test_when_the_office_ends_it_the_organisation_hears_why(client, solution, writer, approver):
    made = written(solution, writer)
    services.confirm_use(made, by=approver.user)
    office = make.UserFactory(office=True)
    client.force_login(office)
    assert made.get_absolute_url() in proof(client, solution)
    client.post(reverse("trials:end-use", args=[made.key]), {"reason": "It is a test plant."})
    for person in (writer.user, approver.user):
        assert told(person, "use_ended_for_us").context["reason"] == "It is a test plant."


# Once, also when two act at once


def test_an_organisation_says_it_once_while_it_stands(solution, writer, approver):
    written(solution, writer)
    with pytest.raises(ValidationError, match="said so already"):
        written(solution, approver)
    with pytest.raises(IntegrityError, match="once_while_it_stands"), transaction.atomic():
        make.ConfirmationFactory(solution=solution, organisation=writer.organisation, confirmed=True)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("by_a_second_person", lambda one: {"confirmed_by": one.created_by}),
        ("has_its_approver", lambda one: {"confirmed_by": None}),
        ("ends_with_a_reason", lambda one: {"ended_for": ""}),
        ("says_what", lambda one: {"scope_en": ""}),
        ("of_a_site", lambda one: {"sites": 0}),
    ],
)
def test_the_database_holds_it_too(name, broken):
    one = make.ConfirmationFactory(ended=True)
    with pytest.raises(IntegrityError, match=f"confirmation_{name}"), transaction.atomic():
        Confirmation.objects.filter(pk=one.pk).update(**broken(one))


@pytest.fixture
def committed(transactional_db):
    return True


def test_of_two_who_write_at_once_one_is_told_that_it_is_said(committed, solution, writer, approver):
    found = at_once(lambda: written(solution, writer), lambda: written(solution, approver))
    assert sorted(type(one).__name__ for one in found) == ["Confirmation", "ValidationError"]
    assert Confirmation.objects.count() == 1


def test_of_two_approvers_at_once_one_confirms(committed, solution, writer, approver):
    other = make.MembershipFactory(organisation=writer.organisation, approver=True)
    made = written(solution, writer)
    found = at_once(*(lambda one=one: services.confirm_use(made, by=one.user) for one in (approver, other)))
    assert sorted(type(one).__name__ for one in found) == ["Entry", "IllegalTransition"]
    assert Entry.objects.about(made).filter(verb="confirm").count() == 1
    assert Entry.objects.about(solution).filter(verb="confirm_use").count() == 1


# Where it is shown


@pytest.mark.parametrize("status", S.values)
def test_what_strangers_read_of_each_state(client, solution, status):
    traits = {S.CONFIRMED: {"confirmed": True}, S.ENDED: {"ended": True}}.get(status, {"status": status})
    one = make.ConfirmationFactory(solution=solution, **traits)
    pages = [
        proof(client, solution),
        client.get(
            reverse("trials:proof-of-organisation", args=[solution.organisation.slug])
        ).content.decode(),
    ]
    for text in pages:
        assert (one.statement_en in text) == (status in Confirmation.PUBLIC)
        assert one.key not in text


def test_of_a_solution_taken_back_untried_the_vendors_page_says_nothing(client, solution):
    one = make.ConfirmationFactory(solution=solution, confirmed=True)
    Solution.objects.filter(pk=solution.pk).update(status=Solution.Status.WITHDRAWN)
    url = reverse("trials:proof-of-organisation", args=[solution.organisation.slug])
    assert one.statement_en not in client.get(url).content.decode()


def test_the_link_to_say_so_is_for_those_who_may(client, solution, writer):
    link = reverse("trials:write-use", args=[solution.slug])
    assert link not in proof(client, solution)
    client.force_login(make.MembershipFactory(organisation=solution.organisation, approver=True).user)
    assert link not in proof(client, solution)
    client.force_login(writer.user)
    assert link in proof(client, solution)
    made = written(solution, writer)
    text = proof(client, solution)
    assert link not in text
    assert made.get_absolute_url() in text


def test_search_engines_read_who_says_so_today(client, solution):
    one = make.ConfirmationFactory(solution=solution, confirmed=True)
    make.ConfirmationFactory(solution=solution, ended=True)
    text = proof(client, solution)
    [block] = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', text, re.DOTALL)
    [review] = json.loads(block)["review"]
    assert (review["author"]["name"], review["reviewBody"]) == (one.organisation.name_en, one.statement_en)


def test_the_time_line_of_the_solution_names_who_uses_it(client, solution, writer, approver):
    made = written(solution, writer)
    services.confirm_use(made, by=approver.user)
    services.end_use(made, by=approver.user, reason="It was sold.")
    for url in (reverse("case:solution", args=[solution.slug]), solution.get_absolute_url()):
        text = client.get(url).content.decode()
        assert "An organisation confirms that it uses it: Harbour Department" in text
        assert "An organisation uses it no longer: Harbour Department" in text
        assert approver.user.name not in text


def rows_of(user) -> list[tuple[str, bool]]:
    return [(row.url, row.mine) for work in WORK for row in work(user)]


def test_it_waits_for_the_approver_and_the_writer_waits_for_them(solution, writer, approver):
    made = written(solution, writer)
    assert (made.get_absolute_url(), True) in rows_of(approver.user)
    assert (made.get_absolute_url(), False) in rows_of(writer.user)
    stranger = make.MembershipFactory(approver=True).user
    assert made.get_absolute_url() not in [url for url, _mine in rows_of(stranger)]
    services.confirm_use(made, by=approver.user)
    assert made.get_absolute_url() not in [url for url, _mine in rows_of(approver.user)]


@pytest.mark.parametrize("count", [1, 5])
def test_the_proof_takes_as_many_queries_for_five_confirmations_as_for_one(
    client, django_assert_num_queries, count
):
    vendor = make.OrganisationFactory(vendor=True)
    solution = make.SolutionFactory(listed=True, organisation=vendor)
    for _number in range(count):
        report = make.ReportFactory(published=True, trial__match__solution=solution)
        make.ConfirmationFactory(solution=solution, confirmed=True, report=report)
    for url in (
        reverse("trials:proof-of-solution", args=[solution.slug]),
        reverse("trials:proof-of-organisation", args=[vendor.slug]),
    ):
        # the solution or vendor, trials with both sides, reports, journal, confirmations with all they name
        with django_assert_num_queries(5):
            text = client.get(url).content.decode()
        assert text.count("It finds faults before the tenants do.</p>") == count


# Two organisations that become one


def test_of_two_that_become_one_nothing_is_said_twice_nor_of_their_own(solution, writer):
    new, old = writer.organisation, make.OrganisationFactory()
    office = make.UserFactory(office=True)
    waits = make.ConfirmationFactory(solution=solution, organisation=new)
    stands = make.ConfirmationFactory(solution=solution, organisation=old, confirmed=True)
    own = make.SolutionFactory(listed=True, organisation=old)
    of_own = make.ConfirmationFactory(solution=own, organisation=new, confirmed=True)
    settle_merged(new, old, by=office, reason="They are one department now.")
    for one in (waits, stands, of_own):
        one.refresh_from_db()
    assert [one.status for one in (waits, stands, of_own)] == [S.DROPPED, S.CONFIRMED, S.ENDED]
    assert of_own.ended_for == "They are one department now."


def test_what_others_say_of_the_solution_stays_when_two_become_one(solution, writer):
    old, third = make.OrganisationFactory(), make.OrganisationFactory()
    of_third = make.ConfirmationFactory(solution=solution, organisation=third, confirmed=True)
    of_old = make.ConfirmationFactory(solution=solution, organisation=old, confirmed=True)
    settle_merged(writer.organisation, old, by=make.UserFactory(office=True), reason="One department now.")
    for one in (of_third, of_old):
        one.refresh_from_db()
    assert [one.status for one in (of_third, of_old)] == [S.CONFIRMED, S.CONFIRMED]


def test_an_organisation_speaks_of_each_solution_it_uses_and_each_of_them_for_itself(solution, writer):
    other = make.MembershipFactory()
    for user, of in ((writer, solution), (writer, make.SolutionFactory(listed=True)), (other, solution)):
        assert written(of, user).status == S.PROPOSED
    with pytest.raises(ValidationError, match="has said so already"):
        written(solution, writer)


def test_on_a_report_that_was_withdrawn_nothing_new_relies(writer):
    report = stories.published()
    solution = report.trial.match.solution
    Solution.objects.filter(pk=solution.pk).update(status=Solution.Status.LISTED, listed_at=timezone.now())
    services.withdraw_report(report, by=make.UserFactory(office=True), reason="A meter was wrong.")
    with pytest.raises(ValidationError, match="published report"):
        written(solution, writer, report=report)
    assert not Confirmation.objects.exists()
