import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Organisation
from tests.factories import (
    LogEntryFactory,
    MatchFactory,
    MembershipFactory,
    TopicFactory,
    TrialFactory,
    UserFactory,
    VenueFactory,
)
from tests.trials import stories
from trials import forms as trials_forms
from trials import services
from trials.models import Report, Trial
from trials.proof.verify import verify_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def page(client, name, *args, **data):
    response = client.get(reverse(f"trials:{name}", args=args), data)
    assert response.status_code == 200, response
    return response.content.decode().replace("<wbr>", "")


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# Lists


def test_the_list_shows_locked_trials_and_no_other(client):
    shown, hidden = TrialFactory(locked=True), TrialFactory()
    stopped = TrialFactory(status=Trial.Status.STOPPED)
    client.force_login(UserFactory(office=True))
    text = page(client, "list")
    assert shown.reference in text
    assert hidden.key not in text
    assert stopped.key not in text


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_of_trials_takes_as_many_queries_for_five_as_for_one(
    client, django_assert_num_queries, count
):
    TrialFactory.create_batch(count, locked=True)
    with django_assert_num_queries(3):  # count, trials with their two sides, topics to choose from
        text = page(client, "list")
    assert text.count("ip-card--trial") == count


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_of_reports_takes_as_many_queries_for_five_as_for_one(
    client, django_assert_num_queries, count
):
    for _number in range(count):
        stories.published()
    with django_assert_num_queries(3):  # count, reports with their two sides, topics to choose from
        text = page(client, "reports")
    assert text.count("ip-card--report") == count


def test_trials_are_narrowed_by_topic_organisation_kind_status_and_year(client):
    topic, narrower = TopicFactory(), None
    narrower = TopicFactory(parent=topic)
    match = MatchFactory(approved=True)
    match.wish.topics.add(narrower)
    trial = TrialFactory(locked=True, match=match, kind="prototype", starts_on=timezone.localdate())
    year = timezone.localdate().year - 2
    other = TrialFactory(
        running=True, starts_on=timezone.localdate().replace(year=year, day=1), status=Trial.Status.PAUSED
    )
    for query in (
        {"topic": topic.slug},
        {"organisation": match.wish.organisation.slug},
        {"organisation": match.solution.organisation.slug},
        {"kind": "prototype"},
        {"status": "prepared"},
        {"year": timezone.localdate().year},
    ):
        text = page(client, "list", **query)
        assert (trial.reference in text, other.reference in text) == (True, False), query
    assert other.reference in page(client, "list", year=year, status="under_way")


def test_an_organisation_is_found_by_part_of_its_name_in_any_script(client):
    match = MatchFactory(approved=True)
    Organisation.objects.filter(pk=match.wish.organisation_id).update(
        name_en="Water Supplies Department", name_zh="水務署"
    )
    trial = TrialFactory(locked=True, match=match)
    other = TrialFactory(locked=True)
    for typed in ("water supplies", "Ｗater", "水務", "水务署"):
        text = page(client, "list", organisation=typed)
        assert (trial.reference in text, other.reference in text) == (True, False), typed


@pytest.mark.parametrize("name", ["list", "reports"])
def test_an_organisation_that_no_one_knows_is_told_and_what_was_typed_is_kept(client, name):
    text = page(client, name, organisation="Nowhere & Co")
    assert "No organisation here is called that." in text
    assert 'value="Nowhere &amp; Co"' in text


def test_reports_are_narrowed_by_verdict_and_withdrawn_ones_come_on_demand(client):
    met, not_met = stories.published(), stories.published(readings=stories.csv_of(trial=101))
    text = page(client, "reports", verdict="not_met")
    assert (met.reference in text, not_met.reference in text) == (False, True)
    services.withdraw_report(met, by=UserFactory(office=True), reason="Broken meter.")
    assert met.reference not in page(client, "reports")
    assert met.reference in page(client, "reports", withdrawn="on")


