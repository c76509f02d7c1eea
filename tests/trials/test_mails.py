from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from innoportal.lib.templatetags.languages import day
from journal.models import Entry
from journal.workflow import record
from notifications import mails
from notifications.models import Notification
from notifications.reminding import Deadline
from tests.factories import (
    ActionFactory,
    ConfirmationFactory,
    FollowFactory,
    MatchFactory,
    MeetingFactory,
    MembershipFactory,
    MilestoneFactory,
    SensorTokenFactory,
    SolutionFactory,
    UserFactory,
)
from tests.trials import stories
from tests.trials.test_corrections import put_right
from tests.trials.test_rules import superseded, withdrawn
from trials import reminding, services, tasks
from trials.models import ChangeRequest, Incident, Report

pytestmark = pytest.mark.django_db
TEMPLATES = {file.stem for file in Path(settings.BASE_DIR, "templates/trials/mail").glob("*.txt")}


def told(user) -> set[str]:
    return {
        row.template.rpartition("/")[2]
        for row in Notification.objects.inbox(user)
        if row.template.startswith("trials/")
    }


def everything_happens() -> None:
    superseded()
    withdrawn()
    trial = stories.running()
    services.pause(trial, by=trial.engineer, reason="Typhoon.")
    services.resume(trial, by=trial.engineer)
    day = trial.starts_on
    services.log(trial, by=trial.engineer, kind="incident", severity="high", on=day, text_en="Smoke.")
    services.stop(trial, by=trial.engineer, reason="Smoke in room 5.")
    put_right(stories.published())
    report = stories.heard()
    services.send_back(report, by=UserFactory(verifier=True), reason="Too vague.")


def the_record_is_corrected() -> None:
    """Declined once, then agreed to, while a user relies on the report."""
    report, verifier = stories.published(), UserFactory(verifier=True)
    using = MembershipFactory().organisation
    ConfirmationFactory(
        confirmed=True, solution=report.trial.match.solution, organisation=using, report=report
    )
    money = {"kind": "money", "amount": 98_000, "reason_en": "An invoice came late."}
    made = services.amend(report, by=report.trial.engineer, **money)
    services.decline_amendment(made, by=verifier, reason="The invoice is missing.")
    fresh = stories.amended(report, verifier=verifier, **money)
    services.hand_to_vendor(fresh, by=report.trial.engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)


def it_is_steered() -> None:
    trial, today = stories.running(), timezone.localdate()
    department, vendor = (
        MembershipFactory(organisation=one.organisation, approver=True).user
        for one in (trial.match.wish, trial.match.solution)
    )
    by = trial.engineer
    services.add_risk(trial, by=by, title_en="Rain", owner=vendor)
    services.log(trial, by=by, kind="incident", severity="high", on=today, text_en="Smoke.")
    incident = Incident.objects.get(trial=trial)
    services.acknowledge(incident, by=department)
    services.close_incident(incident, by=by, reason="Mended.")
    for _number in range(2):
        services.propose(trial, by=by, what_en="Measure twice a day.", why_en="Once is too little.")
    accepted, declined = ChangeRequest.objects.filter(trial=trial).order_by("pk")
    services.agree(accepted, by=vendor)
    services.agree(accepted, by=department)
    services.decline_change(declined, by=vendor, reason="Once is enough.")
    given = {"what": "Order clamps", "owner": vendor, "due_on": today}
    services.minute(trial, by=by, on=today, present="All", decisions_en="Go on.", actions=[given])


def steps_are_due(trial) -> None:
    milestone = MilestoneFactory(trial=trial)
    action = ActionFactory(meeting=MeetingFactory(trial=trial))
    for left in (7, 0, -1, -7):
        for one, tell in ((milestone, reminding.tell_milestone), (action, reminding.tell_action)):
            tell(Deadline(one, one.due_on, one.due_on), record(trial, "remind", by=None), left)


def it_is_used() -> None:
    """Twice confirmed: once they end it themselves, once the office does."""
    writer = MembershipFactory()
    approver = MembershipFactory(organisation=writer.organisation, approver=True).user
    for ends_it, words in ((approver, "The building was sold."), (UserFactory(office=True), "A test plant.")):
        solution = SolutionFactory(listed=True)
        MembershipFactory(organisation=solution.organisation)
        one = services.propose_use(
            solution,
            by=writer.user,
            organisation=writer.organisation,
            sites=3,
            in_use_since=timezone.localdate(),
            scope_en="Chillers of three office buildings.",
            statement_en="It finds faults before the tenants do.",
        )
        services.confirm_use(one, by=approver)
        services.end_use(one, by=ends_it, reason=words)


