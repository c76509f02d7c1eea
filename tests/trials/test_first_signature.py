"""What the first signature stands for: every word and figure that the report will say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from journal.models import Entry
from tests.factories import CoAuthorFactory, UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import services
from trials.models import Report, Trial
from trials.services.assigning import SAID, signed_parts
from trials.services.snapshot import heard

pytestmark = pytest.mark.django_db
TODAY = date(2027, 1, 4)


def log_incident(trial):
    fields = {"kind": "incident", "severity": "low", "text_en": "A fuse blew."}
    services.log(trial, by=trial.engineer, on=timezone.localdate(), **fields)


def log_deviation(trial):
    fields = {"kind": "deviation", "text_en": "One meter less.", "reason_en": "It broke."}
    services.log(trial, by=trial.engineer, on=timezone.localdate(), **fields)


def spend(trial):
    services.spend(trial, by=trial.engineer, budget_spent=Decimal(900))


def add_line(trial):
    services.add_line(
        trial, by=trial.engineer, year=2026, label_en="Meters", planned=Decimal(9), spent=Decimal(7)
    )


def join(trial):
    CoAuthorFactory(solution=trial.match.solution, accepted=True)


LATE = {
    log_incident: "the incidents",
    log_deviation: "the deviations from the plan",
    spend: "the money",
    add_line: "the money",
    join: "who took part",
}


@pytest.mark.parametrize("late", LATE)
def test_what_changes_after_the_first_signature_is_named_and_goes_back_before_it_is_signed(late):
    report = stories.heard()
    late(report.trial)
    verifier = UserFactory(verifier=True)
    with pytest.raises(ValidationError, match=f"Changed since: .*{LATE[late]}") as refused:
        stories.sign(report, verifier)
    assert "Send it back" in refused.value.messages[0]
    report.refresh_from_db()
    assert (report.status, report.payload_hash) == ("verification", "")
    services.send_back(report, by=verifier, reason="The record has changed.")
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=UserFactory(), text="Seen.")
    stories.sign(report, verifier)
    assert report.status == Report.Status.PUBLISHED


def test_a_note_is_no_part_of_the_report_and_keeps_nobody_from_signing():
    report = stories.heard()
    services.log(
        report.trial,
        by=report.trial.engineer,
        kind="note",
        on=timezone.localdate(),
        text_en="Meters fetched.",
    )
    stories.sign(report)
    assert report.status == Report.Status.PUBLISHED


def test_the_figures_of_the_days_do_not_change_while_the_report_waits(time_machine):
    """A trial without a reading has the days of its plan, until it was ended; not until it is signed."""
    time_machine.move_to("2027-01-04T09:00+08:00", tick=False)
    trial = stories.running(starts_on=TODAY, ends_on=TODAY + timedelta(days=60))
    time_machine.move_to("2027-01-11T09:00+08:00", tick=False)
    services.stop(trial, by=trial.engineer, reason="Smoke.")
    report = services.draft_report(trial, by=trial.engineer)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=UserFactory(), text="Agreed.")
    time_machine.move_to("2027-01-14T09:00+08:00", tick=False)
    stories.sign(report)
    assert report.envelope["payload"]["dates"]["ended_on"] == "2027-01-11"


def test_what_is_signed_is_what_the_fingerprint_covers():
    """What is not in the fingerprint comes after the first signature, or rests on what is."""
    report = stories.published()
    after = {"vendor_comment", "verifier", "published_at", "previous_hash", "corrects", "reference"}
    of_the_portal = {"schema", "issuer", "demonstration"}
    by_others = {"series": "claims", "valid_until": "validity"}  # each claim names the digest of its readings
    parts = signed_parts(report)
    assert set(report.envelope["payload"]) - after - of_the_portal - set(by_others) == set(parts) - {
        "validity"
    }
    assert set(by_others.values()) <= set(parts)
    assert set(parts) - {"version"} == set(SAID) - {"amendments"}  # which a first version has none of
    entry = Entry.objects.about(report).get(verb="hand_to_vendor")
    assert entry.details["parts"] == parts


def commented_twice(*, anew: bool) -> Report:
    report = stories.drafted(starts_on=TODAY, ends_on=TODAY + timedelta(days=30))
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=UserFactory(), text="The need is told wrongly.")
    services.send_back(report, by=UserFactory(verifier=True), reason="Tell the need as it was.")
    services.update_report(report, by=report.trial.engineer, need_en="As it was.")
    services.hand_to_vendor(report, by=report.trial.engineer)
    if anew:
        services.comment(report, by=UserFactory(), text="We agree now.")
    return report


def test_a_comment_on_an_earlier_draft_says_so_where_the_vendor_kept_silent_on_the_later(time_machine):
    time_machine.move_to("2027-01-04T09:00+08:00", tick=True)
    report = commented_twice(anew=False)
    time_machine.move_to("2027-03-01T09:00+08:00", tick=True)
    assert services.close_comment_windows() == 1
    report.refresh_from_db()
    stories.sign(report)
    said = report.envelope["payload"]["vendor_comment"]
    earlier = (
        "On an earlier draft, of 4 January 2027. The vendor could comment on the draft of 4 January 2027"
    )
    assert said["en"].startswith(earlier)
    assert said["en"].endswith("\n\nThe need is told wrongly.")
    assert said["zh"].startswith("以下意見就較早的草稿於 2027年1月4日 提出")
    assert said["zh"].endswith("\n\nThe need is told wrongly.")


def test_a_comment_on_the_draft_that_is_signed_stands_alone(time_machine):
    time_machine.move_to("2027-01-04T09:00+08:00", tick=True)
    report = commented_twice(anew=True)
    with translation.override("zh-hant"):
        assert (heard(report).en, heard(report).zh) == ("We agree now.", "")


@pytest.mark.parametrize("kind", ["incident", "deviation"])
def test_what_made_a_trial_stop_is_logged_after_it_and_stands_in_its_report(kind):
    trial = stories.running()
    stories.measure(trial)
    services.stop(trial, by=trial.engineer, reason="Smoke.")
    log_incident(trial) if kind == "incident" else log_deviation(trial)
    report = services.draft_report(trial, by=trial.engineer)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=UserFactory(), text="Agreed.")
    stories.sign(report)
    assert len(report.envelope["payload"][f"{kind}s"]) == 1


def test_of_who_signs_and_who_logs_an_incident_at_once_one_has_to_wait_for_the_other(committed):
    """Signed without it, or not signed: never a report that the first signature does not cover."""
    report, verifier = stories.heard(), UserFactory(verifier=True)
    trial, mine = Trial.objects.get(pk=report.trial_id), Report.objects.get(pk=report.pk)
    outcomes = at_once(lambda: stories.sign(mine, verifier), lambda: log_incident(trial))
    assert sum(isinstance(one, Exception) for one in outcomes) == 1, outcomes
    report.refresh_from_db()
    is_signed = report.status == Report.Status.PUBLISHED
    assert is_signed == (not report.trial.log.exists())
