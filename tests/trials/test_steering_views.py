"""The workspace of a trial, as each person reads and uses it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from documents.models import Document
from tests.factories import (
    ActionFactory,
    BudgetLineFactory,
    ChangeRequestFactory,
    IncidentFactory,
    LogEntryFactory,
    MeetingFactory,
    MembershipFactory,
    MilestoneFactory,
    RiskFactory,
    TrialFactory,
    UserFactory,
)
from tests.trials import stories
from tests.trials.test_steering import photograph, sides_of
from trials import services
from trials.models import ChangeRequest, Incident, Milestone, Paper, Trial
from trials.work import work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def address(trial, name, *more) -> str:
    return reverse(f"trials:{name}", args=[trial.slug, *more])


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def rows_of(name: str, trial: Trial, count: int) -> None:
    for number in range(count):
        person = MembershipFactory(organisation=trial.match.wish.organisation).user
        if name in ("steering", "milestones"):
            MilestoneFactory(trial=trial)
        if name in ("steering", "risks"):
            RiskFactory(trial=trial, owner=person)
        if name in ("steering", "incidents"):
            entry = LogEntryFactory(trial=trial, kind="incident", severity="medium", written_by=person)
            IncidentFactory(trial=trial, entry=entry)
        if name in ("steering", "changes"):
            ChangeRequestFactory(trial=trial, proposed_by=person)
        if name in ("steering", "meetings"):
            ActionFactory(meeting=MeetingFactory(trial=trial, written_by=person), owner=person)
        if name in ("steering", "money"):
            BudgetLineFactory(trial=trial, year=2026 + number)
        if name == "diary":
            services.log(
                trial,
                by=trial.engineer,
                kind="note",
                on=timezone.localdate(),
                text_en="Fitted.",
                photographs=[photograph()],
            )


# Beside session and person: the trial, its wish, its solution, the memberships, and what the section reads.
SECTIONS = {
    "steering": 6,
    "diary": 2,
    "milestones": 1,
    "incidents": 4,
    "risks": 3,
    "changes": 2,
    "meetings": 5,
    "money": 1,
    "checklist": 3,
}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_takes_as_many_queries_for_five_rows_as_for_one(client, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for count in (1, 5):
        trial = TrialFactory(running=True)
        rows_of(name, trial, count)
        client.force_login(trial.engineer)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(address(trial, name))
        assert response.status_code == 200
        counts.append(len(queries))
    assert counts == [counts[0]] * 2
    assert counts[0] <= SECTIONS[name] + 10


def test_only_who_takes_part_reads_the_workspace(client):
    at = sides_of(stories.running())
    for person, answer in (
        (at.engineer, 200),
        (at.department, 200),
        (at.vendor, 200),
        (UserFactory(office=True), 200),
        (UserFactory(auditor=True), 200),
        (UserFactory(), 403),
    ):
        client.force_login(person)
        for name in SECTIONS:
            assert client.get(address(at.trial, name)).status_code == answer, (person, name)


def test_everyone_reads_milestones_and_nobody_else_money_until_the_department_lets_them(client):
    at = sides_of(stories.running())
    MilestoneFactory(trial=at.trial, title_en="All fitted")
    BudgetLineFactory(trial=at.trial, label_en="Clamps")
    RiskFactory(trial=at.trial, title_en="Rain")
    text = client.get(at.trial.get_absolute_url()).content.decode()
    assert "All fitted" in text
    assert not any(words in text for words in ("Money planned", "Clamps", "Rain"))
    assert client.get(f"/api/v1/trials/{at.trial.reference}/").json()["budget_planned"] is None
    client.force_login(at.department)
    client.post(address(at.trial, "show"), {"parts": ["money", "risks"]})
    client.logout()
    text = client.get(at.trial.get_absolute_url()).content.decode()
    assert all(words in text for words in ("Money planned", "Clamps", "Rain"))
    found = client.get(f"/api/v1/trials/{at.trial.reference}/").json()
    assert (found["budget_planned"], [line["label_en"] for line in found["money"]]) == (
        "120000.00",
        ["Clamps"],
    )
    assert [one["title_en"] for one in found["milestones"]] == ["All fitted"]


def test_a_milestone_is_added_kept_as_typed_when_it_is_wrong_and_reached(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    wrong = client.post(
        address(trial, "milestones"), {"title_zh": "裝妥", "due_on": "yesterday", "weight": 1}
    )
    assert wrong.status_code == 422
    assert 'value="裝妥"' in wrong.content.decode()
    client.post(address(trial, "milestones"), {"title_zh": "裝妥", "due_on": "2026-05-01", "weight": 1})
    one = Milestone.objects.get()
    assert said(client.get(address(trial, "milestones"))) == ["The milestone is added."]
    client.post(address(trial, "reach", one.pk))
    one.refresh_from_db()
    assert one.reached_on == timezone.localdate()


def test_a_form_that_says_nothing_says_so_once(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    response = client.post(address(trial, "milestones"), {"due_on": "2026-05-01", "weight": 1})
    assert response.context["form"].errors == {"title_en": ["Write it in English or Chinese."]}


def test_a_row_of_another_trial_is_not_there(client):
    mine, other = stories.running(), MilestoneFactory()
    client.force_login(mine.engineer)
    assert client.post(address(mine, "reach", other.pk)).status_code == 404
    assert client.get(address(mine, "milestone", other.pk)).status_code == 404


def test_both_sides_decide_about_a_change_on_its_page(client):
    at = sides_of(stories.running())
    client.force_login(at.vendor)
    given = {
        "what_en": "A second meter.",
        "why_en": "It drifts.",
        "days": 0,
        "money": 0,
        "touches": ["method"],
    }
    client.post(address(at.trial, "changes"), {**given, "touches": ["method"]})
    one = ChangeRequest.objects.get()
    assert [row.task for row in work(at.department)].count("Decide about a change") == 1
    client.post(address(at.trial, "agree", one.pk))
    client.force_login(at.department)
    assert "The vendor agreed" in client.get(address(at.trial, "changes")).content.decode()
    client.post(address(at.trial, "agree", one.pk))
    one.refresh_from_db()
    assert (one.status, one.deviation.kind) == ("accepted", "deviation")
    assert "A second meter." in client.get(at.trial.get_absolute_url()).content.decode()
    assert "Decide about a change" not in [row.task for row in work(at.department)]


def test_minutes_and_their_actions_are_one_form(client):
    at = sides_of(stories.running())
    client.force_login(at.engineer)
    today = timezone.localdate().isoformat()
    given = {
        "on": today, "present": "All", "decisions_en": "Go on.", "actions-TOTAL_FORMS": 2,
        "actions-INITIAL_FORMS": 0, "actions-0-what": "Order clamps", "actions-0-owner": at.vendor.pk,
        "actions-0-due_on": today,
    }  # fmt: skip
    wrong = client.post(address(at.trial, "meetings"), given | {"actions-0-due_on": ""})
    assert (wrong.status_code, at.trial.meetings.count()) == (422, 0)
    assert "Order clamps" in wrong.content.decode()
    client.post(address(at.trial, "meetings"), given)
    [action] = at.trial.meetings.get().actions.all()
    [row] = [row for row in work(at.vendor) if row.task == "Order clamps"]
    assert row.until == timezone.localdate()
    client.force_login(at.department)
    assert client.post(address(at.trial, "finish-action", action.pk)).status_code == 403
    client.force_login(at.vendor)
    client.post(address(at.trial, "finish-action", action.pk))
    assert "Order clamps" not in [row.task for row in work(at.vendor)]


def test_an_incident_waits_in_the_workspace_until_somebody_acknowledges_it(client):
    at = sides_of(stories.running())
    today = timezone.localdate()
    services.log(at.trial, by=at.engineer, kind="incident", severity="high", on=today, text_en="Smoke.")
    one = Incident.objects.get()
    assert "Acknowledge the incident" in [row.task for row in work(at.department)]
    client.force_login(at.department)
    assert "It must be acknowledged by" in client.get(address(at.trial, "incidents")).content.decode()
    client.post(address(at.trial, "acknowledge", one.pk))
    text = client.get(address(at.trial, "incidents")).content.decode()
    assert f"{at.department.name} · acknowledged" in text
    assert "Acknowledge the incident" not in [row.task for row in work(at.vendor)]


def test_the_log_is_written_with_photographs_and_says_that_it_is_there(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    given = {"kind": "note", "on": timezone.localdate().isoformat(), "text_en": "Fitted."}
    response = client.post(address(trial, "log"), {**given, "photographs": [photograph()]})
    assert response["Location"] == f"{address(trial, 'diary')}?sent=1"
    entry = trial.log.get()
    assert Document.objects.filter(noun="trials.logentry", object_id=entry.pk).count() == 1
    assert "Fitted." in client.get(address(trial, "diary")).content.decode()


def test_an_entry_that_is_wrong_stays_as_it_was_typed(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    given = {"kind": "incident", "on": tomorrow, "text_en": "Smoke at lift 3."}
    response = client.post(address(trial, "log"), given)
    assert (response.status_code, trial.log.count()) == (422, 0)
    assert "Smoke at lift 3." in response.content.decode()
    assert response.context["form"].errors.keys() == {"severity", "on"}


def test_a_paper_shows_an_item_of_the_checklist(client):
    trial = stories.locked()
    client.force_login(trial.engineer)
    given = {"title": "Permit 12", "upload": photograph(), "confidential": "on"}
    response = client.post(address(trial, "attach-paper", "permits"), given)
    assert response["Location"] == address(trial, "checklist")
    assert Paper.objects.get().item == "permits"
    assert "Permit 12" in client.get(address(trial, "checklist")).content.decode()
    assert client.get(address(trial, "attach-paper", "no-such")).status_code == 404


def test_a_locked_plan_says_what_is_missing_before_it_can_start(client):
    trial = stories.locked()
    client.force_login(trial.engineer)
    text = client.get(trial.get_absolute_url()).content.decode()
    assert "The vendor has not signed the plan." in text
    client.post(reverse("trials:start", args=[trial.slug]))
    trial.refresh_from_db()
    assert trial.status == Trial.Status.LOCKED