def days_come_and_go() -> None:
    office = UserFactory(office=True)
    last = timezone.localdate() + timedelta(days=200)
    trial = stories.running(ends_on=last)
    interim, final = trial.dues.get(kind="interim", number=1), trial.dues.get(kind="final")
    services.hand_in_interim(interim, by=office, text_en="Half done.")
    services.move_due(final, by=office, due_on=last, reason="A long season.")
    for left in (14, 0, -1, -14):
        for due in (interim, final):
            deadline = Deadline(due, due.due_on, due.set_on, told="engineer")
            reminding.tell_due(deadline, record(trial, "remind", by=None), left)
    steps_are_due(trial)
    token = SensorTokenFactory(trial=trial)
    reminding.tell_token(Deadline(token, token.ends_on, last), record(token, "remind", by=None), 7)
    report = stories.drafted()
    vendor = MembershipFactory(organisation=report.trial.match.solution.organisation).user
    services.assign_verifier(report, by=office, verifier=UserFactory(verifier=True))
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.extend_comment(report, by=office, comment_until=last, reason="Holidays.")
    for left in (5, 0):
        told_of = Deadline(report, last, timezone.localdate())
        reminding.tell_window(told_of, record(report, "remind", by=None), left)
    Report.objects.filter(pk=report.pk).update(comment_until="2026-01-01")
    services.close_comment_windows()
    services.comment_late(report, by=vendor, text="The meter was moved.")


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_every_mail_can_be_read_in_each_language(language):
    from journal.workflow import happened
    from matching.models import Match

    office = UserFactory(office=True, language=language)
    UserFactory(verifier=True)
    everything_happens()
    the_record_is_corrected()
    it_is_steered()
    days_come_and_go()
    it_is_used()
    match = MatchFactory(approved=True)
    entry = Entry.objects.create(noun="matching.match", object_id=match.pk, verb="approve")
    happened.send(sender=Match, entry=entry, instance=match)
    seen = set()
    for row in Notification.objects.filter(template__startswith="trials/"):
        text = mails.read(row, language)
        assert text.subject
        assert text.paragraphs
        assert not any("{" in paragraph for paragraph in (text.subject, *text.paragraphs))
        assert str(row.context["thing_title"]["en" if language == "en" else "zh"])[:3] in text.subject or (
            language == "zh-hans"
        )
        seen.add(row.template.rpartition("/")[2])
    assert seen == TEMPLATES
    assert "to_plan" in told(office)


@pytest.mark.parametrize("what", ["trial", "wish", "solution", "department", "vendor"])
def test_a_follower_hears_of_public_steps_only(what):
    trial = stories.planned()
    wish, solution = trial.match.wish, trial.match.solution
    sides = {"department": wish.organisation, "vendor": solution.organisation}
    thing = {"trial": trial, "wish": wish, "solution": solution, **sides}[what]
    follower = UserFactory()
    FollowFactory(user=follower, topic=None, noun=thing._meta.label_lower, object_id=thing.pk)
    services.lock(trial, by=trial.engineer)
    for item in trial.CHECKLIST:
        services.tick(trial, item, by=trial.engineer)
    services.start(stories.signed(trial), by=trial.engineer)
    assert told(follower) == {"started"}


def test_the_vendor_hears_when_its_comment_is_wanted_and_the_reason_of_a_stop():
    report = stories.drafted()
    vendor = MembershipFactory(organisation=report.trial.match.solution.organisation).user
    services.hand_to_vendor(report, by=report.trial.engineer)
    row = Notification.objects.inbox(vendor).get(template="trials/mail/comment_wanted")
    assert row.why == "duty"
    assert day(report.comment_until) in mails.read(row, "en").subject


def test_the_task_closes_the_windows_that_are_due():
    report = stories.drafted()
    services.hand_to_vendor(report, by=report.trial.engineer)
    tasks.close_comment_windows()
    report.refresh_from_db()
    assert report.status == "comment"
    Report.objects.update(comment_until="2026-01-01")
    tasks.close_comment_windows()
    report.refresh_from_db()
    assert report.status == "verification"
