"""The version of a report that follows a correction of its record: what it says, signs and shows."""

import io
from decimal import Decimal

import pypdf
import pytest
from django.urls import reverse
from django.utils import timezone, translation

from notifications.models import Notification
from tests.factories import ConfirmationFactory, MembershipFactory, UserFactory
from tests.trials import stories
from tests.trials.test_amendments import agree, ask
from trials import raw_data, services
from trials.models import Report
from trials.proof.payload import Report as SignedReport
from trials.proof.pdf import render_pdf
from trials.proof.shape import Misfit
from trials.services.assigning import signed_parts

pytestmark = pytest.mark.django_db
NAME = "Agrees With Name"


def publish_next(report: Report, verifier=None, **fields) -> Report:
    fresh = stories.amended(report, verifier=verifier, **fields)
    services.hand_to_vendor(fresh, by=report.trial.engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)
    return Report.objects.get(pk=fresh.pk)


def test_the_version_that_follows_says_what_was_corrected_and_signs_both_figures():
    report, verifier = stories.published(), UserFactory(verifier=True, name=NAME)
    fresh = publish_next(report, verifier)
    old, new = (one.envelope["payload"] for one in (report, fresh))
    assert (old["schema"], new["schema"]) == ("innoportal-report/3", "innoportal-report/4")
    [made] = new["amendments"]
    assert (made["kind"], made["asked_by"], made["agreed_by"]["en"]) == (
        "scale",
        "engineer",
        "Agrees With Name",
    )
    assert made["reason"] == {"en": "A wrong meter.", "zh": ""}
    assert made["what"]["en"].startswith("Read as reading × 1.3 + 0: 20 readings of Energy (each sensor)")
    changed = {one["field"]: (one["was"], one["now"]) for one in new["changed"]}
    assert changed["verdict"] == changed["claims[0].verdict"] == ("met", "partly_met")
    for name in ("effect", "low", "high"):
        was, now = (one["claims"][0]["result"][name] for one in (old, new))
        assert changed[f"claims[0].result.{name}"] == (was, now)
    assert set(changed) == {
        "verdict",
        *(f"claims[0].{one}" for one in ("verdict", "result.effect", "result.low", "result.high")),
    }
    report.refresh_from_db()
    assert (report.status, fresh.reference) == (Report.Status.SUPERSEDED, f"{report.reference}-v2")
    assert fresh.previous_hash == report.payload_hash
    assert report.envelope["payload"] == old


def test_nobody_signs_a_figure_before_and_after_that_is_not_in_the_report():
    payload = publish_next(stories.published()).envelope["payload"]
    assert SignedReport.from_dict(payload)
    touched = [
        ({"changed": [payload["changed"][0] | {"now": "met"}]}, "is not what this version says"),
        ({"changed": [payload["changed"][0] | {"was": "partly_met"}]}, "nothing changed"),
        ({"amendments": []}, "names at least one"),
        ({"amendments": [payload["amendments"][0] | {"asked_on": "2199-01-01"}]}, "before it was asked for"),
    ]
    for change, why in touched:
        with pytest.raises(Misfit, match=why):
            SignedReport.from_dict(payload | change)


def test_a_version_without_a_correction_of_the_record_keeps_its_schema():
    report = stories.published()
    fresh = services.erratum(report, by=report.trial.engineer, text_en="A unit was wrong.")
    services.hand_to_vendor(fresh, by=report.trial.engineer)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    stories.sign(fresh)
    fresh.refresh_from_db()
    assert fresh.envelope["payload"]["schema"] == "innoportal-report/3"


def test_the_first_signature_stands_for_the_corrections_too():
    report = stories.published()
    fresh = stories.amended(report)
    assert "amendments" in signed_parts(fresh)
    assert "amendments" not in signed_parts(report)


def test_an_incident_and_money_are_told_beside_what_stood_there():
    report = stories.published()
    agree(ask(report, kind="money", amount=Decimal(98000)))
    given = {"on": timezone.localdate(), "severity": "high", "text_zh": "漏水。", "reason_en": "Missed."}
    fresh = publish_next(report, kind="incident", **given)
    payload = fresh.envelope["payload"]
    assert [one["kind"] for one in payload["amendments"]] == ["money", "incident"]
    changed = {one["field"]: (one["was"], one["now"]) for one in payload["changed"]}
    assert changed == {"money[0].spent": ("0.00", "98000.00"), "incidents": ("0", "1")}
    assert payload["corrects"]["reason"]["en"] == "A wrong meter.\n\nMissed."


