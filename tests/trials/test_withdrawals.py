"""A report that was taken back is told of wherever somebody could meet it, with its reason and its day."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification
from tests.factories import FollowFactory, MatchFactory, UserFactory
from tests.trials import stories
from trials import citing, services
from trials.describing import described
from trials.models import Report, Trial

pytestmark = pytest.mark.django_db
WHY = "A meter was read wrongly for a week."


def withdrawn():
    report = stories.published()
    services.withdraw_report(report, by=UserFactory(office=True), reason=f" {WHY} ")
    report.refresh_from_db()
    return report


def page(client, name, report, **query):
    return client.get(reverse(f"trials:{name}", args=[report.slug]), query).content.decode()


def test_the_row_knows_when_and_why_and_the_database_holds_it():
    report = withdrawn()
    assert report.withdrawal == WHY
    assert timezone.now() - report.withdrawn_at < timedelta(minutes=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(withdrawal="")


def test_the_interface_says_when_and_why(client):
    gone, stands = withdrawn(), stories.published()
    said = client.get(f"/api/v1/reports/{gone.reference}/").json()
    assert (said["status"], said["withdrawal"]) == ("withdrawn", WHY)
    assert said["withdrawn_at"][:10] == timezone.localdate(gone.withdrawn_at).isoformat()
    said = client.get(f"/api/v1/reports/{stands.reference}/").json()
    assert (said["status"], said["withdrawn_at"], said["withdrawal"]) == ("published", None, "")


def test_the_feed_brings_it_again_first_and_its_title_says_so(client):
    gone, newer = stories.published(), stories.published()
    services.withdraw_report(gone, by=UserFactory(office=True), reason=WHY)
    gone.refresh_from_db()
    text = client.get(reverse("trials:feed")).content.decode()
    first, second = text.split("<entry>")[1:]
    assert f"Withdrawn: {gone.reference}" in first
    assert WHY in first
    assert newer.reference in second and "Withdrawn" not in second
    for name, at in (("updated", gone.withdrawn_at), ("published", gone.published_at)):
        told = datetime.fromisoformat(re.search(f"<{name}>(.+?)</{name}>", first)[1])
        assert abs(told - at) < timedelta(seconds=1), name


def test_every_page_about_it_says_why(client):
    report = withdrawn()
    for name in ("report", "verify-report", "report-data"):
        text = page(client, name, report)
        assert "The portal office withdrew this report on " in text, name
        assert WHY in text, name
    for about in (
        reverse("trials:proof-of-solution", args=[report.trial.match.solution.slug]),
        reverse("trials:reports") + "?withdrawn=on",
        f"{reverse('trials:compare')}?report={report.reference}&report={stories.published().reference}",
    ):
        assert WHY in client.get(about).content.decode(), about


def test_what_stands_says_nothing_of_it(client):
    report = stories.published()
    for name in ("report", "verify-report", "report-data"):
        assert "withdrew this report" not in page(client, name, report)


def test_it_is_no_answer_of_a_search_unless_asked_for(client):
    report = withdrawn()
    assert report.reference not in client.get(reverse("trials:reports")).content.decode()


def test_machines_are_told(client):
    report = withdrawn()
    said = described(report)
    assert said["creativeWorkStatus"] == "Withdrawn"
    assert said["correction"][-1]["text"] == f"Withdrawn: {WHY}"
    assert "(Withdrawn)" in citing.line(citing.work_of(report))
    assert WHY in json.dumps(client.get("/.well-known/innoportal-register.json").json())


def test_who_follows_and_who_builds_on_it_is_told_and_nobody_else():
    report = stories.published()
    follower, stranger = UserFactory(), UserFactory(engineer=True)
    FollowFactory(user=follower, topic=None, noun="trials.trial", object_id=report.trial_id)
    solution = report.trial.match.solution
    later = stories.planned(match=MatchFactory(approved=True, solution=solution))
    Trial.objects.filter(pk=later.pk).update(earlier=report.trial)
    services.withdraw_report(report, by=UserFactory(office=True), reason=WHY)
    told = Notification.objects.filter(template="trials/mail/withdrawn")
    people = {row.recipient_id for row in told}
    assert {follower.pk, later.engineer_id} <= people
    assert stranger.pk not in people
    assert all(row.context.get("reason") == WHY for row in told if "reason" in row.context)
