"""A wording of a published report is put right beside it; a figure never is."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications.models import Notification
from tests.factories import MembershipFactory, UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import keys, services
from trials.models import Erratum, Report
from trials.proof.errata import TYPE, telling
from trials.proof.offline import verify_offline
from trials.proof.register import load_register
from trials.proof.signing import sign, to_bytes
from trials.services.correcting import put_right as right_words

pytestmark = pytest.mark.django_db


def word_of(report, section="limits"):
    """One that stands in the section as it was signed, and tells of no figure."""
    text = report.envelope["payload"][section]["en"]
    return next(word for word in text.split() if word.isalpha() and len(word) > 4 and not telling(word))


def put_right(report, now="Otherwise", **words):
    said = {"was_en": word_of(report), "now_en": now, "text_en": "A slip of the pen.", **words}
    return services.correct(report, by=report.trial.engineer, section="limits", **said)


def bundle(client, report):
    return client.get(reverse("trials:report-with-errata", args=[report.slug])).content


def check(client, data):
    given = {"file": SimpleUploadedFile("report.json", data)}
    return client.post(reverse("trials:verify"), given).content.decode()


def test_a_correction_is_numbered_dated_signed_and_told():
    report = stories.published()
    vendor = MembershipFactory(organisation=report.trial.match.solution.organisation).user
    first, second = put_right(report), put_right(report, now="Elsewise")
    payloads = [row.envelope["payload"] for row in (first, second)]
    assert [(one["number"], one["previous_hash"]) for one in payloads] == [
        (1, None),
        (2, first.envelope["hash"]),
    ]
    assert {one["report_hash"] for one in payloads} == {report.payload_hash}
    assert first.written_at <= second.written_at
    assert first.envelope["key_id"] == report.envelope["key_id"]
    report.refresh_from_db()
    assert (report.status, Report.objects.count()) == (Report.Status.PUBLISHED, 1)
    said = Entry.objects.about(report).filter(verb="correct").in_order()
    assert [one.details for one in said] == [
        {"number": 1, "hash": first.envelope["hash"]},
        {"number": 2, "hash": second.envelope["hash"]},
    ]
    mails = Notification.objects.inbox(vendor).filter(template="trials/mail/wording_corrected")
    assert mails.count() == 2


@pytest.mark.parametrize(
    ("words", "field", "why"),
    [
        ({"now_en": "18 kWh"}, "now_en", "changes a figure"),
        ({"now_en": ""}, None, ""),  # words may fall away
        ({"was_en": "Nobody wrote this"}, "was_en", "do not stand"),
        ({"was_en": "", "now_en": ""}, "was_en", "Copy the words"),
        ({"was_zh": "", "now_zh": "新"}, "was_zh", "Copy the words"),
        ({"text_en": " "}, "text_en", "Say what is wrong"),
    ],
)
def test_what_is_refused_and_what_is_not(words, field, why):
    report = stories.published()
    if field is None:
        assert put_right(report, **words).number == 1
        return
    with pytest.raises(ValidationError) as refused:
        put_right(report, **words)
    assert list(refused.value.message_dict) == [field]
    assert why in refused.value.message_dict[field][0]
    assert not Erratum.objects.exists()


def test_a_figure_of_the_report_is_never_put_right():
    report = stories.published()
    summary = report.envelope["payload"]["summary"]["en"]
    figure = next(word for word in summary.split() if word[0].isdigit())
    with pytest.raises(ValidationError, match="a new version is made"):
        services.correct(
            report, by=report.trial.engineer, section="summary", was_en=figure, now_en="99", text_en="Wrong."
        )


def test_only_the_version_in_force_is_put_right_and_not_while_a_new_one_is_made():
    report = stories.published()
    services.erratum(report, by=report.trial.engineer, text_en="A unit was wrong.")
    with pytest.raises(IllegalTransition, match="on its way"):
        put_right(report)
    gone = stories.published()
    services.withdraw_report(gone, by=UserFactory(office=True), reason="A wrong meter.")
    with pytest.raises(IllegalTransition, match="Only a published"):
        put_right(gone)


def test_the_version_that_follows_has_the_words_put_right():
    report = stories.published()
    Report.objects.filter(pk=report.pk).exists()
    put_right(report, now="Unmistakably")
    fresh = services.erratum(report, by=report.trial.engineer, text_en="A unit was wrong.")
    assert "Unmistakably" in fresh.limits_en
    assert "Unmistakably" not in Report.objects.get(pk=report.pk).limits_en


def test_of_two_at_once_each_has_its_number(committed):
    report = stories.published()
    word, engineer = word_of(report), report.trial.engineer
    given = {"section": "limits", "was_en": word, "text_en": "A slip."}
    rows = [Report.objects.get(pk=report.pk) for _one in range(2)]
    found = at_once(
        *(lambda row=row: services.correct(row, by=engineer, now_en="Otherwise", **given) for row in rows)
    )
    assert sorted(one.number for one in found) == [1, 2]


def test_what_was_signed_stays_as_it_is():
    row = put_right(stories.published())
    with pytest.raises(DatabaseError), transaction.atomic():
        Erratum.objects.filter(pk=row.pk).update(text_en="Nothing was wrong.")


def test_everyone_reads_and_checks_it(client):
    report = stories.published()
    row = put_right(report)
    text = client.get(report.get_absolute_url()).content.decode()
    assert text.index("Correction 1, of ") < text.index("Claims and results")
    assert "<ins>Otherwise</ins>" in text
    assert reverse("trials:report-with-errata", args=[report.slug]) in text
    said = client.get(f"/api/v1/reports/{report.reference}/").json()
    assert said["errata"] == [row.envelope]
    page = client.get(reverse("trials:verify-report", args=[report.slug])).content.decode()
    assert "Correction 1 is whole, and belongs to this report." in page
    whole = bundle(client, report)
    assert "Valid</h2>" in check(client, whole)
    assert verify_offline(whole, keys.public_keys(), ()).status == "genuine"
    assert "1 correction was published that this file does not carry." in check(
        client, to_bytes(report.envelope)
    )
    assert "does not carry" not in check(client, whole)


def test_the_register_lists_it_beneath_its_report_with_its_address(client):
    report, other = stories.published(), stories.published()
    row = put_right(report)
    Erratum.objects.create(report=report, written_by=row.written_by, text_en="A new version comes.")
    path = reverse("trials:verify-report", args=[report.slug])
    document = client.get(reverse("report-register"), headers={"Accept-Language": "zh-HK"}).json()
    assert {one["hash"]: one["errata"] for one in document["reports"]} == {
        report.payload_hash: [
            {
                "number": 1,
                "hash": row.envelope["hash"],
                "published_at": row.envelope["payload"]["published_at"],
                "url": f"{settings.SITE_URL}{path}#correction-1",
            }
        ],
        other.payload_hash: [],
    }
    register = load_register(document, keys.public_keys())
    alone, whole = to_bytes(report.envelope), bundle(client, report)
    found = verify_offline(alone, keys.public_keys(), (), register)
    assert [one.code for one in found.findings] == ["in_register", "lacks_correction"]
    found = verify_offline(whole, keys.public_keys(), (), register)
    assert [one.code for one in found.findings] == ["corrected", "in_register"]
    page = client.get(document["reports"][0]["errata"][0]["url"].removeprefix(settings.SITE_URL))
    assert 'id="correction-1"' in page.content.decode()


def test_a_correction_signed_with_our_key_that_was_never_published_is_not_ours(client):
    report = stories.published()
    put_right(report)
    value = json.loads(bundle(client, report))
    forged = value["errata"][0]["payload"] | {"number": 2, "previous_hash": value["errata"][0]["hash"]}
    value["errata"].append(sign(forged, keys.signing_key(), TYPE))
    text = check(client, to_bytes(value))
    assert "Not ours</h2>" in text
    assert "This portal&#x27;s register does not hold one of its corrections." in text


def test_a_correction_that_was_touched_is_named_everywhere(client):
    report = stories.published()
    put_right(report)
    value = json.loads(bundle(client, report))
    value["errata"][0]["payload"]["now"]["en"] = "Elsewhere"
    text = check(client, to_bytes(value))
    assert "Altered</h2>" in text
    assert "errata[0].now.en was changed" in text
    assert verify_offline(to_bytes(value), keys.public_keys(), ()).changed[0] == "errata[0].now.en"


def test_a_stored_correction_that_does_not_fit_is_told_on_the_page(client):
    report = stories.published()
    row = put_right(report)
    envelope = row.envelope | {"payload": row.envelope["payload"] | {"number": 3}}
    Erratum.objects.create(
        report=report, written_by=row.written_by, text_en="Forged.", number=2, envelope=envelope
    )
    page = client.get(reverse("trials:verify-report", args=[report.slug])).content.decode()
    assert "Correction 1 is whole" in page
    assert "Correction 2 is not as it was signed." in page


def test_the_form_keeps_what_was_typed_when_a_figure_is_refused(client):
    report = stories.published()
    client.force_login(report.trial.engineer)
    given = {"section": "limits", "was_en": word_of(report), "now_en": "18 kWh", "text_en": "Unheard of."}
    response = client.post(reverse("trials:report-correct", args=[report.slug]), given)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Unheard of." in text and "This changes a figure" in text
    response = client.post(
        reverse("trials:report-correct", args=[report.slug]), given | {"now_en": "Otherwise"}, follow=True
    )
    assert "The correction is signed" in response.content.decode()


@pytest.mark.parametrize("count", [1, 5])
def test_the_interface_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    for _number in range(count):
        put_right(stories.published())
    with django_assert_num_queries(3):  # count, reports with why they were withdrawn, their corrections
        assert len(client.get("/api/v1/reports/").json()["results"]) == count


def test_what_was_put_right_twice_reads_in_the_version_that_follows_as_it_was_put_right_last():
    report = stories.published()
    word = word_of(report)
    put_right(report, now="Mistyped")
    put_right(report, now="Unmistakably")
    fresh = services.erratum(report, by=report.trial.engineer, text_en="A unit was wrong.")
    assert fresh.limits_en == report.limits_en.replace(word, "Unmistakably", 1)


def test_words_that_stand_twice_are_put_right_one_after_the_other():
    report = stories.drafted()
    services.update_report(report, by=report.trial.engineer, limits_en="The metre near the other metre.")
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=UserFactory(), text="We agree.")
    stories.sign(report)
    read = []
    for now in ("meter", "meters", "gauges"):
        put_right(report, was_en="metre", now_en=now)
        read.append(right_words(report)["limits_en"])
    assert read == [
        "The meter near the other metre.",
        "The meter near the other meters.",
        "The meter near the other gauges.",
    ]


def test_nothing_is_signed_that_changes_nothing():
    report = stories.published()
    with pytest.raises(ValidationError, match="Nothing is changed"):
        put_right(report, now=word_of(report))
    assert not Erratum.objects.exists()


def test_a_clock_that_was_set_back_dates_none_before_what_it_follows(time_machine):
    report = stories.published()
    time_machine.move_to(report.published_at - timedelta(days=2), tick=False)
    assert put_right(report).written_at == report.published_at
    time_machine.move_to(report.published_at + timedelta(days=2), tick=False)
    later = put_right(report, now="Elsewise")
    time_machine.move_to(report.published_at + timedelta(days=1), tick=False)
    assert put_right(report, now="Again").written_at == later.written_at


def test_a_version_under_way_of_another_trial_holds_nothing_up():
    report, other = stories.published(), stories.published()
    services.erratum(other, by=other.trial.engineer, text_en="A unit was wrong.")
    assert put_right(report).number == 1
    assert services.erratum(report, by=report.trial.engineer, text_en="One, too.").version == 2
