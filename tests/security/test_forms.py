"""What is typed into the forms: fields that nobody asked for, odd values, and requests without a token."""

import json
import re

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import User
from innoportal.lib.writing.answers import digest
from solutions import drafting
from solutions.models import Solution, SolutionDraft
from tests.security.addresses import CASES, address
from tests.security.payloads import ODD
from tests.security.world import ask, body
from wishes.models import Wish, WishDraft
from wishes.steps import STEPS

# RFC 8058: a mail program has no cookie; its token is in the address
WITHOUT_TOKEN = {"notices:unsubscribe", "notices:leave"}
API = "api:"
BY_BEARER = {"api:measurement-list", "api:measurement-chirpstack"}  # of devices, that no cookie signs in
FIELD = re.compile(r'<(?:input|textarea|select)[^>]*\bname="([^"]+)"')
SLY = {
    "id": "1", "pk": "1", "key": "aaaaaaaaaaaa", "reference": "W-2000-0001", "status": "open",
    "published_at": "2000-01-01", "endorsed_at": "2000-01-01", "listed_at": "2000-01-01",
    "created_by": "1", "created_by_id": "1", "merged_into": "1", "external_id": "X-1",
    "expires_on": "2099-01-01",
    "score": "1", "probability": "1", "rank": "1", "round": "9", "payload_hash": "0" * 64, "envelope": "{}",
    "verdict": "met", "plan_hash": "0" * 64, "is_staff": "on", "is_superuser": "on", "roles": "office",
    "is_active": "on", "is_confirmed": "on", "email": "other@example.org", "password": "x", "user": "1",
    "by": "1", "quiet": "on", "thing": "1",
}  # fmt: skip


def write_wish(client, draft, sly: dict) -> None:
    """Every page of the writer and the last one, with fields that none of them asks for."""
    said = {"title_en": "A quieter chiller", "need_en": "It is loud.", "outcome_en": "It is quiet."}
    for step in STEPS:
        client.post(
            reverse("wishes:step", args=[draft.key, step.slug]), sly | said | {"seen": everything(draft)}
        )
    draft = WishDraft.objects.get(pk=draft.pk)
    client.post(reverse("wishes:check", args=[draft.key]), sly | {"revision": draft.revision})


def everything(draft) -> str:
    return json.dumps({name: digest(value) for name, value in draft.answers.items()})


def test_a_new_wish_takes_only_what_its_form_asks(world):
    before = set(Wish.objects.values_list("pk", flat=True))
    client, drafts = world.clients["member_a"], set(WishDraft.objects.values_list("pk", flat=True))
    client.post(reverse("wishes:create"), {"organisation": world.public["department_a"].pk} | SLY)
    [draft] = WishDraft.objects.exclude(pk__in=drafts)
    assert (draft.author, draft.organisation.slug) == (world.people["member_a"], "department-a")
    write_wish(client, draft, SLY)
    [wish] = Wish.objects.exclude(pk__in=before)
    assert (wish.status, wish.reference, wish.published_at, wish.external_id) == ("draft", None, None, None)
    assert (wish.created_by, wish.organisation) == (world.people["member_a"], world.public["department_a"])
    assert wish.key != SLY["key"]


def test_an_edited_wish_keeps_its_department_and_its_state(world):
    wish = world.hidden["wish"]
    sly = {"organisation": world.public["department_b"].pk} | SLY
    world.clients["member_a"].post(address(world, "wishes:edit", "hidden"), sly)
    write_wish(world.clients["member_a"], WishDraft.objects.get(wish=wish), sly)
    wish = Wish.objects.get(pk=wish.pk)
    assert (wish.status, wish.reference, wish.organisation.slug) == ("draft", None, "department-a")
    assert (wish.title_en, wish.revision) == ("A quieter chiller", 2)


