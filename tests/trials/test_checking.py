"""The page where anyone checks a report: by a file or by a number, in each state that a report can be in."""

import hashlib
import io
import json

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from tests.factories import UserFactory
from tests.trials import stories
from trials import keys, services
from trials.checked import FINDINGS, OUTCOMES
from trials.places import place_said
from trials.proof.canonical import canonical
from trials.proof.judge import SENTENCES
from trials.proof.signing import new_key, sign, statement

pytestmark = pytest.mark.django_db


def check(client, data, name="report.json", status=200):
    response = client.post(reverse("trials:verify"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == status
    return response.content.decode()


def of(client, report, kind="json"):
    return client.get(reverse(f"trials:report-{kind}", args=[report.slug])).content


def test_a_true_file_is_valid_as_json_and_as_pdf(client):
    report = stories.published()
    for kind in ("json", "pdf"):
        text = check(client, of(client, report, kind), f"report.{kind}")
        assert "Valid</h2>" in text
        assert "lists it as published and in force" in text
        assert report.get_absolute_url() in text
        assert f"Your file: report.{kind}" in text
    assert "seal of the PDF is whole" in text
    assert "drawn again from the signed data and are the same" in text


def test_an_altered_value_is_named_with_what_was_published(client):
    report = stories.published()
    data = json.loads(of(client, report))
    data["payload"]["claims"][0]["target"] = "99"
    text = check(client, canonical(data))
    assert "Altered</h2>" in text
    assert "Claim 1: Target<br>" in text
    assert "claims[0].target" in text
    assert "was changed</li>" not in text  # the table says it
    assert '<td class="govuk-table__cell">99</td><td class="govuk-table__cell">15</td>' in text


@pytest.mark.parametrize("known", [True, False])
def test_a_forger_who_signed_anew_is_told_where_he_differs_from_what_was_published(client, known):
    report = stories.published()
    payload = report.envelope["payload"] | {"verdict": "not_met"}
    forged = sign(payload, new_key())
    if known:
        said = statement(payload, report.envelope["key_id"])
        forged = said | {"payload": payload, "signature": report.envelope["signature"]}
    text = check(client, canonical(forged))
    assert ("Altered</h2>" if known else "Unknown key</h2>") in text
    assert '<code class="ip-small">verdict</code>' in text
    assert report.get_absolute_url() in text


def test_a_report_that_was_replaced_and_one_that_was_withdrawn_are_told_so(client):
    old = stories.published()
    data = {kind: of(client, old, kind) for kind in ("json", "pdf")}
    fresh = services.erratum(old, by=old.trial.engineer, text_en="A meter was read wrongly.")
    services.hand_to_vendor(fresh, by=fresh.trial.engineer)
    services.comment(fresh, by=UserFactory(), text="Yes.")
    stories.sign(fresh)
    for kind in data:
        text = check(client, data[kind])
        assert "True copy, but replaced</h2>" in text
        assert old.get_absolute_url() in text
    services.withdraw_report(fresh, by=UserFactory(office=True), reason="The trial is repeated.")
    text = check(client, of(client, fresh))
    assert "True copy, but withdrawn</h2>" in text
    page = client.get(reverse("trials:verify-report", args=[fresh.slug])).content.decode()
    assert "True copy, but withdrawn</h2>" in page
    page = client.get(reverse("trials:verify-report", args=[old.slug])).content.decode()
    assert "True copy, but replaced</h2>" in page


def test_the_register_says_the_same_and_is_served_outside_the_languages(client):
    first = stories.published()
    second = stories.published()
    services.withdraw_report(second, by=UserFactory(office=True), reason="A meter was wrong.")
    response = client.get("/.well-known/innoportal-register.json")
    assert response["Access-Control-Allow-Origin"] == "*"
    said = response.json()
    assert [(one["hash"], one["state"], one["reason"]) for one in said["reports"]] == [
        (first.payload_hash, "published", ""),
        (second.payload_hash, "withdrawn", "A meter was wrong."),
    ]
    assert said["reports"][1]["previous_hash"] == first.payload_hash


@pytest.mark.parametrize("count", [1, 5])
def test_the_register_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    for _number in range(count):
        services.withdraw_report(stories.published(), by=UserFactory(office=True), reason="Repeated.")
    with django_assert_num_queries(4):  # reports, journal, newest versions, corrections
        assert len(client.get(reverse("report-register")).json()["reports"]) == count


def test_a_report_of_our_key_that_was_never_published_is_not_ours(client):
    report = stories.published()
    payload = report.envelope["payload"] | {"reference": "R-2020-9999", "verdict": "met"}
    assert "Not ours</h2>" in check(client, canonical(sign(payload, keys.signing_key())))


def test_a_report_of_a_revoked_key_is_valid_here_only_if_it_was_published_here(client):
    report = stories.published()
    stolen = keys.signing_key()
    keys.revoke(report.envelope["key_id"], reason="Copied.")
    text = check(client, canonical(report.envelope))
    assert "Valid</h2>" in text
    assert "from before the key was revoked" in text
    forged = sign(report.envelope["payload"] | {"verdict": "not_met"}, stolen)
    assert "Key revoked</h2>" in check(client, canonical(forged))


BAD = {
    "empty.json": (b"", 422, "empty"),
    "page.html": (b"<html>", 200, "Cannot be checked</h2>"),
    "broken.pdf": (b"%PDF-1.7 broken", 200, "Cannot be checked</h2>"),
    "list.json": (b"[]", 200, "Not ours</h2>"),
    "other.json": (b'{"invoice":7}', 200, "Not ours</h2>"),
    "twice.json": (b'{"a":1,"a":2}', 200, "stands twice in one object"),
    "noise.bin": (bytes(range(256)) * 9, 200, "Cannot be checked</h2>"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_a_clear_answer(client, name):
    data, status, said = BAD[name]
    assert said in check(client, data, name, status)


def test_a_pdf_of_others_is_not_ours(client):
    out = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(out)
    assert "Not ours</h2>" in check(client, out.getvalue(), "invoice.pdf")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client, monkeypatch):
    monkeypatch.setattr("trials.checking_forms.MAX_PDF", 10)
    assert "larger than 40 MB" in check(client, b"x" * 11, status=422)


def test_too_many_checks_from_one_place_are_refused(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"verify_report": "2/h/ip"}
    for _time in range(2):
        check(client, b"{}")
    assert "Too many files were checked from here." in check(client, b"{}", status=429)


@pytest.mark.parametrize("written", ["{}", " {} ", "lower {}"])
def test_a_number_leads_to_the_page_of_its_report(client, written):
    report = stories.published()
    asked = written.replace("lower {}", report.reference.lower()).format(report.reference)
    response = client.get(reverse("trials:verify"), {"number": asked})
    assert response["Location"] == reverse("trials:verify-report", args=[report.slug])


def test_a_hash_leads_there_too_and_what_is_not_published_leads_nowhere(client):
    report, draft = stories.published(), stories.heard()
    response = client.get(reverse("trials:verify"), {"number": report.payload_hash.upper()})
    assert response["Location"] == reverse("trials:verify-report", args=[report.slug])
    for asked in ("R-1999-0001", draft.key, "", "x" * 81):
        response = client.get(reverse("trials:verify"), {"number": asked})
        assert response.status_code == 404
        assert 'id="error-summary' in response.content.decode() or "error" in response.content.decode()


def test_the_program_is_downloaded_with_the_digest_that_the_page_gives(client):
    response = client.get(reverse("trials:verifier"))
    digest = hashlib.sha256(response.content).hexdigest()
    assert digest in client.get(reverse("trials:verify")).content.decode().replace("<wbr>", "")
    assert response["Content-Disposition"] == 'attachment; filename="innoportal-verify.pyz"'


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_every_outcome_and_finding_has_its_words_in_chinese(language):
    with translation.override("en"):
        english = [str(one) for one in words()]
    with translation.override(language):
        chinese = [str(one) for one in words()]
    assert [one for one, other in zip(chinese, english, strict=True) if one == other] == []


def words():
    return [*(text for row in OUTCOMES.values() for text in (row[0], row[3])), *FINDINGS.values()]


def test_every_status_of_the_check_has_an_outcome():
    assert set(SENTENCES) <= set(OUTCOMES)


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        (("claims", 0, "target"), "Claim 1: Target", "承諾指標 1：目標"),
        (("claims", 1, "result", "effect"), "Claim 2: Measured", "承諾指標 2：實測結果"),
        (("verdict",), "Overall verdict", "整體結論"),
        (("previous_hash",), "Report before this one", "上一份報告"),
        (("schema",), "", ""),
        (("series", 0, "trial", 3, "value"), "What was measured 1: Field trial", "量度數據 1：實地試驗"),
    ],
)
def test_a_place_is_said_in_the_words_of_the_report(path, english, chinese):
    assert (place_said(path, "en"), place_said(path, "zh-hant")) == (english, chinese)
