from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from journal.clock import add_working_days
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from matching.models import Match
from notifications.models import Follow, Notification
from tests.factories import MatchFactory, MembershipFactory, UserFactory, VenueFactory
from tests.trials import stories
from trials import keys, services
from trials.analysis import FIRST, RULE
from trials.models import LogEntry, Measurement, Report, Trial
from trials.proof.canonical import digest
from trials.proof.verify import verify
from trials.readings import Unusable
from wishes.models import Wish

pytestmark = pytest.mark.django_db


def verbs(thing) -> list[str]:
    return list(Entry.objects.about(thing).in_order().values_list("verb", flat=True))


def told(user) -> list[str]:
    return sorted(
        Notification.objects.inbox(user).values_list("template", flat=True).order_by("template").distinct()
    )


# The plan


def test_a_plan_begins_with_its_claims_and_tells_its_engineer():
    engineer, office = UserFactory(engineer=True), UserFactory(office=True)
    trial = stories.planned(engineer=engineer, by=office)
    assert (trial.status, trial.reference, trial.claims.count()) == (Trial.Status.PLANNING, None, 1)
    assert told(engineer) == ["trials/mail/planned"]


def test_only_an_approved_match_is_planned_and_only_once():
    with pytest.raises(IllegalTransition):
        stories.planned(match=MatchFactory(review=True))
    trial = stories.planned()
    with pytest.raises(IllegalTransition):
        stories.planned(match=trial.match)


def test_the_engineer_of_a_trial_is_a_trial_engineer():
    with pytest.raises(ValidationError) as error:
        stories.planned(engineer=UserFactory())
    assert list(error.value.message_dict) == ["engineer"]


def test_an_edit_replaces_the_claims_and_is_written_down():
    trial = stories.planned()
    services.update_plan(
        trial, by=trial.engineer, claims=[stories.ENERGY | {"metric": "noise"}], method_en="Another."
    )
    trial.refresh_from_db()
    assert (trial.method_en, [claim.metric for claim in trial.claims.all()]) == ("Another.", ["noise"])
    assert verbs(trial) == ["plan", "edit"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"claims": ()}, "at least one claim"),
        ({"method_en": ""}, "how it will be measured"),
        ({"stop_rules_en": ""}, "must be stopped"),
        ({"claims": [stories.ENERGY | {"direction": "at_most"}]}, "a change goes with"),
        ({"claims": [stories.ENERGY | {"method": "threshold"}]}, "a change goes with"),
        ({"claims": [stories.ENERGY | {"target": "0"}]}, "above zero"),
        ({"claims": [stories.ENERGY | {"method": "energy_whole"}]}, "read beside it"),
        ({"claims": [stories.ENERGY | {"companion": "heat"}]}, "read beside it"),
        ({"claims": [stories.ENERGY | {"method": "energy_whole", "companion": "energy"}]}, "read beside it"),
        ({"claims": [stories.ENERGY | {"method": "with_without"}]}, "control group"),
        ({"claims": [stories.ENERGY | {"control": "meter-2"}]}, "control group"),
        ({"claims": [stories.ENERGY | {"figure": "recall"}]}, "which figure"),
        (
            {"claims": [stories.ENERGY | {"method": "proportion", "direction": "at_least", "target": "101"}]},
            "between 0 and 100",
        ),
    ],
)
def test_a_plan_with_a_gap_cannot_be_locked(changes, said):
    trial = stories.planned(**changes)
    with pytest.raises(ValidationError) as error:
        services.lock(trial, by=trial.engineer)
    assert said in error.value.messages[0]
    trial.refresh_from_db()
    assert (trial.status, trial.reference) == (Trial.Status.PLANNING, None)


def test_locking_gives_a_number_and_writes_the_fingerprint_into_the_journal():
    trial = stories.locked()
    assert trial.reference.startswith("T-")
    entry = Entry.objects.about(trial).get(verb="lock")
    assert entry.details == {"plan_hash": trial.plan_hash}
    assert trial.plan_hash == digest(services.plan_document(trial))