def write_solution(client, draft, sly: dict) -> None:
    """Every page of the writer and the last one, with fields that none of them asks for."""
    said = {"title_en": "Quiet fan", "summary_en": "It is quiet.", "trl": "7"}
    for step in drafting.course_of(draft):
        client.post(
            reverse("solutions:step", args=[draft.key, step.slug]), sly | said | {"seen": everything(draft)}
        )
    draft = SolutionDraft.objects.get(pk=draft.pk)
    client.post(reverse("solutions:check", args=[draft.key]), sly | {"revision": draft.revision})


def test_a_new_solution_takes_only_what_its_form_asks(world):
    before = set(Solution.objects.values_list("pk", flat=True))
    drafts = set(SolutionDraft.objects.values_list("pk", flat=True))
    client = world.clients["vendor_a"]
    client.post(reverse("solutions:create"), {"organisation": world.public["vendor_a"].pk} | SLY)
    [draft] = SolutionDraft.objects.exclude(pk__in=drafts)
    write_solution(client, draft, SLY | {"status": "listed", "is_expression": "False"})
    [solution] = Solution.objects.exclude(pk__in=before)
    assert (solution.status, solution.reference, solution.listed_at) == ("draft", None, None)
    assert (solution.created_by, solution.is_expression) == (world.people["vendor_a"], True)


def test_a_listed_solution_is_not_handed_to_another_vendor(world):
    sly = {"organisation": world.public["vendor_b"].pk} | SLY
    world.clients["vendor_a"].post(address(world, "solutions:edit", "public"), sly)
    draft = SolutionDraft.objects.get(solution=world.public["solution"])
    write_solution(world.clients["vendor_a"], draft, sly)
    solution = Solution.objects.get(pk=world.public["solution"].pk)
    assert (solution.organisation.slug, solution.status) == ("vendor-a", "listed")
    assert (solution.reference, solution.title_en) == (world.public["solution"].reference, "Quiet fan")


def test_a_profile_gives_nobody_rights(world):
    data = {"name": "New Name", "language": "en"}
    world.clients["vendor_b"].post(reverse("people:profile"), data | SLY)
    user = User.objects.get(pk=world.people["vendor_b"].pk)
    assert user.name == "New Name"
    assert (user.roles, user.is_staff, user.is_superuser) == ([], False, False)
    assert user.email == world.people["vendor_b"].email


def test_a_prose_edit_of_a_report_changes_no_figure_and_signs_nothing(world):
    world.clients["its_engineer"].post(
        address(world, "trials:report-edit", "hidden"), {"summary_en": "Prose"} | SLY
    )
    report = type(world.hidden["report"]).objects.get(pk=world.hidden["report"].pk)
    assert (report.summary_en, report.status, report.payload_hash) == ("Prose", "draft", "")
    assert report.verdict == world.hidden["report"].verdict


def test_an_expert_cannot_write_the_figure_that_was_shown(world):
    data = {"verdict": "approve", "ground": "fits", "reason": "r", "probability_shown": "0.01", "expert": "1"}
    world.clients["expert"].post(address(world, "matching:review", "hidden"), SLY | data)
    review = world.hidden["match"].reviews.get(expert=world.people["expert"])
    assert review.probability_shown == world.hidden["match"].probability


@pytest.mark.parametrize(
    "case", [case for case in CASES if case[2] == "POST"], ids=lambda case: "-".join(case)
)
def test_a_post_without_a_token_is_refused(world, case):
    name, kind, _method = case
    client = world.client("administrator", enforce_csrf_checks=True)
    response = client.post(address(world, name, kind))
    if name in WITHOUT_TOKEN:
        assert response.status_code == 200
    else:
        assert response.status_code == (401 if name in BY_BEARER else 403)
        assert "X-Request-ID" in response
        assert "govuk" in body(response) or response["Content-Type"] == "application/json"


