"""Surveys of a trial as services: composed, opened, answered once each, told apart only in groups."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from journal.models import Entry
from journal.workflow import IllegalTransition
from tests.factories import SurveyAnswerFactory, SurveyFactory, SurveyQuestionFactory, VoiceFactory
from tests.threads import at_once
from tests.trials import stories
from trials import services
from trials.models import Measurement, Survey, SurveyAnswer, SurveyQuestion, Trial, Voice
from trials.services import surveying
from trials.services.surveying import MOST_CODES, AnsweredAlready, Closed, UnknownCode

pytestmark = pytest.mark.django_db

ACCEPTANCE = {
    "statement_en": "At least 70 % of the staff are content.",
    "metric": "content",
    "unit": "1-5",
    "direction": "at_least",
    "target": "70",
    "method": "acceptance",
}
SCALE = {"kind": "scale", "text_en": "Content?", "text_zh": "滿意嗎？", "metric": "content"}
KEEP = {"kind": "yes", "text_en": "Keep it?", "text_zh": "保留嗎？", "metric": ""}
WORDS = {"kind": "text", "text_en": "What went wrong?", "text_zh": "有何出錯？", "metric": ""}
ROLE = {"kind": "role", "text_en": "Who are you?", "text_zh": "您是誰？", "metric": ""}


def composed(trial=None, *, questions=(SCALE, KEEP, WORDS, ROLE), **fields) -> Survey:
    trial = trial or stories.running(claims=[ACCEPTANCE])
    given = {"last_on": timezone.localdate() + timedelta(days=9), **fields}
    return services.compose_survey(trial, by=trial.engineer, questions=questions, **given)


def opened(trial=None, **fields) -> Survey:
    survey = composed(trial, **fields)
    services.open_survey(survey, by=survey.trial.engineer)
    return Survey.objects.get(pk=survey.pk)


def asked(survey: Survey, kind: str) -> int:
    return survey.questions.get(kind=kind).pk


def say(
    survey: Survey, mark: int = 4, *, ticket: str, role: str = "", words: str = "", code: str = ""
) -> None:
    marks = {asked(survey, "scale"): mark}
    text = {asked(survey, "text"): words} if words else {}
    services.answer(survey, marks=marks, words=text, ticket=ticket, role=role, code=code)


def say_all(survey: Survey, marks, **more) -> None:
    for number, mark in enumerate(marks):
        say(survey, mark, ticket=f"{more}{number}", **more)


def readings(survey: Survey) -> list[float]:
    rows = survey.trial.measurements.filter(metric="content").order_by("at")
    return sorted(row.value for row in rows)


# Composing and opening


def test_a_survey_is_written_opened_and_closed_and_the_journal_tells():
    survey = opened()
    services.close_survey(survey, by=survey.trial.engineer)
    verbs = Entry.objects.about(survey.trial).filter(details__survey=survey.code).order_by("pk")
    assert [entry.verb for entry in verbs] == ["compose_survey", "open_survey", "close_survey"]


def test_what_was_asked_cannot_change_once_it_was_opened():
    survey = opened()
    with pytest.raises(IllegalTransition, match="stays as it is"):
        composed(survey.trial, survey=survey, questions=[KEEP])
    assert survey.questions.count() == 4


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (SCALE | {"metric": "energy"}, "no metric that such an answer measures"),
        (KEEP | {"metric": "content"}, "no metric that such an answer measures"),
        (WORDS | {"metric": "content"}, "no metric that such an answer measures"),
        (SCALE | {"text_zh": ""}, "cannot be blank"),
    ],
)
def test_a_question_measures_only_what_its_claim_reads(question, said):
    trial = stories.running(claims=[ACCEPTANCE, stories.ENERGY])
    with pytest.raises(ValidationError, match=said), transaction.atomic():
        composed(trial, questions=[question])
    assert not trial.surveys.exists()


def test_a_survey_opens_only_while_its_trial_runs_and_before_its_last_day_is_past():
    trial = stories.locked(claims=[ACCEPTANCE])
    survey = composed(trial)
    with pytest.raises(IllegalTransition, match="while the trial runs"):
        services.open_survey(survey, by=trial.engineer)
    services.start(stories.signed(trial), by=trial.engineer)
    Survey.objects.filter(pk=survey.pk).update(last_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(ValidationError, match="past"):
        services.open_survey(survey, by=trial.engineer)


def test_a_survey_by_codes_opens_only_with_codes_and_has_no_more_than_fit():
    survey = composed(counting="codes")
    by = survey.trial.engineer
    with pytest.raises(ValidationError, match="codes first"):
        services.open_survey(survey, by=by)
    with pytest.raises(ValidationError, match=str(MOST_CODES)):
        services.make_codes(survey, by=by, number=MOST_CODES + 1)
    codes = services.make_codes(survey, by=by, number=3)
    assert len(set(codes)) == 3
    assert not survey.codes.filter(key_hash__in=codes).exists()  # only their hashes are kept
    services.open_survey(survey, by=by)


def test_what_is_open_is_not_opened_and_what_is_closed_not_closed_again():
    survey = opened(last_on=timezone.localdate())  # answers are taken on the last day, too
    by, first = survey.trial.engineer, survey.opened_at
    with pytest.raises(IllegalTransition, match="survey is open"):
        services.open_survey(survey, by=by)
    services.close_survey(survey, by=by)
    with pytest.raises(IllegalTransition, match="not open"):
        services.close_survey(survey, by=by)
    services.open_survey(survey, by=by)
    survey.refresh_from_db()
    assert (survey.opened_at, survey.closed_at) == (first, None)


def test_nothing_is_asked_of_nobody_or_after_the_measuring():
    trial = stories.running(claims=[ACCEPTANCE])
    with pytest.raises(ValidationError, match="at least one question"), transaction.atomic():
        composed(trial, questions=[])
    services.finish(trial, by=trial.engineer)
    with pytest.raises(IllegalTransition, match="over"):
        composed(trial)
    assert not trial.surveys.exists()


def test_codes_are_made_up_to_their_number_and_for_no_closed_survey(monkeypatch):
    monkeypatch.setattr(surveying, "MOST_CODES", 3)
    survey = composed(counting="codes")
    by = survey.trial.engineer
    services.make_codes(survey, by=by, number=2)
    for wrong in (0, 2):
        with pytest.raises(ValidationError, match="at most 3"):
            services.make_codes(survey, by=by, number=wrong)
    services.make_codes(survey, by=by, number=1)
    monkeypatch.setattr(surveying, "MOST_CODES", 9)
    services.open_survey(survey, by=by)
    services.close_survey(survey, by=by)
    with pytest.raises(IllegalTransition, match="takes no codes"):
        services.make_codes(survey, by=by, number=1)


def test_a_survey_counted_by_device_has_no_codes():
    survey = composed()
    with pytest.raises(IllegalTransition, match="takes no codes"):
        services.make_codes(survey, by=survey.trial.engineer, number=1)


# Answering, once each


def test_a_page_that_is_sent_twice_counts_once():
    survey = opened()
    say(survey, ticket="page")
    with pytest.raises(AnsweredAlready):
        say(survey, ticket="page")
    assert survey.answers.count() == 1


def test_a_code_answers_once_and_an_unknown_one_never():
    survey = composed(counting="codes")
    [code] = services.make_codes(survey, by=survey.trial.engineer, number=1)
    services.open_survey(survey, by=survey.trial.engineer)
    with pytest.raises(UnknownCode), transaction.atomic():
        say(survey, ticket="a", code="ZZZZZZZZ")
    say(survey, ticket="b", code=f" {code.lower()} ")  # typed as people type
    with pytest.raises(AnsweredAlready), transaction.atomic():
        say(survey, ticket="c", code=code)
    assert survey.answers.count() == 1


def test_a_code_of_another_survey_is_unknown():
    mine, other = composed(counting="codes"), composed(counting="codes")
    [code] = services.make_codes(other, by=other.trial.engineer, number=1)
    services.make_codes(mine, by=mine.trial.engineer, number=1)
    services.open_survey(mine, by=mine.trial.engineer)
    with pytest.raises(UnknownCode):
        say(mine, ticket="a", code=code)


def test_nothing_is_taken_of_a_survey_that_is_closed_expired_or_of_a_trial_that_is_over():
    survey = opened()
    trial = survey.trial
    services.close_survey(survey, by=trial.engineer)
    with pytest.raises(Closed):
        say(survey, ticket="a")
    services.open_survey(survey, by=trial.engineer)
    Survey.objects.filter(pk=survey.pk).update(last_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Closed):
        say(survey, ticket="b")
    Survey.objects.filter(pk=survey.pk).update(last_on=timezone.localdate())
    services.finish(Trial.objects.get(pk=trial.pk), by=trial.engineer)
    with pytest.raises(Closed):
        say(survey, ticket="c")
    assert not survey.answers.exists()


def test_answers_stay_as_they_were_given():
    survey = opened()
    say(survey, ticket="a", words="It hums.")
    for row, change in ((SurveyAnswer, {"given": {}}), (Voice, {"text": "It sings."})):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.objects.update(**change)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed")
def test_of_two_who_use_one_code_at_once_one_counts():
    survey = composed(counting="codes")
    [code] = services.make_codes(survey, by=survey.trial.engineer, number=1)
    services.open_survey(survey, by=survey.trial.engineer)
    found = at_once(*(lambda n=n: say(survey, ticket=f"t{n}", code=code) for n in range(2)))
    assert sorted(type(one).__name__ for one in found) == ["AnsweredAlready", "NoneType"]
    assert survey.answers.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed")
def test_of_a_page_sent_twice_at_once_one_counts_and_ten_at_once_all_do():
    survey = opened()
    found = at_once(*(lambda: say(survey, ticket="same") for _n in range(2)))
    assert sorted(type(one).__name__ for one in found) == ["AnsweredAlready", "NoneType"]
    assert at_once(*(lambda n=n: say(survey, ticket=f"t{n}") for n in range(9))) == [None] * 9
    assert survey.answers.count() == 10
    assert len(readings(survey)) == survey.answers.exclude(entered_on=None).count() == 10


# As readings


def test_answers_become_readings_five_at_a_time_and_the_rest_when_it_closes():
    survey = opened()
    say_all(survey, [5, 4, 3, 2])
    assert readings(survey) == []
    say(survey, 1, ticket="fifth")
    assert readings(survey) == [1, 2, 3, 4, 5]
    say_all(survey, [5, 5], role="staff")
    assert len(readings(survey)) == 5
    services.close_survey(survey, by=survey.trial.engineer)
    assert len(readings(survey)) == 7
    assert {row.phase for row in survey.trial.measurements.all()} == {"trial"}


def test_readings_tell_neither_the_hour_nor_the_order_of_the_answers():
    survey = opened()
    say_all(survey, [1, 2, 3, 4, 5])
    rows = list(survey.trial.measurements.order_by("at"))
    assert {timezone.localtime(row.at).strftime("%H:%M:%S") for row in rows} == {"00:00:00"}
    by_hash = survey.answers.order_by("ticket_hash")
    assert [row.value for row in rows] == [float(one.given[str(asked(survey, "scale"))]) for one in by_hash]


def test_a_survey_with_fewer_than_five_answers_enters_nothing():
    survey = opened()
    say_all(survey, [5, 5, 5, 5])
    services.close_survey(survey, by=survey.trial.engineer)
    assert readings(survey) == []


def test_the_end_of_the_measuring_closes_surveys_and_the_claim_is_judged_with_them():
    survey = opened()
    say_all(survey, [5] * 11 + [3])
    services.finish(Trial.objects.get(pk=survey.trial_id), by=survey.trial.engineer)
    claim = survey.trial.claims.get()
    assert (claim.result["n_trial"], claim.result["parameters"]["content"]) == (12, 11)
    assert Survey.objects.get(pk=survey.pk).closed_at is not None


def test_an_answer_without_a_mark_for_the_metric_is_no_reading():
    survey = opened()
    say_all(survey, [5] * 4)
    services.answer(survey, marks={asked(survey, "yes"): 1}, words={}, ticket="fifth")
    assert len(readings(survey)) == 4
    assert Measurement.objects.filter(trial=survey.trial).count() == 4


# What may be told


def heard(survey: Survey):
    [one] = services.heard_in(survey.trial)
    return one


def test_figures_come_with_their_intervals_and_their_number():
    survey = opened()
    say_all(survey, [5, 4, 4, 2, 1, 5, 5, 4, 3, 4])
    [scale] = heard(survey).results
    assert scale.counts == {1: 1, 2: 1, 3: 1, 4: 4, 5: 3}
    assert (scale.share.n, scale.share.share) == (10, 70.0)
    assert [round(scale.share.low, 1), round(scale.share.high, 1)] == [39.7, 89.2]  # Wilson, 7 of 10
    assert [round(one, 2) for one in scale.mean] == [3.7, 2.74, 4.66]  # Student, 9 degrees


def test_fewer_than_five_answers_show_no_figure():
    survey = opened()
    say_all(survey, [5, 5, 5, 5])
    one = heard(survey)
    assert (one.n, one.results) == (None, [])


@pytest.mark.parametrize(
    ("staff", "users", "silent", "apart"),
    [(5, 5, 0, True), (5, 4, 0, False), (9, 0, 0, False), (5, 5, 1, False), (5, 5, 5, True)],
)
def test_staff_and_users_are_told_apart_only_when_nobody_can_be_worked_out(staff, users, silent, apart):
    survey = opened()
    say_all(survey, [5] * staff, role="staff")
    say_all(survey, [2] * users, role="user")
    say_all(survey, [3] * silent)
    [scale] = heard(survey).results
    assert set(scale.groups) == ({"staff", "user"} if apart else set())
    if apart:
        assert (scale.groups["staff"].share, scale.groups["user"].share) == (100, 0)


def test_words_are_private_until_they_are_released_and_as_they_are_shown():
    survey = opened()
    say(survey, ticket="a", words="Mr Lee dropped it.", role="staff")
    assert heard(survey).quotes == []
    [voice] = Voice.objects.waiting()
    services.release_voice(voice, by=survey.trial.engineer, shown="[…] dropped it.")
    [quote] = heard(survey).quotes
    assert (quote.text, quote.role) == ("[…] dropped it.", "")  # one of a group is never named
    services.withhold_voice(voice, by=survey.trial.engineer)
    assert heard(survey).quotes == []
    verbs = Entry.objects.about(survey.trial).filter(details__voice=voice.pk).order_by("pk")
    assert [entry.verb for entry in verbs] == ["release_voice", "withhold_voice"]
    assert "Lee" not in str([entry.details for entry in verbs])


def test_nothing_is_released_empty_or_after_the_report_is_out():
    voice = VoiceFactory()
    trial, by = voice.question.survey.trial, voice.question.survey.made_by
    with pytest.raises(ValidationError, match="withhold it"):
        services.release_voice(voice, by=by, shown="  ")
    report = stories.published()
    late = VoiceFactory(question__survey=SurveyFactory(trial=report.trial, open=True))
    with pytest.raises(IllegalTransition, match="published"):
        services.release_voice(late, by=by, shown="Late.")
    assert trial.status == Trial.Status.RUNNING


@pytest.mark.parametrize("count", [1, 5])
def test_the_users_voice_takes_as_many_queries_for_five_surveys_as_for_one(django_assert_num_queries, count):
    trial = stories.running(claims=[ACCEPTANCE])
    for survey in SurveyFactory.create_batch(count, trial=trial, open=True):
        question = SurveyQuestionFactory(survey=survey)
        SurveyAnswerFactory.create_batch(5, survey=survey, given={str(question.pk): 4})
        VoiceFactory(
            question=SurveyQuestionFactory(survey=survey, kind="text"), is_released=True, shown="Good."
        )
    with django_assert_num_queries(4):  # surveys, questions, answers, words
        found = services.heard_in(trial)
    assert [(one.n, len(one.results), len(one.quotes)) for one in found] == [(5, 1, 1)] * count


def test_a_trial_without_a_survey_asks_once(django_assert_num_queries):
    trial = stories.running()
    with django_assert_num_queries(1):
        assert services.heard_in(trial) == []


def test_a_scale_reads_acceptance_and_a_yes_a_share():
    assert SurveyQuestion.READ_BY == {"scale": "acceptance", "yes": "proportion"}