def test_a_plan_of_the_first_rule_keeps_the_fingerprint_that_was_signed(monkeypatch):
    """As it was written before there was a second rule, field by field."""
    trial = stories.planned()
    monkeypatch.setattr("trials.services.planning.RULE", "")
    monkeypatch.setattr("trials.services.judging.analysis.RULE", FIRST)
    services.lock(trial, by=trial.engineer)
    trial.refresh_from_db()
    document = services.plan_document(trial)
    assert (trial.rule, services.rule_of(trial), digest(document)) == ("", FIRST, trial.plan_hash)
    assert (document["schema"], document["rule"]["name"]) == ("innoportal-plan/1", FIRST)
    assert document["claims"] == [
        {
            "metric": "energy",
            "statement": {"en": "Energy falls by at least 15 %.", "zh": ""},
            "unit": "kWh",
            "direction": "decrease",
            "target": "15.0000",
            "method": "before_after",
        }
    ]


def test_locking_names_the_rule_and_the_database_keeps_it():
    trial = stories.locked()
    assert trial.rule == RULE
    with pytest.raises(DatabaseError, match="locked plan"), transaction.atomic():
        Trial.objects.filter(pk=trial.pk).update(rule=FIRST)


def test_the_fingerprint_differs_when_any_part_of_the_plan_does():
    match = MatchFactory(approved=True)
    trial = stories.planned(match=match)
    seen = {digest(services.plan_document(trial))}
    changes = [
        {"method_en": "Other."},
        {"stop_rules_en": "Other."},
        {"starts_on": trial.starts_on - timedelta(days=1)},
        {"ends_on": trial.ends_on + timedelta(days=1)},
        {"venue": VenueFactory()},
        {"kind": "prototype"},
        {"scale_en": "One room"},
        {"budget_planned": Decimal(5)},
        *({"claims": [stories.ENERGY | {name: value}]} for name, value in (
            ("target", "16"), ("unit", "MWh"), ("metric", "power"), ("direction", "increase"),
            ("method", "threshold"), ("statement_en", "Less."), ("companion", "heat"), ("control", "c"),
            ("figure", "recall"), ("baseline", "100"), ("expected", "20"), ("spread", "5"),
            ("likeness", "0.3"), ("per_day", "24"), ("sampling_en", "Daily."), ("instrument", "Meter 7"),
            ("certificate", "C-1"), ("calibrated_on", date(2026, 1, 5)), ("uncertainty", "0.5 %"),
        )),
    ]  # fmt: skip
    for change in changes:
        services.update_plan(trial, by=trial.engineer, **change)
        seen.add(digest(services.plan_document(trial)))
    assert len(seen) == len(changes) + 1


def test_a_locked_plan_cannot_be_edited_by_the_service_nor_by_the_database():
    trial = stories.locked()
    with pytest.raises(IllegalTransition):
        services.update_plan(trial, by=trial.engineer, method_en="Easier.")
    with pytest.raises(DatabaseError, match="locked plan"), transaction.atomic():
        Trial.objects.filter(pk=trial.pk).update(method_en="Easier.")
    with pytest.raises(DatabaseError, match="locked plan"), transaction.atomic():
        trial.claims.update(target=1)
    with pytest.raises(DatabaseError, match="locked plan"), transaction.atomic():
        trial.claims.all().delete()


def test_what_the_venue_does_not_give_is_named():
    assert services.needs_unmet(["power", "lora", "bms"], ["power"]) == ["lora", "bms"]


# On site


def test_a_trial_starts_only_with_its_whole_checklist():
    trial = stories.signed(stories.locked())
    services.tick(trial, "privacy", by=trial.engineer, done=False)
    with pytest.raises(ValidationError):
        services.start(trial, by=trial.engineer)
    services.tick(trial, "privacy", by=trial.engineer)
    services.start(trial, by=trial.engineer)
    trial.refresh_from_db()
    match = Match.objects.get(pk=trial.match_id)
    assert (trial.status, match.status, match.wish.status) == ("running", "on_trial", "on_trial")