def test_the_pages_show_old_and_new_side_by_side(client):
    report = stories.published()
    fresh = publish_next(report)
    text = client.get(fresh.get_absolute_url()).content.decode()
    section = text[text.index('id="corrected"') :]
    assert "<del>Met</del>" in section and "<ins>Partly met</ins>" in section
    assert "Claim 1 · Measured" in section and "agreed to by the verifier" in section
    assert 'id="corrected"' not in client.get(report.get_absolute_url()).content.decode()
    page = client.get(reverse("trials:verify-report", args=[report.slug])).content.decode()
    assert fresh.get_absolute_url() in page
    with translation.override("zh-hant"):
        chinese = client.get(fresh.get_absolute_url()).content.decode()
    assert "更正內容" in chinese and "承諾指標 1 · 實測結果" in chinese


@pytest.mark.parametrize("lang", ["en", "zh-hant"])
def test_the_pdf_says_it_too(lang):
    fresh = publish_next(stories.published())
    drawn = render_pdf(fresh.envelope, lang=lang, verify_url="https://portal.example/verify/R-1")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(drawn)).pages)
    assert ("What was corrected" if lang == "en" else "更正內容") in text


def test_the_register_and_the_badge_follow(client):
    report = stories.published()
    fresh = publish_next(report)
    lines = client.get(reverse("report-register")).json()["reports"]
    states = {one["hash"]: (one["state"], one["by"]) for one in lines}
    assert states[report.payload_hash] == ("superseded", f"{report.reference} v2")
    assert states[fresh.payload_hash] == ("published", "")


def test_who_said_that_they_rely_on_it_hear_that_the_verdict_is_another():
    report = stories.published()
    solution = report.trial.match.solution
    uses, ended = MembershipFactory(), MembershipFactory()
    given = {"solution": solution, "report": report}
    ConfirmationFactory(confirmed=True, organisation=uses.organisation, **given)
    ConfirmationFactory(ended=True, organisation=ended.organisation, **given)
    fresh = publish_next(report)
    told = Notification.objects.filter(template="trials/mail/superseded")
    assert {one.recipient for one in told} == {uses.user}
    first = told.order_by("pk").first()
    said = first.context
    assert (said["old"], said["is_changed"]) == (report.reference, True)
    assert (said["was"]["en"], said["now"]["en"], said["now"]["zh"]) == ("Met", "Partly met", "部分達標")
    assert first.url.endswith(fresh.get_absolute_url())


def test_verifiers_without_a_tie_are_asked_and_who_asked_hears_why_not():
    report = stories.published()
    free = UserFactory(verifier=True)
    vendor = report.trial.match.solution.organisation
    tied = MembershipFactory(user=UserFactory(verifier=True), organisation=vendor).user
    made = ask(report)
    asked = Notification.objects.filter(template="trials/mail/amendment_wanted")
    readers = {one.recipient for one in asked}
    assert free in readers and tied not in readers
    services.decline_amendment(made, by=free, reason="No certificate.")
    told = Notification.objects.filter(template="trials/mail/amendment_declined")
    assert {one.recipient for one in told} == {report.trial.engineer}


def test_what_was_computed_of_the_old_version_stays_and_the_new_one_says_how_it_reads():
    report = stories.published()
    old = raw_data.analysis(report)
    fresh = publish_next(report)
    report.refresh_from_db()
    assert raw_data.analysis(report) == old
    assert raw_data.analysis(fresh)["claims"][0]["verdict"] == "partly_met"
    made = {form: {"bytes": 1, "sha256": "0" * 64} for form in raw_data.FORMS}
    assert "corrections" not in raw_data.dictionary(report, made)
    [one] = raw_data.dictionary(fresh, made)["corrections"]
    assert (one["kind"], one["factor"], one["offset"]) == ("scale", "1.30000000", "0.00000000")
