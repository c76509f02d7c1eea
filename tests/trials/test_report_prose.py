"""The draft of a report: written from the record, edited by a person, its figures the record's."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from journal.models import Entry
from journal.workflow import IllegalTransition
from tests.factories import (
    CoAuthorFactory,
    OrganisationFactory,
    SurveyFactory,
    SurveyQuestionFactory,
    VoiceFactory,
)
from tests.trials import stories
from trials import services
from trials.models import SECTIONS, Benefit, Report
from trials.proof.payload import FullReport
from trials.services.facts import facts
from trials.services.prose import since_drafted, told, typed_in

pytestmark = pytest.mark.django_db

NOISE = {
    "statement_en": "Noise stays at or below 45 dB.",
    "statement_zh": "噪音不高於 45 dB。",
    "metric": "noise",
    "unit": "dB",
    "direction": "at_most",
    "target": "45",
    "method": "threshold",
}
VOICES = {
    "statement_en": "60 % would keep it.",
    "metric": "answers",
    "unit": "answers",
    "direction": "at_least",
    "target": "60",
    "method": "acceptance",
}
COSTS = {
    "per_year": Decimal(10_000),
    "unit": "kWh",
    "price": Decimal("1.5"),
    "running_cost": Decimal(500),
    "outlay": Decimal(8_000),
    "basis_en": "Meters of last year.",
}


def answers(given):
    lines, first = ["metric,at,phase,value"], timezone.now().replace(microsecond=0)
    lines += [
        f"answers,{(first - timezone.timedelta(minutes=n + 1)).isoformat()},trial,{value}"
        for n, value in enumerate(given)
    ]
    return "\n".join(lines)


def edit(report, **prose):
    return services.update_report(report, by=report.trial.engineer, **prose)


def test_every_section_is_drafted_from_the_record_in_both_languages():
    report = stories.drafted(claims=[stories.ENERGY, NOISE], readings=both_metrics())
    for section in SECTIONS:
        text = told(report, section, facts(report))
        assert text.en, section
        assert text.zh or section in ("need", "solution"), section
        assert "{" not in text.en + text.zh, section
    assert "promised" not in report.summary_en
    summary = told(report, "summary", facts(report))
    assert "It cut energy by 29.98\u00a0% (95\u00a0% interval 29.57 to 30.38\u00a0%)" in summary.en
    assert "the claim was 15\u00a0% or more: met." in summary.en
    assert "The average of noise was 40.07\u00a0dB" in summary.en
    assert "實測減少 29.98%（95% 置信區間為 29.57 至 30.38%），承諾為 15% 或以上，結論：達標" in summary.zh
    assert "{claim 1 change}" in report.summary_en


def both_metrics():
    return stories.csv_of() + "\n" + stories.csv_of("noise", trial=40).partition("\n")[2]


def test_a_claim_that_came_out_the_other_way_is_said_so():
    report = stories.drafted(readings=stories.csv_of(trial=120))
    summary = told(report, "summary", facts(report)).en
    assert "Contrary to the claim, the change of energy in the promised direction was −19.9" in summary
    assert "It cut" not in summary


def test_need_and_solution_are_those_of_the_wish_and_the_solution_and_their_braces_mean_nothing():
    trial = stories.measured()
    wish = trial.match.wish
    type(wish).objects.filter(pk=wish.pk).update(need_en="Lifts {claim 1 effect} {fail}.")
    report = services.draft_report(type(trial).objects.get(pk=trial.pk), by=trial.engineer)
    assert told(report, "need", facts(report)).en.startswith("Lifts {claim 1 effect} {fail}.")
    edit(report, summary_en=report.summary_en, limits_en="One room.")


@pytest.mark.parametrize("typed", ["It saved {claim 2 effect}.", "It saved {claim 1 savings}.", "{payback}"])
def test_a_figure_that_the_record_does_not_have_is_refused_by_its_name(typed):
    report = stories.drafted()
    with pytest.raises(ValidationError) as refused:
        edit(report, results_en=typed)
    name = typed[typed.index("{") : typed.index("}") + 1]
    assert list(refused.value.message_dict) == ["results_en"]
    assert f"The record has no figure named {name}." in refused.value.message_dict["results_en"][0]
    report.refresh_from_db()
    assert typed not in report.results_en


@pytest.mark.parametrize("column", ["summary_en", "summary_zh", "results_en", "voices_en", "benefit_zh"])
def test_a_typed_result_keeps_a_report_from_the_vendor_and_one_of_the_record_does_not(column):
    report = stories.drafted()
    edit(report, **{column: "It saved 31 %."})
    assert typed_in(report) == {column: ["31 %"]}
    with pytest.raises(ValidationError, match=r"31 % was typed. Name the record's figure"):
        services.hand_to_vendor(report, by=report.trial.engineer)
    assert Report.objects.get(pk=report.pk).status == "draft"
    edit(report, **{column: "It saved {claim 1 effect}."})
    services.hand_to_vendor(report, by=report.trial.engineer)


def test_where_no_result_is_told_a_typed_share_is_flagged_and_not_refused():
    report = stories.drafted()
    edit(report, suits_en="Sites above 40 % load.")
    assert typed_in(report) == {"suits_en": ["40 %"]}
    services.hand_to_vendor(report, by=report.trial.engineer)


def test_what_is_signed_has_the_figures_that_were_signed_first():
    """Not those of the moment of signing: two people sign one report, so what comes later goes back first."""
    report = stories.drafted()
    edit(report, results_en="Saved: {claim 1 effect}, {{as said}}.", conditions_zh="{validity}內可供引用。")
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=report.trial.engineer, text="We agree.")
    stories.sign(report)
    signed = FullReport.from_dict(report.envelope["payload"])
    assert signed.prose.results.en == "Saved: 29.98\u00a0%, {as said}."
    assert signed.prose.conditions.zh == "3 年內可供引用。"
    assert (
        signed.valid_until
        == timezone.localdate(report.published_at)
        .replace(year=timezone.localdate(report.published_at).year + 3)
        .isoformat()
    )


@pytest.mark.parametrize("column", ["need_en", "conditions_zh", "valid_years"])
def test_the_words_of_a_signed_report_cannot_be_changed_by_anyone(column):
    report = stories.published()
    value = 9 if column == "valid_years" else "Other words."
    with pytest.raises(DatabaseError, match="a signed report cannot be changed"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**{column: value})


def test_a_correction_begins_with_all_words_of_the_report_that_it_corrects():
    report = stories.drafted()
    edit(report, site_en="A quiet room.")
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=report.trial.engineer, text="We agree.")
    stories.sign(report)
    fresh = services.erratum(report, by=report.trial.engineer, text_en="A unit was wrong.")
    assert (fresh.site_en, fresh.summary_en) == ("A quiet room.", report.summary_en)


def test_co_authors_who_accepted_are_named_in_what_is_signed_in_the_order_they_joined():
    trial = stories.measured()
    solution = trial.match.solution
    for number, name in enumerate(("Second University", "First Laboratory")):
        CoAuthorFactory(
            solution=solution,
            organisation=OrganisationFactory(name_en=name, name_zh=""),
            accepted_at=timezone.now() - timezone.timedelta(days=number),
        )
    CoAuthorFactory(solution=solution, organisation=OrganisationFactory(name_en="Asked Only"))
    report = services.draft_report(trial, by=trial.engineer)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=trial.engineer, text="We agree.")
    stories.sign(report)
    signed = FullReport.from_dict(report.envelope["payload"])
    assert [one.en for one in signed.co_authors] == ["First Laboratory", "Second University"]
    assert ", First Laboratory and Second University was tried for" in signed.summary.en


def test_pauses_are_told_with_their_reasons_and_the_days():
    trial = stories.running()
    services.pause(trial, by=trial.engineer, reason="The power was cut.")
    services.resume(trial, by=trial.engineer)
    stories.measure(trial)
    services.finish(trial, by=trial.engineer)
    report = services.draft_report(trial, by=trial.engineer)
    assert "the trial was paused once" in told(report, "incidents", facts(report)).en
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=trial.engineer, text="We agree.")
    stories.sign(report)
    (pause,) = FullReport.from_dict(report.envelope["payload"]).pauses
    today = timezone.localdate().isoformat()
    assert (pause.began, pause.until, pause.reason.en) == (today, today, "The power was cut.")


def test_the_voice_of_users_is_counted_answer_by_answer():
    given = [5] * 9 + [4] * 3 + [3] * 2 + [1]
    report = stories.drafted(claims=[VOICES], readings=answers(given))
    assert "15 answers came from users" in told(report, "voices", facts(report)).en
    assert "80\u00a0% were four or five" in told(report, "voices", facts(report)).en
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=report.trial.engineer, text="We agree.")
    stories.sign(report)
    (voices,) = FullReport.from_dict(report.envelope["payload"]).voices
    assert (voices.claim, voices.counts, voices.mean) == (1, (1, 0, 2, 3, 9), "4.26667")


def test_released_words_of_those_who_answered_are_quoted_and_others_never():
    trial = stories.measured()
    survey = SurveyFactory(trial=trial)
    question = SurveyQuestionFactory(survey=survey, kind="text")
    for words, is_released in (("It is {quiet} now.", True), ("Secret words.", False), ("Waiting.", None)):
        VoiceFactory(
            question=question, text=words, is_released=is_released, shown=words if is_released else ""
        )
    report = services.draft_report(trial, by=trial.engineer)
    read = told(report, "voices", facts(report))
    assert "“It is {quiet} now.”" in read.en
    assert "「It is {quiet} now.」" in read.zh
    for words in ("Secret", "Waiting"):
        assert words not in read.en + read.zh
    edit(report, voices_en=report.voices_en)


def test_cost_and_benefit_are_computed_from_the_measured_effect_and_signed():
    report = stories.drafted()
    claim = report.trial.claims.get()
    services.enter_benefit(report, by=report.trial.engineer, claim=claim, **COSTS)
    known = facts(report)
    effect = Decimal(str(claim.result["estimate"]["effect"]))
    saving = 10_000 * effect / 100 * Decimal("1.5")
    assert known["yearly saving"].en == f"HK${saving:,.0f}"
    assert known["payback"].en == "2 years"
    services.write_again(report, by=report.trial.engineer, section="benefit")
    assert f"it saves {known['yearly saving'].en} a year" in told(report, "benefit", facts(report)).en
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=report.trial.engineer, text="We agree.")
    stories.sign(report)
    benefit = FullReport.from_dict(report.envelope["payload"]).benefit
    assert (benefit.claim, benefit.outlay) == (1, "8000.00")
    assert abs(Decimal(benefit.saving) - saving) < 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"claim": None}, "claim"),
        ({"price": None}, "claim"),
        ({"basis_en": ""}, "basis_en"),
        ({"outlay": Decimal(-1)}, "outlay"),
    ],
)
def test_money_that_does_not_fit_is_refused(change, field):
    report = stories.drafted()
    with pytest.raises(ValidationError) as refused:
        services.enter_benefit(
            report, by=report.trial.engineer, **{"claim": report.trial.claims.get(), **COSTS, **change}
        )
    assert field in refused.value.message_dict
    assert not Benefit.objects.exists()


def test_a_claim_of_another_trial_or_of_a_level_saves_no_money():
    report = stories.drafted(claims=[NOISE], readings=stories.csv_of("noise", trial=40))
    for claim in (report.trial.claims.get(), stories.planned().claims.get()):
        with pytest.raises(ValidationError, match="promises a change"):
            services.enter_benefit(report, by=report.trial.engineer, claim=claim, **COSTS)


def test_who_enters_money_has_written_on_the_report_and_does_it_while_it_is_a_draft():
    report = stories.drafted()
    services.enter_benefit(report, by=report.trial.engineer, claim=report.trial.claims.get(), **COSTS)
    assert Entry.objects.about(report).filter(verb="edit", actor_id=report.trial.engineer.pk).exists()
    services.hand_to_vendor(report, by=report.trial.engineer)
    with pytest.raises(IllegalTransition):
        services.enter_benefit(report, by=report.trial.engineer, claim=report.trial.claims.get(), **COSTS)


def test_a_section_is_written_again_at_once_where_nobody_wrote_and_else_when_somebody_is_sure():
    report = stories.drafted()
    by, drafted = report.trial.engineer, report.limits_en
    services.write_again(report, by=by, section="limits")
    edit(report, limits_en="One room in autumn.")
    with pytest.raises(services.NotConfirmed):
        services.write_again(report, by=by, section="limits")
    report.refresh_from_db()
    assert report.limits_en == "One room in autumn."
    services.write_again(report, by=by, section="limits", is_sure=True)
    report.refresh_from_db()
    assert report.limits_en == drafted


def test_what_changed_in_the_record_since_is_told_section_by_section():
    report = stories.drafted()
    assert since_drafted(report, facts(report)) == {}
    services.log(
        report.trial, by=report.trial.engineer, kind="incident", severity="high", on=timezone.localdate(),
        text_en="Smoke.",
    )  # fmt: skip
    found = since_drafted(report, facts(report))
    assert set(found) == {"summary", "incidents"}
    assert "There was no incident" in found["incidents"].old.en
    assert "There was 1 incident (1 serious incident)" in found["incidents"].new.en
    services.write_again(report, by=report.trial.engineer, section="incidents")
    assert set(since_drafted(report, facts(report))) == {"summary"}


def test_two_who_write_at_once_lose_nothing():
    report = stories.drafted()
    by = report.trial.engineer
    seen = {"limits_en": "", "site_en": ""}
    edit(report, limits_en="By one.")
    saved = services.save_prose(report, by=by, typed={"limits_en": "By two.", "site_en": "New."}, seen=seen)
    assert [clash.field for clash in saved.clashes] == ["limits_en", "site_en"]
    report.refresh_from_db()
    assert report.limits_en == "By one."


def test_what_one_person_writes_in_a_row_is_one_line_of_the_log():
    report = stories.drafted()
    for words in ("One.", "Two.", "Three."):
        edit(report, limits_en=words)
    assert Entry.objects.about(report).filter(verb="edit").count() == 1