def test_a_checklist_has_its_items_and_ends_with_the_start():
    trial = stories.running()
    with pytest.raises(ValidationError):
        services.tick(trial, "lunch", by=trial.engineer)
    with pytest.raises(IllegalTransition):
        services.tick(trial, "permits", by=trial.engineer, done=False)


def test_pausing_and_stopping_need_a_reason():
    trial = stories.running()
    with pytest.raises(ReasonRequired):
        services.pause(trial, by=trial.engineer, reason=" ")
    services.pause(trial, by=trial.engineer, reason="A lift is out of order.")
    services.resume(trial, by=trial.engineer)
    with pytest.raises(ReasonRequired):
        services.stop(trial, by=trial.engineer, reason="")


def test_a_plan_stopped_before_its_lock_stays_private_and_frees_its_match():
    trial = stories.planned()
    services.stop(trial, by=trial.engineer, reason="The venue is closed.")
    assert not trial.is_public
    assert Match.objects.get(pk=trial.match_id).status == Match.Status.CLOSED
    with pytest.raises(ValidationError):
        services.draft_report(trial, by=trial.engineer)


def test_the_log_stays_as_it_is_written():
    trial = stories.running()
    made = services.log(
        trial, by=trial.engineer, kind="incident", severity="high", on=timezone.localdate(), text_en="Smoke."
    )
    assert verbs(trial)[-2:] == ["log", "ask_pause"]
    with pytest.raises(DatabaseError), transaction.atomic():
        LogEntry.objects.filter(pk=made.pk).update(text_en="Nothing.")
    with pytest.raises(ValidationError):
        services.log(
            trial,
            by=trial.engineer,
            kind="note",
            on=timezone.localdate() + timedelta(days=1),
            text_en="Soon.",
        )


def test_an_incident_that_is_not_low_is_told():
    trial = stories.running()
    member = MembershipFactory(organisation=trial.match.wish.organisation).user
    day = timezone.localdate()
    services.log(trial, by=trial.engineer, kind="incident", severity="low", on=day, text_en="A scratch.")
    assert "trials/mail/incident" not in told(member)
    services.log(trial, by=trial.engineer, kind="incident", severity="medium", on=day, text_en="Smoke.")
    assert "trials/mail/incident" in told(member)


# Measurements


def test_the_same_file_twice_changes_nothing():
    trial = stories.running()
    text = stories.csv_of()
    assert stories.measure(trial, text) == services.Import(added=40, known=0, flagged=0)
    before = list(trial.measurements.order_by("pk").values())
    entries = verbs(trial)
    assert stories.measure(trial, text) == services.Import(added=0, known=40, flagged=0)
    assert list(trial.measurements.order_by("pk").values()) == before
    assert verbs(trial) == entries


def test_a_file_with_one_bad_row_is_not_taken_at_all():
    trial = stories.running()
    with pytest.raises(Unusable):
        stories.measure(trial, stories.csv_of() + "\nenergy,never,trial,1")
    assert trial.measurements.count() == 0


def test_a_changed_value_is_refused_and_said():
    trial = stories.running()
    text = stories.csv_of()
    stories.measure(trial, text)
    changed = text[: text.rindex(",") + 1] + "1"
    with pytest.raises(Unusable) as error:
        stories.measure(trial, changed)
    (problem,) = error.value.problems
    assert (problem.row, problem.field) == (41, "value")
    assert "never changed" in problem.message