def test_htmx_gets_the_results_alone(client):
    response = client.get(reverse("trials:list"), headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="results">')


# The page of a trial


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_a_trial_takes_as_many_queries_for_five_claims_as_for_one(
    client, django_assert_num_queries, count
):
    claims = [stories.ENERGY | {"metric": f"energy-{number}"} for number in range(count)]
    trial = stories.running(claims=claims)
    Trial.objects.filter(pk=trial.pk).update(is_live_public=True)
    for number in range(count):
        stories.measure(trial, stories.csv_of(f"energy-{number}"))
        LogEntryFactory(trial=trial, kind="deviation", reason_en="It drifts.")
    with django_assert_num_queries(
        10
    ):  # trial, wish, solution, claims, log, readings, milestones, reports, files, journal
        text = page(client, "detail", trial.slug)
    assert text.count("<figure") == count


def test_the_page_of_a_trial_draws_its_readings_with_the_target(client):
    trial = stories.running()
    stories.measure(trial)
    client.force_login(trial.engineer)
    text = page(client, "detail", trial.slug)
    assert "Readings: Energy" in text
    assert "Target 85.06<" in text  # 15 % below the mean of the baseline, 100.07; to four digits
    assert trial.plan_hash in text


def test_the_public_reads_incidents_and_reasons_but_no_names(client):
    trial = stories.running(engineer=UserFactory(engineer=True, name="Engineer Wong"))
    day = timezone.localdate()
    services.log(trial, by=trial.engineer, kind="incident", severity="low", on=day, text_en="A scratch.")
    services.log(trial, by=trial.engineer, kind="note", on=day, text_en="Met Mr Lee.")
    services.pause(trial, by=trial.engineer, reason="Typhoon.")
    text = page(client, "detail", trial.slug)
    assert "A scratch." in text
    assert "Typhoon." in text
    assert "Met Mr Lee." not in text
    assert "Engineer Wong" not in text
    client.force_login(trial.engineer)
    assert "Met Mr Lee." in page(client, "detail", trial.slug)


def test_the_readings_can_be_taken_away_as_csv(client):
    trial = stories.running()
    stories.measure(trial, "metric,at,phase,value,sensor\nenergy,2026-03-01T00:00Z,trial,12.5,=cmd\n")
    client.force_login(trial.engineer)
    response = client.get(reverse("trials:measurements-file", args=[trial.slug]))
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines == [
        "metric,at,phase,value,sensor,flag",
        "energy,2026-03-01T00:00:00+00:00,trial,12.5,'=cmd,",
    ]


def test_an_old_link_by_key_still_leads_to_the_trial(client):
    trial = stories.locked()
    assert trial.reference in page(client, "detail", trial.key)


def test_what_is_sent_by_post_is_never_a_link(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    text = page(client, "detail", trial.slug)
    for verb in ("finish", "pause", "stop"):
        assert f'href="{reverse(f"trials:{verb}", args=[trial.slug])}"' not in text
        assert f'action="{reverse(f"trials:{verb}", args=[trial.slug])}"' in text


# Planning


def plan_data(trial_or_venue, engineer, **changes):
    today = timezone.localdate()
    data = {
        "engineer": engineer.pk,
        "venue": trial_or_venue.pk,
        "kind": "pilot",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=30)).isoformat(),
        **stories.PLAN,
        "claims-TOTAL_FORMS": "1",
        "claims-INITIAL_FORMS": "0",
        **{f"claims-0-{name}": value for name, value in stories.ENERGY.items()},
    }
    return data | changes


def test_a_trial_is_planned_from_its_approved_match(client):
    match, engineer = MatchFactory(approved=True), UserFactory(engineer=True)
    match.solution.trial_needs = ["power", "lora"]
    match.solution.save()
    approver = MembershipFactory(organisation=match.wish.organisation, approver=True).user
    client.force_login(approver)
    url = reverse("trials:plan", args=[match.key])
    assert client.get(url).status_code == 200
    response = client.post(url, plan_data(VenueFactory(gives=["power"]), engineer), follow=True)
    trial = Trial.objects.get()
    assert (trial.match, trial.engineer, trial.claims.get().metric) == (match, engineer, "energy")
    assert said(response)[0] == "The venue does not give: LoRa (GWIN) coverage. Bring it along."


def test_what_was_typed_stays_when_a_field_is_wrong(client):
    match, engineer = MatchFactory(approved=True), UserFactory(engineer=True)
    client.force_login(engineer)
    data = plan_data(VenueFactory(), engineer, ends_on="2020-01-01", method_en="As I typed it")
    response = client.post(reverse("trials:plan", args=[match.key]), data)
    assert response.status_code == 422
    assert "As I typed it" in response.content.decode()
    assert not Trial.objects.exists()


