"""The pages on which a report is written, and those that show it."""

import html
import json
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from innoportal.lib.writing.answers import digests
from tests.trials import stories
from tests.trials.proof import sample
from trials import services
from trials.models import SECTIONS, Benefit, Report
from trials.services.facts import facts

pytestmark = pytest.mark.django_db

COSTS = {
    "per_year": Decimal(10_000),
    "unit": "kWh",
    "price": Decimal("1.5"),
    "running_cost": Decimal(500),
    "outlay": Decimal(8_000),
    "basis_en": "Meters of last year.",
}


def edit(report, **prose):
    return services.update_report(report, by=report.trial.engineer, **prose)


def post(client, report, name="report-edit", htmx=False, **data):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(reverse(f"trials:{name}", args=[report.slug]), data, headers=headers)


@pytest.fixture
def draft(client):
    report = stories.drafted()
    client.force_login(report.trial.engineer)
    return report


def test_the_editor_shows_both_languages_of_every_section_and_the_names_of_the_figures(client, draft):
    text = client.get(reverse("trials:report-edit", args=[draft.slug])).content.decode()
    for section in SECTIONS:
        assert f'name="{section}_en"' in text
        assert f'name="{section}_zh"' in text
        assert f'name="again" value="{section}"' in text
    assert "{claim 1 effect}" in text
    assert "29.98" in text


def test_a_name_that_is_unknown_is_an_error_at_its_field_and_what_was_typed_stays(client, draft):
    answer = post(client, draft, results_en="Saved {claim 7 effect} in all.", site_en="A quiet room.")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The record has no figure named {claim 7 effect}." in text
    assert "Saved {claim 7 effect} in all." in text
    assert "A quiet room." in text
    assert "A quiet room." not in Report.objects.get(pk=draft.pk).site_en


def test_it_saves_itself_and_leaves_out_only_what_is_wrong(client, draft):
    answer = post(client, draft, htmx=True, results_en="{nothing}", site_en="A quiet room.")
    assert "The record has no figure named {nothing}." in answer.content.decode()
    row = Report.objects.get(pk=draft.pk)
    assert row.site_en == "A quiet room."
    assert row.results_en == draft.results_en
    assert "Saved at" in post(client, draft, htmx=True, results_en="Well.").content.decode()
    assert Report.objects.get(pk=draft.pk).results_en == "Well."


def test_a_section_that_the_page_did_not_send_stays(client, draft):
    assert post(client, draft, site_en="A quiet room.").status_code == 302
    row = Report.objects.get(pk=draft.pk)
    assert (row.site_en, row.summary_en, row.valid_years) == ("A quiet room.", draft.summary_en, 3)
    post(client, draft, valid_years="5")
    assert Report.objects.get(pk=draft.pk).valid_years == 5
    assert post(client, draft, valid_years="99").status_code == 422


def test_what_somebody_else_saved_is_shown_beside_what_was_typed_and_saving_again_decides(client, draft):
    seen = json.dumps(digests({"site_en": draft.site_en}, ["site_en"]))
    edit(draft, site_en="By somebody else.")
    asked = {"site_en": "By me.", "seen": seen}
    assert "Nothing is overwritten" in post(client, draft, htmx=True, **asked).content.decode()
    answer = post(client, draft, **asked)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "By somebody else." in text
    assert "By me." in text
    assert Report.objects.get(pk=draft.pk).site_en == "By somebody else."
    fresh = html.unescape(re.search(r'id="seen" value="([^"]*)"', text)[1])
    assert post(client, draft, site_en="By me.", seen=fresh).status_code == 302
    assert Report.objects.get(pk=draft.pk).site_en == "By me."


def test_writing_again_asks_where_somebody_wrote_and_shows_both(client, draft):
    answer = post(client, draft, again="limits", limits_en="One room in autumn.")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "One room in autumn." in text
    assert f"One venue, {facts(draft)['days'].en} of trial" in text  # two days, or one late in the evening
    assert Report.objects.get(pk=draft.pk).limits_en == "One room in autumn."
    post(client, draft, again="limits", sure="1")
    assert Report.objects.get(pk=draft.pk).limits_en == draft.limits_en
    assert post(client, draft, again="verdict").status_code == 404


def test_the_editor_says_what_the_record_has_otherwise_and_which_figures_were_typed(client, draft):
    edit(draft, results_en="It saved 31 %.")
    services.log(
        draft.trial, by=draft.trial.engineer, kind="incident", severity="low", on=timezone.localdate(),
        text_en="A fuse blew.",
    )  # fmt: skip
    text = client.get(reverse("trials:report-edit", args=[draft.slug])).content.decode()
    assert "Typed by hand: 31 %." in text
    assert "the report cannot go to the vendor" in text
    assert text.count("The record says otherwise now") == 2


def test_a_report_that_is_no_draft_any_more_is_not_edited(client, draft):
    services.hand_to_vendor(draft, by=draft.trial.engineer)
    for name in ("report-edit", "report-benefit"):
        assert client.get(reverse(f"trials:{name}", args=[draft.slug])).status_code == 302
        assert post(client, draft, name=name, site_en="Late.").status_code == 302
    assert "Only a draft can be edited." in post(client, draft, htmx=True, site_en="Late.").content.decode()
    assert Report.objects.get(pk=draft.pk).site_en == draft.site_en