def test_a_reading_can_be_flagged_but_neither_changed_nor_dropped():
    trial = stories.running()
    rows = stories.csv_of().replace(",trial,68.0", ",trial,500.0", 1)
    assert stories.measure(trial, rows).flagged == 1
    assert trial.measurements.get(flag="outlier").value == 500
    assert trial.measurements.count() == 40
    with pytest.raises(DatabaseError), transaction.atomic():
        trial.measurements.update(value=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Measurement.objects.filter(trial=trial).delete()


def test_before_the_start_only_the_baseline_is_taken():
    trial = stories.locked()
    with pytest.raises(ValidationError, match="baseline"):
        stories.measure(trial)
    rows = stories.csv_of().split("\n")[:21]
    assert stories.measure(trial, "\n".join(rows)).added == 20


def test_nothing_is_measured_before_the_lock_nor_after_the_end():
    with pytest.raises(IllegalTransition):
        stories.measure(stories.planned())
    with pytest.raises(IllegalTransition):
        stories.measure(stories.measured())


def test_a_reading_by_hand_obeys_the_rules_of_a_file():
    trial = stories.running()
    given = {"metric": "energy", "at": timezone.now(), "phase": "trial", "value": 71.5}
    assert services.add_measurement(trial, by=trial.engineer, **given).added == 1
    assert services.add_measurement(trial, by=trial.engineer, **given).known == 1
    with pytest.raises(Unusable):
        services.add_measurement(trial, by=trial.engineer, **given | {"value": 72})
    with pytest.raises(Unusable):
        services.add_measurement(trial, by=trial.engineer, **given | {"metric": "heat"})


@pytest.mark.parametrize(("level", "verdict"), [(70, "met"), (92, "partly_met"), (101, "not_met")])
def test_finishing_judges_each_claim_by_its_locked_method(level, verdict):
    trial = stories.measured(readings=stories.csv_of(trial=level))
    claim = trial.claims.get()
    assert (trial.status, claim.verdict) == (Trial.Status.MEASURED, verdict)
    estimate = claim.result["estimate"]
    assert estimate["effect"] == pytest.approx(100 * (1 - (level + 0.07) / 100.07))
    assert (claim.result["n_baseline"], claim.result["n_trial"]) == (20, 20)
    assert set(claim.result["libraries"]) == {"numpy", "scipy", "statsmodels"}


def test_recomputing_gives_identical_numbers():
    trial = stories.measured()
    claim = trial.claims.get()
    assert services.recompute(trial) == {claim.metric: claim.result}


# The report


def test_a_report_is_drafted_from_the_record():
    report = stories.drafted()
    assert (report.status, report.verdict, report.version) == ("draft", "met", 1)
    assert "It cut {claim 1 metric} by {claim 1 change}" in report.summary_en
    assert report.summary_zh
    assert report.trial.status == Trial.Status.REPORTING


def test_a_stopped_trial_is_reported_as_stopped_with_its_reason():
    trial = stories.running()
    services.stop(trial, by=trial.engineer, reason="Smoke in room 5.")
    report = services.draft_report(trial, by=trial.engineer)
    assert report.verdict == "stopped"
    assert "{stop reason}" in report.summary_en
    assert "Smoke in room 5." in report.drafted["summary"]["said_en"]


def test_a_claim_slipped_in_after_the_lock_is_found_out():
    trial = stories.measured()
    trial.claims.create(**stories.ENERGY | {"metric": "slipped"})
    with pytest.raises(ValidationError, match="fingerprint"):
        services.draft_report(trial, by=trial.engineer)


def test_only_prose_can_be_typed_and_only_into_a_draft():
    report = stories.drafted()
    services.update_report(report, by=report.trial.engineer, summary_en="It saved much.")
    with pytest.raises(TypeError):
        services.update_report(report, by=report.trial.engineer, verdict="met")
    services.hand_to_vendor(report, by=report.trial.engineer)
    with pytest.raises(IllegalTransition):
        services.update_report(report, by=report.trial.engineer, summary_en="It saved more.")


def test_the_vendor_has_its_working_days():
    report = stories.drafted()
    vendor = MembershipFactory(organisation=report.trial.match.solution.organisation).user
    services.hand_to_vendor(report, by=report.trial.engineer)
    assert report.comment_until == add_working_days(timezone.localdate(), 10)
    assert "trials/mail/comment_wanted" in told(vendor)
    with pytest.raises(ValidationError):
        services.close_comment(report)
    assert services.close_comment_windows() == 0
    Report.objects.update(comment_until=timezone.localdate() - timedelta(days=1))
    assert services.close_comment_windows() == 1
    assert services.close_comment_windows() == 0
    report.refresh_from_db()
    assert (report.status, verbs(report)[-1]) == ("verification", "close_comment")


def test_only_independent_verifiers_are_asked():
    report = stories.drafted()
    trial = report.trial
    free, of_vendor, of_department, author = UserFactory.create_batch(4, verifier=True)
    MembershipFactory(user=of_vendor, organisation=trial.match.solution.organisation)
    MembershipFactory(user=of_department, organisation=trial.match.wish.organisation)
    services.update_report(report, by=author, summary_en="Better words.")
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=UserFactory(), text="Agreed.")
    asked = [
        user for user in (free, of_vendor, of_department, author) if "trials/mail/verify_wanted" in told(user)
    ]
    assert asked == [free]
    for near in (of_vendor, of_department, author, trial.engineer):
        with pytest.raises(PermissionDenied):
            stories.sign(report, near)
        with pytest.raises(PermissionDenied):
            services.send_back(report, by=near, reason="No.")