def test_two_claims_cannot_share_a_metric(client):
    match, engineer = MatchFactory(approved=True), UserFactory(engineer=True)
    client.force_login(engineer)
    second = {f"claims-1-{name}": value for name, value in stories.ENERGY.items()}
    data = plan_data(VenueFactory(), engineer, **second) | {"claims-TOTAL_FORMS": "2"}
    response = client.post(reverse("trials:plan", args=[match.key]), data)
    assert response.status_code == 422
    assert "“energy” is the metric of row 1 already." in response.content.decode()
    assert response.context["claims"].forms[1].errors.keys() == {"metric"}


def test_a_plan_is_edited_until_it_is_locked(client):
    trial = stories.planned()
    client.force_login(trial.engineer)
    url = reverse("trials:edit", args=[trial.slug])
    assert "energy" in client.get(url).content.decode()
    client.post(url, plan_data(trial.venue, trial.engineer, method_en="By hand."))
    trial.refresh_from_db()
    assert trial.method_en == "By hand."
    services.lock(trial, by=trial.engineer)
    response = client.post(url, plan_data(trial.venue, trial.engineer, method_en="Guessed."), follow=True)
    assert said(response)[-1] == "The plan is locked. Log a deviation instead."
    trial.refresh_from_db()
    assert trial.method_en == "By hand."
    assert client.get(url).status_code == 302


# Measurements


