"""Who may what, generated: every role, every state, every verb, through the door that people use."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from journal.models import Entry
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.trials import stories
from tests.trials.test_corrections import word_of
from trials import services
from trials.models import Report, Trial
from trials.page import address
from trials.workflow import REPORT, TRIAL

pytestmark = pytest.mark.django_db
T, R = Trial.Status, Report.Status

ROLES = (
    "anonymous", "department member", "department approver", "other department", "vendor member",
    "other vendor", "office", "expert", "engineer", "other engineer", "verifier", "auditor", "administrator",
)  # fmt: skip
MANAGE = {"engineer", "office", "administrator"}
READ_ALL = {"office", "auditor", "administrator"}
PARTIES = {"department member", "department approver", "vendor member"}


def person(role: str, trial: Trial) -> User | AnonymousUser:
    department, vendor = (trial.match.wish.organisation, trial.match.solution.organisation)
    makers: dict[str, Callable[[], Any]] = {
        "anonymous": AnonymousUser,
        "department member": lambda: MembershipFactory(organisation=department).user,
        "department approver": lambda: MembershipFactory(organisation=department, approver=True).user,
        "other department": lambda: MembershipFactory().user,
        "vendor member": lambda: MembershipFactory(organisation=vendor).user,
        "other vendor": lambda: MembershipFactory(organisation=OrganisationFactory(vendor=True)).user,
        "office": lambda: UserFactory(office=True),
        "expert": lambda: UserFactory(expert=True),
        "engineer": lambda: trial.engineer,
        "other engineer": lambda: UserFactory(engineer=True),
        "verifier": lambda: UserFactory(verifier=True),
        "auditor": lambda: UserFactory(auditor=True),
        "administrator": lambda: UserFactory(administrator=True),
    }
    return makers[role]()


def set_aside(trial: Trial) -> Trial:
    services.stop(trial, by=trial.engineer, reason="No power.")
    return trial


def paused() -> Trial:
    trial = stories.running()
    services.pause(trial, by=trial.engineer, reason="Typhoon.")
    return trial


def superseded() -> Report:
    report = stories.published()
    fresh = services.erratum(report, by=report.trial.engineer, text_en="A unit was wrong.")
    services.hand_to_vendor(fresh, by=report.trial.engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)
    return report


def withdrawn() -> Report:
    report = stories.published()
    services.withdraw_report(report, by=UserFactory(office=True), reason="Broken meter.")
    return report


def commented() -> Report:
    """Handed to the vendor, whose days are over: so ending the window is possible, too."""
    report = stories.drafted()
    services.hand_to_vendor(report, by=report.trial.engineer)
    Report.objects.filter(pk=report.pk).update(comment_until=timezone.localdate() - timedelta(days=1))
    return report


TRIALS: dict[str, Callable[[], Trial]] = {
    T.PLANNING: stories.planned,
    T.LOCKED: stories.locked,
    T.RUNNING: stories.running,
    T.PAUSED: paused,
    T.MEASURED: stories.measured,
    T.REPORTING: lambda: stories.drafted().trial,
    T.CLOSED: lambda: stories.published().trial,
    T.STOPPED: lambda: set_aside(stories.running()),
}
REPORTS: dict[str, Callable[[], Report]] = {
    R.DRAFT: stories.drafted,
    R.COMMENT: commented,
    R.VERIFICATION: stories.heard,
    R.PUBLISHED: stories.published,
    R.SUPERSEDED: superseded,
    R.WITHDRAWN: withdrawn,
}


def test_each_state_is_in_the_grid():
    assert set(TRIALS) == set(T)
    assert set(REPORTS) == set(R)


# Who may see


def may_see_report(role: str, status: str) -> bool:
    if status in Report.PUBLIC or role in READ_ALL or role == "engineer" or role.startswith("department"):
        return True
    return (role == "vendor member" and status != R.DRAFT) or (
        role == "verifier" and status == R.VERIFICATION
    )


def same_for_all(thing: Any, noun: str, expected: Callable[[str], bool]) -> None:
    trial = thing.trial if noun == "report" else thing
    fresh = type(thing).objects.get(pk=thing.pk)
    for role in ROLES:
        user = person(role, trial)
        listed = type(thing).objects.visible_to(user).filter(pk=thing.pk).exists()
        allowed = user.has_perm(f"trials.view_{noun}", fresh)
        assert (role, listed, allowed) == (role, expected(role), expected(role))


@pytest.mark.parametrize("status", TRIALS)
def test_who_sees_a_trial_is_said_twice_and_alike(status):
    trial = TRIALS[status]()
    seers = READ_ALL | PARTIES | {"engineer"}
    same_for_all(trial, "trial", lambda role: status != T.PLANNING or role in seers)


def test_a_plan_stopped_before_its_lock_is_seen_by_those_who_saw_it_before():
    trial = set_aside(stories.planned())
    same_for_all(trial, "trial", lambda role: role in READ_ALL | PARTIES | {"engineer"})


@pytest.mark.parametrize("status", REPORTS)
def test_who_sees_a_report_is_said_twice_and_alike(status):
    report = REPORTS[status]()
    same_for_all(report, "report", lambda role: may_see_report(role, status))


# Who may do


PAYLOADS: dict[str, dict[str, str]] = {
    "pause": {"reason": "Typhoon."},
    "stop": {"reason": "Smoke."},
    "comment": {"text": "We agree."},
    "publish": {"statement": "I computed it again.", "interests": "None."},
    "send_back": {"reason": "Too vague."},
    "erratum": {"text_en": "A unit was wrong."},
    "withdraw": {"reason": "Broken meter."},
}
TRIAL_VERBS = [
    verb for verb in TRIAL if verb != "close"
]  # a trial is closed by the publication of its report
REPORT_VERBS = [verb for verb in REPORT if verb != "supersede"] + ["erratum", "correct", "assign"]
IN_PLACE = {  # verb → the states in which it does something and leaves them as they are
    "erratum": {R.PUBLISHED},
    "correct": {R.PUBLISHED},
    "assign": {R.DRAFT, R.COMMENT, R.VERIFICATION},
}


def may_do(role: str, verb: str) -> bool:
    if verb == "comment":
        return role in {"vendor member", "administrator"}
    if verb in {"close_comment", "withdraw", "assign"}:
        return role in {"office", "administrator"}
    if verb in {"publish", "send_back"}:
        return role in {"verifier", "administrator"}
    return role in MANAGE


# An administrator passes the rule, but what a report is signed with is the name of a verifier.
BY_HAND_ONLY = {("publish", "administrator")}


def given(verb: str, report: Report) -> dict[str, str]:
    """What hangs on the report itself."""
    if verb == "assign":
        return {"verifier": str(UserFactory(verifier=True).pk)}
    if verb == "correct" and report.envelope:
        return {"section": "limits", "was_en": word_of(report), "now_en": "Otherwise", "text_en": "A slip."}
    return {"section": "limits", "was_en": "a", "now_en": "b", "text_en": "c"} if verb == "correct" else {}


def attempt(client, user, noun: str, verb: str, thing: Any, **said: str):
    client.logout()
    if user.is_authenticated:
        client.force_login(user)
    return client.post(reverse(address(noun, verb), args=[thing.slug]), PAYLOADS.get(verb, said))


def refused(client, user, noun: str, verb: str, thing: Any, *, sees: bool) -> bool:
    """An anonymous visitor is sent to sign in; who does not see it finds nothing; who may not is told so."""
    response = attempt(client, user, noun, verb, thing)
    if not user.is_authenticated:
        return response.status_code == 302 and "/account/login/" in response["Location"]
    return response.status_code == (403 if sees else 404)


@pytest.mark.parametrize("verb", TRIAL_VERBS)
@pytest.mark.parametrize("status", TRIALS)
def test_every_verb_of_a_trial_in_every_state_by_everyone(client, status, verb):
    trial = TRIALS[status]()
    sees = READ_ALL | PARTIES | {"engineer"}
    for role in (role for role in ROLES if not may_do(role, verb)):
        user = person(role, trial)
        assert refused(client, user, "trial", verb, trial, sees=status != T.PLANNING or role in sees), role
    trial.refresh_from_db()
    assert trial.status == status
    transition = TRIAL[verb]
    moves = status in transition.sources
    for role in sorted(MANAGE):
        mine = trial if not moves else TRIALS[status]()  # what has moved cannot be moved again
        if moves and verb == "start":
            stories.signed(mine)
        assert attempt(client, person(role, mine), "trial", verb, mine).status_code == 302
        mine.refresh_from_db()
        assert mine.status == (transition.target if moves else status), role


@pytest.mark.parametrize("verb", REPORT_VERBS)
@pytest.mark.parametrize("status", REPORTS)
def test_every_verb_of_a_report_in_every_state_by_everyone(client, status, verb):
    report = REPORTS[status]()
    before = Report.objects.count()
    for role in (role for role in ROLES if not may_do(role, verb)):
        user = person(role, report.trial)
        assert refused(client, user, "report", verb, report, sees=may_see_report(role, status)), role
    report.refresh_from_db()
    assert (report.status, Report.objects.count()) == (status, before)
    moves = status in (IN_PLACE[verb] if verb in IN_PLACE else REPORT[verb].sources)
    for role in (role for role in ROLES if may_do(role, verb)):
        mine = report if not moves else REPORTS[status]()
        if verb == "comment":  # its window is open still
            Report.objects.filter(pk=mine.pk, status=R.COMMENT).update(comment_until=timezone.localdate())
        before, began = Report.objects.count(), timezone.now()
        response = attempt(client, person(role, mine.trial), "report", verb, mine, **given(verb, mine))
        done = 409 if verb == "correct" and not moves else 302  # its page keeps what was typed
        assert response.status_code == (done if may_see_report(role, status) else 404), role
        mine.refresh_from_db()
        does = moves and (verb, role) not in BY_HAND_ONLY
        if verb in IN_PLACE:
            assert (mine.status, Report.objects.count() - before) == (
                status,
                int(does and verb == "erratum"),
            )
            name = {"assign": "assign_verifier"}.get(verb, verb)
            told = Entry.objects.about(mine).filter(verb=name, at__gte=began)
            assert told.exists() == does, role
        else:
            assert mine.status == (REPORT[verb].target if does else status), role


def test_not_even_an_administrator_signs_without_the_role(client):
    report = stories.heard()
    attempt(client, UserFactory(administrator=True), "report", "publish", report)
    report.refresh_from_db()
    assert report.status == R.VERIFICATION


def test_not_even_an_administrator_signs_what_concerns_the_own_organisation(client):
    report = stories.heard()
    near = UserFactory(administrator=True, verifier=True)
    MembershipFactory(user=near, organisation=report.trial.match.solution.organisation)
    assert attempt(client, near, "report", "publish", report).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_who_may_plan_edit_measure_and_log(client, role):
    trial = stories.planned()
    user = person(role, trial)
    planners = {"department approver", "office", "engineer", "other engineer", "administrator"}
    assert user.has_perm("trials.add_trial", trial.match) == (role in planners)
    for verb in ("change", "measure", "log", "spend", "tick"):
        assert user.has_perm(f"trials.{verb}_trial", trial) == (role in MANAGE), verb
    report = stories.drafted()
    assert person(role, report.trial).has_perm("trials.change_report", report) == (role in MANAGE)


@pytest.mark.parametrize("name", ["edit", "measurements"])
def test_the_forms_of_a_trial_turn_others_away(client, name):
    trial = stories.planned() if name == "edit" else stories.running()
    url = reverse(f"trials:{name}", args=[trial.slug])
    assert "/account/login/" in client.get(url)["Location"]
    for role, status in (
        ("engineer", 200),
        ("office", 200),
        ("department approver", 403),
        ("vendor member", 403),
        ("other vendor", 404 if name == "edit" else 403),
    ):
        client.force_login(person(role, trial))
        assert client.get(url).status_code == status, role