def test_someone_without_the_role_does_not_sign():
    report = stories.heard()
    with pytest.raises(ValidationError, match="verifier"):
        stories.sign(report, UserFactory())


@pytest.mark.parametrize(
    "given", [{"statement": " ", "interests": "None."}, {"statement": "Yes.", "interests": ""}]
)
def test_a_verifier_says_what_was_done_and_declares_interests(given):
    report = stories.heard()
    with pytest.raises(ValidationError):
        services.verify_and_publish(report, by=UserFactory(verifier=True), **given)


def test_publishing_signs_what_the_record_says_and_ends_everything():
    follower = UserFactory()
    report = stories.heard()
    trial = report.trial
    Follow.objects.create(user=follower, noun="trials.trial", object_id=trial.pk)
    stories.sign(report)
    report.refresh_from_db()
    assert verify(report.envelope, keys.public_keys(), "").genuine
    payload = report.envelope["payload"]
    assert (payload["reference"], payload["verdict"]) == (report.reference, "met")
    assert payload["plan"]["hash"] == trial.plan_hash
    assert payload["vendor_comment"] == {"en": "We agree.", "zh": ""}
    assert (
        payload["claims"][0]["result"]["effect"] == f"{trial.claims.get().result['estimate']['effect']:.6g}"
    )
    statuses = (
        Trial.objects.get(pk=trial.pk).status,
        Match.objects.get(pk=trial.match_id).status,
        Wish.objects.get(pk=trial.match.wish_id).status,
    )
    assert statuses == ("closed", "closed", "resolved")
    assert Match.objects.get(pk=trial.match_id).report == report.reference
    assert told(follower) == ["trials/mail/published"]


def test_a_wish_whose_trial_did_not_do_is_open_again():
    report = stories.published(readings=stories.csv_of(trial=101))
    assert report.verdict == "not_met"
    assert Wish.objects.get(pk=report.trial.match.wish_id).status == Wish.Status.OPEN


def test_each_report_names_the_one_published_before():
    first, second, third = stories.published(), stories.published(), stories.published()
    assert first.previous_hash == ""
    assert (second.previous_hash, third.previous_hash) == (first.payload_hash, second.payload_hash)
    assert Report.objects.tail() == third


@pytest.mark.parametrize("field", ["summary_en", "payload_hash", "previous_hash", "reference", "verdict"])
def test_the_database_refuses_to_change_what_was_signed(field):
    report = stories.published()
    value = "0" * 64 if field.endswith("hash") else "not_met"
    with pytest.raises(DatabaseError, match="signed report"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**{field: value})


