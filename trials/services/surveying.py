"""Surveys of a trial: composed, opened, answered once each, closed."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import Measurement, Survey, SurveyAnswer, SurveyCode, SurveyQuestion, Trial, Voice
from trials.models.survey import CODE_LENGTH, FEWEST, drawn
from trials.services.judging import metrics_of
from trials.services.planning import held

EDITABLE = ("counting", "intro_en", "intro_zh", "last_on", "code")
MOST_CODES = 500  # of one survey
OVER = (Trial.Status.MEASURED, Trial.Status.REPORTING, Trial.Status.CLOSED, Trial.Status.STOPPED)
Kind = SurveyQuestion.Kind


class Refused(Exception):
    """An answer is not taken."""


class Closed(Refused):
    """The survey takes none now."""


class AnsweredAlready(Refused):
    """This page, or this code, has answered."""


class UnknownCode(Refused):
    """It is none of the codes that were printed."""


@transaction.atomic
def compose_survey(
    trial: Trial,
    *,
    by: User,
    questions: Iterable[Mapping[str, Any]],
    survey: Survey | None = None,
    **fields: Any,
) -> Survey:
    """Write a survey, or write it anew; it may change until it is opened.

    :raises IllegalTransition: it was opened, or the measuring is over.
    :raises ValidationError: a question does not fit.
    """
    held(trial)
    if trial.status in OVER:
        raise IllegalTransition(_("The measuring is over."))
    made = survey or Survey(trial=trial, made_by=by)
    if survey is not None:
        made = Survey.objects.select_for_update().get(pk=survey.pk)
    if made.opened_at:
        raise IllegalTransition(_("The survey was opened: what was asked stays as it is."))
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"a survey has no field {name!r}")
        setattr(made, name, value)
    made.full_clean()
    made.save()
    _ask(made, list(questions), metrics_of(trial))
    record(trial, "compose_survey", by=by, details={"survey": made.code})
    return made


def _ask(survey: Survey, questions: list[Mapping[str, Any]], metrics: Mapping[str, str]) -> None:
    survey.questions.all().delete()
    if not questions:
        raise ValidationError(_("A survey asks at least one question."))
    for position, fields in enumerate(questions):
        question = SurveyQuestion(survey=survey, position=position, **fields)
        wanted = SurveyQuestion.READ_BY.get(Kind(question.kind))
        if question.metric and metrics.get(question.metric) != wanted:
            raise ValidationError(
                _("“%s” is no metric that such an answer measures: leave it empty.") % question.metric
            )
        question.full_clean()
        question.save(force_insert=True)


@transaction.atomic
def open_survey(survey: Survey, *, by: User) -> Entry:
    """From now it takes answers; one that was closed can be opened again until its last day.

    :raises IllegalTransition: it is open, or the trial does not run.
    :raises ValidationError: its last day is past, or it counts by codes and has none.
    """
    trial, survey = _locked(survey)
    if trial.status not in (Trial.Status.RUNNING, Trial.Status.PAUSED):
        raise IllegalTransition(_("Answers are taken while the trial runs."))
    if survey.opened_at and not survey.closed_at:
        raise IllegalTransition(_("The survey is open."))
    if survey.last_on < timezone.localdate():
        raise ValidationError(_("The last day for answers is past."))
    if survey.counting == Survey.Counting.CODES and not survey.codes.exists():
        raise ValidationError(_("Print its codes first: without one nobody could answer."))
    survey.opened_at, survey.closed_at = survey.opened_at or timezone.now(), None
    survey.save(update_fields=["opened_at", "closed_at"])
    return record(trial, "open_survey", by=by, details={"survey": survey.code})


@transaction.atomic
def close_survey(survey: Survey, *, by: User) -> Entry:
    """:raises IllegalTransition: it is not open."""
    trial, survey = _locked(survey)
    if not survey.opened_at or survey.closed_at:
        raise IllegalTransition(_("The survey is not open."))
    return _close(survey, trial, by)


def end_surveys(trial: Trial, *, by: User) -> None:
    """With the measuring they end: what waits becomes readings before the claims are judged."""
    for survey in trial.surveys.select_for_update().filter(opened_at__isnull=False, closed_at=None):
        _close(survey, trial, by)


def _close(survey: Survey, trial: Trial, by: User) -> Entry:
    survey.closed_at = timezone.now()
    survey.save(update_fields=["closed_at"])
    if survey.answers.count() >= FEWEST:
        _enter(survey, trial)
    return record(trial, "close_survey", by=by, details={"survey": survey.code})


@transaction.atomic
def make_codes(survey: Survey, *, by: User, number: int) -> list[str]:
    """New codes, told only here, to be printed and handed out.

    :raises ValidationError: more than a survey may have.
    :raises IllegalTransition: it does not count by codes, or it is closed.
    """
    trial, survey = _locked(survey)
    if survey.counting != Survey.Counting.CODES or survey.closed_at or trial.status in OVER:
        raise IllegalTransition(_("This survey takes no codes."))
    if not 1 <= number <= MOST_CODES - survey.codes.count():
        raise ValidationError(_("A survey has at most %s codes.") % MOST_CODES)
    found = [drawn(CODE_LENGTH) for _number in range(number)]
    SurveyCode.objects.bulk_create(SurveyCode(survey=survey, key_hash=survey.hash_of(one)) for one in found)
    record(trial, "make_codes", by=by, details={"survey": survey.code, "codes": number})
    return found


@transaction.atomic
def answer(
    survey: Survey,
    *,
    marks: Mapping[int, int],
    words: Mapping[int, str],
    ticket: str,
    role: str = "",
    code: str = "",
) -> None:
    """Take what one person says, once: `marks` and `words` by number of the question.

    :raises Closed: it takes no answers now.
    :raises UnknownCode: it counts by codes, and this is none of them.
    :raises AnsweredAlready: with this ticket or this code.
    """
    trial, survey = _shared(survey)
    if not survey.takes_answers(trial, timezone.localdate()):
        raise Closed
    ticket_hash, today = survey.hash_of(ticket), timezone.localdate()
    if survey.answers.filter(ticket_hash=ticket_hash).exists():
        raise AnsweredAlready
    if survey.counting == Survey.Counting.CODES:
        _use(survey, code)
    given = {str(question): mark for question, mark in marks.items()}
    SurveyAnswer.objects.create(survey=survey, ticket_hash=ticket_hash, on=today, role=role, given=given)
    Voice.objects.bulk_create(
        Voice(question_id=question, text=text, on=today, role=role)
        for question, text in words.items()
        if text
    )
    if survey.answers.filter(entered_on=None).count() >= FEWEST:
        _enter(survey, trial)


def _use(survey: Survey, code: str) -> None:
    """Of two with one code, the first has it."""
    mine = survey.codes.filter(key_hash=survey.hash_of(code.strip().upper()))
    if mine.filter(is_used=False).update(is_used=True):
        return
    raise AnsweredAlready if mine.exists() else UnknownCode


def _enter(survey: Survey, trial: Trial) -> None:
    """What waits becomes readings, five or more at a time: nobody sees from them who answered when.

    They are in the order of a hash, and all bear midnight of this day; microseconds only keep them apart.
    """
    waiting = list(survey.answers.filter(entered_on=None).order_by("ticket_hash"))
    before, today = survey.answers.exclude(entered_on=None).count(), timezone.localdate()
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    metrics = dict(survey.questions.exclude(metric="").values_list("pk", "metric"))
    Measurement.objects.bulk_create(
        Measurement(
            trial=trial,
            metric=metrics[int(question)],
            sensor=survey.sensor,
            at=midnight + timedelta(microseconds=before + place),
            phase=Measurement.Phase.TRIAL,
            value=mark,
        )
        for place, one in enumerate(waiting)
        for question, mark in one.given.items()
        if int(question) in metrics
    )
    SurveyAnswer.objects.filter(pk__in=[one.pk for one in waiting]).update(entered_on=today)


def _locked(survey: Survey) -> tuple[Trial, Survey]:
    """Trial and survey as they are now, held to the end of the transaction; always in this order."""
    trial = Trial.objects.get(pk=survey.trial_id)
    held(trial)
    return trial, Survey.objects.select_for_update().get(pk=survey.pk)


def _shared(survey: Survey) -> tuple[Trial, Survey]:
    """Who answers waits for who ends the measuring, and for others of this survey, but for no sensor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM trials_trial WHERE id = %s FOR KEY SHARE", [survey.trial_id])
    return Trial.objects.get(pk=survey.trial_id), Survey.objects.select_for_update().get(pk=survey.pk)