def test_a_file_is_taken_and_said(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    url = reverse("trials:measurements", args=[trial.slug])
    file = SimpleUploadedFile("m.csv", stories.csv_of().encode())
    mapping = client.post(url, {"file": file}).url
    columns = client.get(mapping).context["form"].initial
    response = client.post(mapping, {**columns, "take": "1"}, follow=True)
    assert said(response) == ["40 readings taken, 0 were there already; 0 are flagged."]


def test_a_bad_file_is_refused_by_row_and_field(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    url = reverse("trials:measurements", args=[trial.slug])
    file = SimpleUploadedFile("m.csv", b"metric,at,phase,value\nheat,2026-03-01,trial,1\n")
    mapping = client.post(url, {"file": file}).url
    columns = client.get(mapping).context["form"].initial
    response = client.post(mapping, {**columns, "take": "1"})
    assert response.status_code == 422
    assert [str(one) for one in response.context["check"].problems] == [
        "Row 2, metric: “heat” is none of: energy."
    ]
    assert trial.measurements.count() == 0


def test_a_reading_is_written_by_hand(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    at = timezone.localtime() - timedelta(hours=1)
    data = {
        "by_hand": "1",
        "metric": "energy",
        "at": f"{at:%Y-%m-%dT%H:%M}",
        "phase": "trial",
        "value": "7.5",
    }
    client.post(reverse("trials:measurements", args=[trial.slug]), data)
    one = trial.measurements.get()
    assert (one.value, one.sensor, one.at.minute) == (7.5, "manual", at.minute)


# Reports


def test_the_public_page_comes_from_the_signed_payload_and_never_from_live_rows(client):
    report = stories.published()
    solution = report.trial.match.solution
    title = solution.title_en
    solution.title_en = "Another name altogether"
    solution.save()
    text = page(client, "report", report.slug)
    assert title in text
    assert "Another name altogether" not in text
    assert title in page(client, "reports")
    assert "Another name altogether" not in page(client, "reports")


def test_people_read_four_digits_and_no_hash_where_the_signed_data_has_all(client):
    report = stories.published()
    claim = report.envelope["payload"]["claims"][0]
    data = re.search("[0-9a-f]{64}", claim["reason"]["en"])[0]
    figures = [claim["baseline"], *(claim["result"][name] for name in ("effect", "low", "high"))]
    computed = [one for one in figures if len(one.replace(".", "")) > 4]
    assert len(computed) > 1
    report_page, trial_page = page(client, "report", report.slug), page(client, "detail", report.trial.slug)
    for text in (report_page, trial_page):
        assert data not in text
        for full in computed:
            assert full not in text
            assert f"{float(full):.4g}" in text or full == claim["baseline"]
    grouped = " ".join(data[at : at + 8] for at in range(0, 64, 8))
    assert grouped in page(client, "verify-report", report.slug)


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_metric_is_read_as_words_on_the_pages_of_trial_and_report(client, language):
    claim = {**stories.ENERGY, "metric": "energy_use"}
    report = stories.published(claims=[claim], readings=stories.csv_of("energy_use"))
    with translation.override(language):
        for text in (page(client, "detail", report.trial.slug), page(client, "report", report.slug)):
            assert text.count("Energy use") >= 2  # of the claim and of the chart
            assert "energy_use" not in text
    chosen = trials_forms.MeasurementForm(trial=report.trial).fields["metric"].choices
    assert list(chosen) == [("energy_use", "Energy use (kWh)")]


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_a_report_takes_as_many_queries_for_five_claims_as_for_one(
    client, django_assert_num_queries, count
):
    claims = [stories.ENERGY | {"metric": f"energy-{number}"} for number in range(count)]
    text = stories.csv_of("energy-0")
    for number in range(1, count):
        text += "\n" + stories.csv_of(f"energy-{number}").partition("\n")[2]
    report = stories.published(claims=claims, readings=text)
    with django_assert_num_queries(6):  # report, wish, solution, errata, other versions, journal
        body = page(client, "report", report.slug)
    assert body.count("<figure") == count


def test_the_verifier_signs_with_the_name_and_nobody_else_is_named(client):
    verifier = UserFactory(verifier=True, name="Verifier Ho")
    report = stories.published(verifier=verifier, engineer=UserFactory(engineer=True, name="Engineer Wong"))
    text = page(client, "report", report.slug)
    assert "Verifier Ho" in text
    assert "Engineer Wong" not in text


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_json_and_pdf_are_genuine_in_each_language(client, language):
    from trials import keys

    report = stories.published()
    with translation.override(language):
        pdf = client.get(reverse("trials:report-pdf", args=[report.slug]))
        again = client.get(reverse("trials:report-pdf", args=[report.slug]))
        data = client.get(reverse("trials:report-json", args=[report.slug]))
    assert pdf.content == again.content
    assert verify_file(data.content, keys.trust(), "").genuine
    assert verify_file(pdf.content, keys.trust()).status == "genuine"


def test_a_draft_has_neither_json_nor_pdf_whoever_asks(client):
    report = stories.drafted()
    client.force_login(report.trial.engineer)
    for name in ("report-pdf", "report-json", "verify-report"):
        assert client.get(reverse(f"trials:{name}", args=[report.slug])).status_code == 404


def test_a_superseded_report_stays_with_its_correction(client):
    report = stories.published()
    fresh = services.erratum(report, by=report.trial.engineer, text_en="The unit was wrong.")
    assert "The unit was wrong." in page(client, "report", report.slug)
    assert fresh.key not in page(client, "report", report.slug)
    services.hand_to_vendor(fresh, by=report.trial.engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)
    old = page(client, "report", report.slug)
    assert "A newer version has replaced this one." in old
    assert fresh.reference in old
    assert "Corrects version 1" in page(client, "report", fresh.slug)


def test_a_withdrawn_report_keeps_its_page_with_the_reason(client):
    report = stories.published()
    services.withdraw_report(report, by=UserFactory(office=True), reason="The meter was broken.")
    text = page(client, "report", report.slug)
    assert "The portal office withdrew this report on " in text
    assert "The meter was broken." in text


def test_the_prose_of_a_draft_is_edited_and_its_figures_are_not(client):
    report = stories.drafted()
    client.force_login(report.trial.engineer)
    url = reverse("trials:report-edit", args=[report.slug])
    assert client.get(url).status_code == 200
    client.post(url, {"summary_en": "It saved much.", "limits_en": "One room.", "verdict": "not_met"})
    report.refresh_from_db()
    assert (report.summary_en, report.verdict) == ("It saved much.", "met")


def test_a_verb_that_cannot_be_done_now_is_a_message(client):
    report = stories.published()
    client.force_login(report.trial.engineer)
    response = client.post(reverse("trials:report-hand-to-vendor", args=[report.slug]), follow=True)
    assert said(response) == ["This cannot be done in its present state."]


def test_a_form_that_is_wrong_is_shown_again_with_its_error(client):
    report = stories.heard()
    verifier = UserFactory(verifier=True)
    client.force_login(verifier)
    response = client.post(
        reverse("trials:report-publish", args=[report.slug]), {"statement": "I checked it."}
    )
    assert response.status_code == 422
    assert "I checked it." in response.content.decode()
    report.refresh_from_db()
    assert report.status == Report.Status.VERIFICATION


def test_a_verifier_who_is_too_near_reads_why(client):
    report = stories.heard()
    verifier = MembershipFactory(
        user=UserFactory(verifier=True), organisation=report.trial.match.wish.organisation
    ).user
    client.force_login(verifier)
    assert "You belong to the department that made the wish." in page(client, "report", report.slug)


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_every_page_can_be_read_in_chinese(client, language):
    report = stories.published()
    trial = stories.running()
    stories.measure(trial)
    client.force_login(trial.engineer)
    with translation.override(language):
        for name, *args in (
            ("list",),
            ("reports",),
            ("workspace",),
            ("verify",),
            ("feed",),
            ("detail", trial.slug),
            ("measurements", trial.slug),
            ("report", report.slug),
            ("verify-report", report.slug),
        ):
            text = page(client, name, *args)
            assert ("試驗" if language == "zh-hant" else "试验") in text, name
        assert ("達標" if language == "zh-hant" else "达标") in page(client, "report", report.slug)


# Checking


def test_the_page_of_a_check_shows_the_signature_and_the_chain(client):
    first, second = stories.published(), stories.published()
    text = page(client, "verify-report", first.slug)
    assert "This is the report as it was signed and published." in text
    assert "None: this is the first." in text
    assert second.reference in text
    text = page(client, "verify-report", second.slug)
    assert first.reference in text
    assert first.payload_hash in text


def upload(client, data: bytes):
    return client.post(
        reverse("trials:verify"), {"file": SimpleUploadedFile("r.json", data)}
    ).content.decode()


def test_an_uploaded_report_is_checked_and_a_change_is_named(client):
    report = stories.published()
    data = client.get(reverse("trials:report-json", args=[report.slug])).content
    text = upload(client, data)
    assert "This is the report as it was signed and published." in text
    assert report.get_absolute_url() in text
    text = upload(client, data.replace(b'"verdict":"met"', b'"verdict":"not_met"', 1))
    assert "Not genuine" in text
    assert "verdict</code>" in text
    assert "This file cannot be checked:" in upload(client, b"%PDF-1.7 broken")


def test_the_keys_are_served_outside_the_languages(client):
    stories.published()
    response = client.get("/.well-known/innoportal-keys.json")
    (key,) = response.json()["keys"]
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    assert set(key) == {
        "kty",
        "crv",
        "use",
        "alg",
        "kid",
        "x",
        "valid_from",
        "valid_until",
        "revoked",
        "revoked_at",
    }


def test_before_any_report_the_set_of_keys_is_empty(client):
    assert client.get("/.well-known/innoportal-keys.json").json() == {"keys": [], "pdf_certificates": []}


# Workspace and feed


def test_the_workspace_shows_each_person_what_waits_for_them(client):
    match = MatchFactory(approved=True)
    approver = MembershipFactory(organisation=match.wish.organisation, approver=True).user
    report = stories.heard()
    verifier = UserFactory(verifier=True)
    other = stories.drafted()
    services.hand_to_vendor(other, by=other.trial.engineer)
    vendor = MembershipFactory(organisation=other.trial.match.solution.organisation).user
    trial = stories.running()
    for user, link in (
        (approver, reverse("trials:plan", args=[match.key])),
        (UserFactory(engineer=True), reverse("trials:plan", args=[match.key])),
        (verifier, report.get_absolute_url()),
        (vendor, other.get_absolute_url()),
        (trial.engineer, trial.get_absolute_url()),
    ):
        client.force_login(user)
        assert link in page(client, "workspace")
    client.force_login(UserFactory())
    assert "Nothing waits for you here." in page(client, "workspace")


@pytest.mark.parametrize("count", [1, 5])
def test_the_workspace_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    office = UserFactory(office=True)
    for _number in range(count):
        MatchFactory(approved=True)
        stories.drafted()
    client.force_login(office)
    with django_assert_num_queries(7):  # session, person, memberships, reports, matches, trials, drafts
        page(client, "workspace")


def test_the_feed_lists_published_reports(client):
    report, draft = stories.published(), stories.drafted()
    text = page(client, "feed")
    assert report.reference in text
    assert draft.key not in text


def test_an_upload_of_another_form_does_not_break_the_page(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    url = reverse("trials:measurements", args=[trial.slug])
    assert client.post(url, {"file": io.BytesIO(b"")}).status_code == 422