def test_the_database_refuses_to_change_the_envelope_and_to_drop_a_signed_report():
    report = stories.published()
    with pytest.raises(DatabaseError, match="signed report"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(envelope={})
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.filter(pk=report.pk).delete()


def test_sending_back_reopens_the_draft_with_the_reason():
    report = stories.heard()
    verifier = UserFactory(verifier=True)
    services.send_back(report, by=verifier, reason="The limits are too vague.")
    assert report.status == "draft"
    assert Entry.objects.about(report).get(verb="send_back").reason == "The limits are too vague."
    assert "trials/mail/sent_back" in told(report.trial.engineer)


def test_a_correction_goes_the_whole_way_and_leaves_the_old_version_readable():
    report = stories.published()
    engineer = report.trial.engineer
    fresh = services.erratum(report, by=engineer, text_en="The unit was wrong.")
    assert (report.status, fresh.version, fresh.status) == ("published", 2, "draft")
    with pytest.raises(IllegalTransition):
        services.erratum(report, by=engineer, text_en="Again.")
    services.hand_to_vendor(fresh, by=engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)
    report.refresh_from_db()
    fresh.refresh_from_db()
    assert (report.status, fresh.status) == ("superseded", "published")
    assert fresh.reference == f"{report.reference}-v2"
    payload = fresh.envelope["payload"]
    assert payload["reference"] == report.reference
    assert payload["corrects"] == {
        "version": 1,
        "hash": report.payload_hash,
        "reason": {"en": "The unit was wrong.", "zh": ""},
    }
    assert verify(fresh.envelope, keys.public_keys(), report.payload_hash).genuine


def corrected(report: Report) -> Report:
    """The next version, signed."""
    engineer = report.trial.engineer
    fresh = services.erratum(report, by=engineer, text_en=f"Wrong in version {report.version}.")
    services.hand_to_vendor(fresh, by=engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)
    fresh.refresh_from_db()
    return fresh


def test_each_version_corrects_the_one_before_it_and_no_other_report_is_superseded():
    first, other = stories.published(), stories.published()
    second = corrected(first)
    third = corrected(second)
    assert [one.reference for one in (second, third)] == [f"{first.reference}-v{number}" for number in (2, 3)]
    said = [one.envelope["payload"] for one in (second, third)]
    assert [one["reference"] for one in said] == [first.reference] * 2
    assert [(one["corrects"]["version"], one["corrects"]["hash"]) for one in said] == [
        (1, first.payload_hash),
        (2, second.payload_hash),
    ]
    assert said[1]["corrects"]["reason"]["en"] == "Wrong in version 2."
    for one in (first, second, other):
        one.refresh_from_db()
    assert [one.status for one in (first, second, other)] == ["superseded", "superseded", "published"]


def test_a_report_withdrawn_while_it_was_corrected_stays_withdrawn():
    report = stories.published()
    engineer = report.trial.engineer
    fresh = services.erratum(report, by=engineer, text_en="The unit was wrong.")
    services.withdraw_report(report, by=UserFactory(office=True), reason="The meter was broken.")
    services.hand_to_vendor(fresh, by=engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)
    report.refresh_from_db()
    assert (report.status, fresh.status) == ("withdrawn", "published")
    assert fresh.envelope["payload"]["corrects"]["hash"] == report.payload_hash


def test_a_clock_that_was_set_back_puts_no_report_before_the_one_it_follows(time_machine):
    first, waiting = stories.published(), stories.heard()
    time_machine.move_to(first.published_at - timedelta(days=1), tick=False)
    stories.sign(waiting)
    assert waiting.published_at == first.published_at
    assert waiting.previous_hash == first.payload_hash
    assert Report.objects.tail() == waiting


def test_a_wish_that_was_taken_back_meanwhile_is_not_resolved():
    report = stories.heard()
    wish = report.trial.match.wish
    Wish.objects.filter(pk=wish.pk).update(status=Wish.Status.WITHDRAWN)
    stories.sign(report)
    assert (report.status, report.verdict) == ("published", "met")
    assert Wish.objects.get(pk=wish.pk).status == Wish.Status.WITHDRAWN


def test_who_follows_and_both_sides_hear_of_a_correction_that_is_announced():
    report = stories.published()
    follower = UserFactory()
    Follow.objects.create(user=follower, noun="trials.trial", object_id=report.trial_id)
    vendor = MembershipFactory(organisation=report.trial.match.solution.organisation).user
    services.erratum(report, by=report.trial.engineer, text_en="The unit was wrong.")
    assert told(follower) == told(vendor) == ["trials/mail/corrected"]


def test_a_withdrawn_report_keeps_its_page_and_its_reason():
    report = stories.published()
    services.withdraw_report(report, by=UserFactory(office=True), reason="The meter was broken.")
    assert (report.status, report.is_public) == ("withdrawn", True)
    assert Entry.objects.about(report).get(verb="withdraw").reason == "The meter was broken."


NOISE = {
    "statement_zh": "噪音不高於 42 分貝。",
    "metric": "noise",
    "unit": "dB(A)",
    "direction": "at_most",
    "target": "42",
    "method": "threshold",
}
STARTS = {
    "statement_en": "It starts nine times out of ten.",
    "metric": "starts",
    "unit": "start",
    "direction": "at_least",
    "target": "90",
    "method": "proportion",
}


def test_all_three_methods_reach_the_signed_report_in_their_own_units():
    rows = [
        stories.csv_of(),
        stories.csv_of("noise", baseline=45, trial=38),
        "metric,at,phase,value\n"
        + "\n".join(f"starts,2026-03-{day:02}T{hour:02}:00Z,trial,1" for day in (1, 2) for hour in range(24)),
    ]
    text = "\n".join([rows[0], *(one.partition("\n")[2] for one in rows[1:])])
    report = stories.published(claims=(stories.ENERGY, NOISE, STARTS), readings=text)
    payload = report.envelope["payload"]
    found = {claim["metric"]["en"]: claim for claim in payload["claims"]}
    assert [claim["verdict"] for claim in payload["claims"]] == ["met", "met", "met"]
    assert [found[name]["target_unit"] for name in ("energy", "noise", "starts")] == ["%", "dB(A)", "%"]
    assert found["noise"]["result"]["effect"] == "38.07"
    assert (found["starts"]["result"]["effect"], found["starts"]["result"]["n"]) == ("100", 48)
    series = {one["metric"]["en"]: one for one in payload["series"]}
    assert series["energy"]["target_level"] == "85.0595"
    assert [point["value"] for point in series["starts"]["trial"]][:1] == ["100"]
    assert (series["starts"]["unit"], series["starts"]["measurements"]) == ("%", 48)


def test_a_trial_stopped_before_any_reading_is_published_too():
    trial = stories.running()
    services.stop(trial, by=trial.engineer, reason="The lift shaft is flooded.")
    report = services.draft_report(trial, by=trial.engineer)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=UserFactory(), text="可惜。")
    stories.sign(report)
    payload = report.envelope["payload"]
    assert (payload["verdict"], payload["claims"][0]["result"], payload["series"]) == ("stopped", None, [])
    assert payload["vendor_comment"] == {"en": "", "zh": "可惜。"}
    assert "flooded" in payload["summary"]["en"]