def fingerprint() -> dict[str, tuple]:
    """What stands in every table, but for who is signed in, and when somebody last looked at their desk."""
    apart = {"django_session", "usersessions_usersession", "django_migrations", "desk_visit"}
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - apart)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*), sum(hashtext(t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()
    return found


def test_no_get_of_anyone_changes_a_row(world):
    gets = [case for case in CASES if case[2] == "GET"]
    for who in ("anonymous", "approver_a", "vendor_a", "administrator", "office", "expert"):
        for kind in ("hidden", "public"):  # why a match fits is worked out once, when it is first read
            world.clients[who].get(address(world, "matching:detail", kind))
            world.clients[who].get(address(world, "matching:advice", kind))
        before = fingerprint()
        for name, kind, _method in gets:
            if name in ("documents:download", "documents:original", "documents:picture"):
                continue  # that someone had a confidential file is written down on purpose
            cookies = world.clients[who].cookies.copy()
            response = world.clients[who].get(address(world, name, kind))
            if response.streaming:
                b"".join(response.streaming_content)
            world.clients[who].cookies = cookies
        assert fingerprint() == before, who


# --- odd values ---------------------------------------------------------------------------------------
FORMS = (
    ("anonymous", "account_signup", "-"),
    ("anonymous", "account_login", "-"),
    ("anonymous", "account_reset_password", "-"),
    ("anonymous", "matching:similar", "-"),
    ("member_a", "matching:while-writing", "-"),
    ("member_a", "wishes:create", "-"),
    ("member_a", "wishes:step", "hidden"),
    ("member_a", "wishes:check", "hidden"),
    ("approver_a", "wishes:steps", "-"),
    ("approver_a", "wishes:delegate", "-"),
    ("approver_a", "wishes:endorse", "hidden"),
    ("office", "wishes:return", "public"),
    ("member_a", "wishes:correct", "public"),
    ("member_b", "wishes:leave", "public"),
    ("office", "wishes:renew", "public"),
    ("office", "wishes:merge", "public"),
    ("office", "wishes:withdraw", "public"),
    ("vendor_b", "wishes:ask", "public"),
    ("member_a", "wishes:answer", "public"),
    ("member_b", "wishes:sponsor", "public"),
    ("vendor_a", "solutions:create", "-"),
    ("vendor_a", "solutions:step", "hidden"),
    ("vendor_a", "solutions:answer-wish", "-"),
    ("vendor_a", "solutions:withdraw", "public"),
    ("vendor_a", "solutions:attach", "public"),
    ("expert", "matching:review", "hidden"),
    ("expert", "matching:conflicts", "-"),
    ("office", "matching:decline", "hidden"),
    ("office", "trials:plan", "public"),
    ("its_engineer", "trials:edit", "hidden"),
    ("its_engineer", "trials:lengths", "-"),
    ("its_engineer", "trials:measurements", "public"),
    ("its_engineer", "trials:log", "public"),
    ("its_engineer", "trials:spend", "public"),
    ("its_engineer", "trials:milestones", "public"),
    ("its_engineer", "trials:milestone", "public"),
    ("its_engineer", "trials:risks", "public"),
    ("its_engineer", "trials:risk", "public"),
    ("its_engineer", "trials:changes", "public"),
    ("its_engineer", "trials:meetings", "public"),
    ("its_engineer", "trials:money", "public"),
    ("its_engineer", "trials:line", "public"),
    ("its_engineer", "trials:attach-paper", "public"),
    ("its_engineer", "trials:reach", "public"),
    ("its_engineer", "trials:close-incident", "public"),
    ("approver_a", "trials:decline-change", "public"),
    ("approver_a", "trials:show", "public"),
    ("its_engineer", "trials:tick", "hidden"),
    ("its_engineer", "trials:pause", "public"),
    ("its_engineer", "trials:report-edit", "hidden"),
    ("its_engineer", "trials:report-erratum", "public"),
    ("its_engineer", "trials:report-correct", "public"),
    ("its_engineer", "trials:report-amend", "public"),
    ("office", "trials:report-withdraw", "public"),
    ("member_a", "notices:follow", "-"),
    ("member_a", "notices:settings", "-"),
    ("approver_a", "notices:edit-webhook", "hidden"),
    ("office", "notices:suppress-address", "-"),
    ("office", "notices:words", "-"),
    ("office", "notices:announce", "-"),
    ("office", "notices:edit-announcement", "-"),
    ("office", "notices:lift-address", "-"),
    ("approver_a", "notices:replay-webhook", "hidden"),
    ("approver_a", "notices:create-organisation-webhook", "-"),
    ("member_a", "search:save", "-"),
    ("member_a", "search:change", "-"),
    ("member_a", "people:profile", "-"),
    ("approver_a", "people:members", "-"),
    ("member_a", "account_change_password", "-"),
    ("member_a", "account_email", "-"),
    ("anonymous", "set_language", "-"),
)
NAMED = {  # where the form is on another page
    "wishes:renew": {"closes_on"}, "wishes:merge": {"into", "reason"}, "wishes:withdraw": {"reason"},
    "wishes:ask": {"text", "organisation", "show_name"}, "wishes:answer": {"text"},
    "wishes:correct": {"text", "seen"}, "wishes:endorse": {"reason", "seen"},
    "wishes:sponsor": {"organisation", "site_en", "constraints_zh"},
    "wishes:leave": {"organisation", "reason"},
    "wishes:return": {"reason", "about_need", "about_topics"},
    "matching:review": {"verdict", "ground", "reason"}, "matching:decline": {"reason"},
    "trials:lengths": {"starts_on", "claims-TOTAL_FORMS", "claims-INITIAL_FORMS", "claims-0-target"},
    "trials:spend": {"budget_spent", "amount"},
    "trials:log": {"kind", "severity", "on", "text_en", "text_zh", "sent_as"}, "trials:reach": {"on"},
    "trials:close-incident": {"reason"}, "trials:decline-change": {"reason"}, "trials:show": {"parts"},
    "trials:tick": {"item", "done"}, "trials:pause": {"reason_en", "reason_zh", "reason"},
    "trials:report-correct": {"section", "was_en", "now_en", "was_zh", "now_zh", "text_en", "text_zh"},
    "trials:report-amend": {"metric", "sensor", "since", "until", "reason_en", "reason_zh"},
    "trials:report-erratum": {"text_en", "text_zh"}, "trials:report-withdraw": {"reason_en", "reason_zh"},
    "notices:suppress-address": {"address", "said"},
    "notices:replay-webhook": {"since", "until", "failed_only"},
    "notices:follow": {"noun", "object_id", "topic", "next"}, "set_language": {"language", "next"},
    "matching:while-writing": {"draft", "title_en", "need_zh", "outcome_en"},
    "matching:similar": {"text", "title_en", "need_zh"},
}  # fmt: skip


def fields(client, name: str, url: str) -> set[str]:
    if name in NAMED:
        return NAMED[name]
    found = set(FIELD.findall(body(ask(client, "GET", url)))) - {"csrfmiddlewaretoken"}
    assert found, url
    return found


@pytest.mark.parametrize(("who", "name", "kind"), FORMS, ids=lambda part: part)
def test_an_odd_value_in_every_field_is_an_error_of_the_form_and_never_of_the_portal(world, who, name, kind):
    client, url = world.clients[who], address(world, name, kind)
    names = fields(client, name, url)
    counts = {one: "1" for one in names if one.endswith("_FORMS")}
    broken = {}
    for label, value in ODD.items():
        data = dict.fromkeys(names, value) | counts
        response = ask(client, "POST", url, data)
        if response.status_code >= 500:
            broken[label] = response.status_code
    for count in ("-1", "99999999999", "x", ""):
        if counts:
            response = ask(client, "POST", url, dict.fromkeys(names, "1") | dict.fromkeys(counts, count))
            if response.status_code >= 500:
                broken[f"count {count}"] = response.status_code
    assert broken == {}