def test_who_was_signed_out_is_told_and_the_page_keeps_the_words(client, draft):
    client.logout()
    answer = post(client, draft, htmx=True, site_en="Late.")
    assert (answer.status_code, "You are signed out" in answer.content.decode()) == (200, True)
    assert Report.objects.get(pk=draft.pk).site_en == draft.site_en


def seen_of(draft, *names):
    return json.dumps(digests({name: getattr(draft, name) for name in names}, names))


def test_only_what_was_changed_is_carried_through_a_sign_in_and_is_saved_when_it_is_sent(client, draft):
    client.logout()
    url = reverse("trials:report-edit", args=[draft.slug])
    sent = {"site_en": "Late.", "need_en": draft.need_en, "seen": seen_of(draft, "site_en", "need_en")}
    answer = post(client, draft, **sent)
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={url}")
    assert client.session["unsent"]["answers"] == {"site_en": "Late."}
    client.force_login(draft.trial.engineer)
    text = client.get(url).content.decode()
    assert "Here is what you typed before you signed in" in text
    assert ">\nLate.</textarea>" in text
    assert draft.need_en.splitlines()[0] in html.unescape(text)
    assert Report.objects.get(pk=draft.pk).site_en == draft.site_en
    assert post(client, draft, **sent).status_code == 302
    assert Report.objects.get(pk=draft.pk).site_en == "Late."
    assert "Here is what you typed" not in client.get(url).content.decode()


def test_what_is_too_long_to_be_carried_is_shown_and_nothing_of_the_report_with_it(client, draft):
    client.logout()
    answer = post(client, draft, site_en="Late words. " * 5001)
    text = answer.content.decode()
    assert (answer.status_code, text.count("Late words.")) == (403, 5001)
    assert str(draft.trial.title) not in text
    assert "unsent" not in client.session


def test_what_comes_without_the_token_of_the_page_is_kept_in_it_and_not_saved(draft):
    client = Client(enforce_csrf_checks=True)
    client.force_login(draft.trial.engineer)
    answer = post(client, draft, site_en="Late.")
    text = answer.content.decode()
    assert (answer.status_code, "press Save again" in text) == (403, True)
    assert ">\nLate.</textarea>" in text
    assert 'id="token"' in post(client, draft, htmx=True, site_en="Late.").content.decode()
    assert "keeps no cookies" in post(client, draft, htmx=True, renewed="1").content.decode()
    assert post(client, draft, again="site", sure="1").status_code == 403
    assert Report.objects.get(pk=draft.pk).site_en == draft.site_en


def test_money_is_entered_once_and_the_page_computes_the_rest(client, draft):
    claim = draft.trial.claims.get()
    sent = {"claim": claim.pk, "per_year": "10000", "unit": "kWh", "price": "1.5", "outlay": "8000"}
    answer = post(client, draft, name="report-benefit", **sent)
    assert answer.status_code == 422
    assert "Say where these figures come from" in answer.content.decode()
    assert 'value="8000"' in answer.content.decode()
    assert post(client, draft, name="report-benefit", **sent, basis_en="Bills.").status_code == 302
    row = Benefit.objects.get()
    assert (row.outlay, row.running_cost, row.entered_by) == (8000, 0, draft.trial.engineer)
    post(client, draft, name="report-benefit", **sent | {"outlay": "9000"}, basis_en="Bills.")
    assert Benefit.objects.get().outlay == 9000
    text = client.get(reverse("trials:report-edit", args=[draft.slug])).content.decode()
    assert "{payback}" in text
    assert "{yearly saving}" in text


def test_the_page_of_a_draft_reads_with_its_figures(client, draft):
    text = client.get(draft.get_absolute_url()).content.decode()
    assert "It cut energy by 29.98\u00a0%" in text
    assert "{claim" not in text
    assert "Validity and conditions of use" in text


def test_a_report_signed_before_there_were_sections_still_has_its_page(client):
    report = stories.published()
    older = sample.envelope()
    fields = {name: getattr(report, name) for name in ("verifier", "published_at", "trial", "verdict")}
    row = Report.objects.create(
        **fields, version=9, status="published", reference="R-2019-0009", envelope=older,
        payload_hash=older["hash"], previous_hash="ab" * 32, created_by=report.created_by,
    )  # fmt: skip
    text = client.get(row.get_absolute_url()).content.decode()
    assert "The summer peak was not measured." in text
    assert "Validity and conditions of use" not in text
    assert client.get(reverse("trials:report-pdf", args=[row.slug])).content[:5] == b"%PDF-"


def test_the_page_of_a_signed_report_has_every_section(client):
    report = stories.drafted()
    services.enter_benefit(report, by=report.trial.engineer, claim=report.trial.claims.get(), **COSTS)
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=report.trial.engineer, text="We agree.")
    stories.sign(report)
    for language, titles in (
        ("en", ("The need", "What users say", "Cost and benefit", "Payback", "Valid until")),
        ("zh-hant", ("需要", "用戶意見", "成本效益", "回本期", "有效期至")),
    ):
        with translation.override(language):
            text = client.get(report.get_absolute_url()).content.decode()
        for title in titles:
            assert title in text, title