def test_deviations_incidents_and_money_are_in_the_report():
    trial = stories.running(starts_on=timezone.localdate().replace(month=2, day=1))
    day = timezone.localdate()
    why = {"reason_en": "It had\r\nfailed.", "reason_zh": "已損壞。"}
    services.log(
        trial, by=trial.engineer, kind="deviation", on=day, text_en="One meter\r\nwas replaced.", **why
    )
    services.log(trial, by=trial.engineer, kind="incident", severity="low", on=day, text_zh="輕微刮痕。")
    services.log(trial, by=trial.engineer, kind="note", on=day, text_en="Met Mr Lee.")
    services.spend(trial, by=trial.engineer, budget_spent=Decimal("99.5"))
    stories.measure(trial)
    services.finish(trial, by=trial.engineer)
    report = services.draft_report(trial, by=trial.engineer)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=UserFactory(), text="Fine.")
    stories.sign(report)
    payload = report.envelope["payload"]
    year = day.year
    assert payload["deviations"] == [
        {
            "on": day.isoformat(),
            "text": {"en": "One meter\nwas replaced.\n\nReason: It had\nfailed.", "zh": ""},
        }
    ]
    assert [one["severity"] for one in payload["incidents"]] == ["minor"]
    assert payload["money"] == [
        {
            "year": f"{year - 1}-{year % 100:02}",
            "currency": "HKD",
            "budget": "120000.00",
            "spent": "99.50",
            "scheme": "",
            "reference": "",
        }
    ]
    assert "Mr Lee" not in str(payload)
