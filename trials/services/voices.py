"""What staff and users said: words are released or withheld, and figures are shown with their intervals.

For whoever writes the report: `heard_in(trial)` is the users' voice as it may be printed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.languages import Phrase
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.analysis import shares
from trials.analysis.acceptance import CONTENT, mean_with_interval
from trials.models import Respondent, Survey, SurveyAnswer, SurveyQuestion, Trial, Voice
from trials.models.survey import FEWEST
from trials.services.planning import held

Kind = SurveyQuestion.Kind
PRINTED = (Trial.Status.CLOSED,)  # its report is signed, and prints what was released


@dataclass(frozen=True)
class Share:
    """In per cent, with Wilson's 95 % interval: of 1 to 5 those of four or five, else those of yes."""

    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """`mean`: of answers from 1 to 5, with its 95 % interval. `groups`: none where one has under five."""

    text: Phrase
    kind: str
    metric: str
    counts: dict[int, int]
    share: Share
    mean: tuple[float, float, float] | None = None
    groups: dict[str, Share] = field(default_factory=dict)


@dataclass(frozen=True)
class Quote:
    text: str
    on: date
    role: str  # "" unless as many of the role answered as may be shown apart


@dataclass(frozen=True)
class Heard:
    """One survey. With fewer than five answers `n` is None, and there are neither figures nor roles."""

    code: str
    counting: str
    first_on: date
    last_on: date
    is_open: bool
    n: int | None
    results: list[Result]
    quotes: list[Quote]


@transaction.atomic
def release_voice(voice: Voice, *, by: User, shown: str) -> Entry:
    """Make it public in these words: as it was written, but for what would tell who somebody is.

    :raises ValidationError: nothing is left of it.
    :raises IllegalTransition: the report is out.
    """
    if not (shown := shown.strip()):
        raise ValidationError(_("Write what is to be shown, or withhold it."))
    return _decide(voice, by, is_released=True, shown=shown)


@transaction.atomic
def withhold_voice(voice: Voice, *, by: User) -> Entry:
    """Keep it from the public; it still counts as written.

    :raises IllegalTransition: the report is out.
    """
    return _decide(voice, by, is_released=False, shown="")


def _decide(voice: Voice, by: User, *, is_released: bool, shown: str) -> Entry:
    trial = Trial.objects.get(surveys__questions=voice.question_id)
    held(trial)
    if trial.status in PRINTED:
        raise IllegalTransition(_("The report is published; what it prints stays."))
    decided = {"is_released": is_released, "shown": shown, "decided_by": by, "decided_at": timezone.now()}
    voice = Voice.objects.select_for_update().get(pk=voice.pk)
    for name, value in decided.items():
        setattr(voice, name, value)
    voice.full_clean(exclude=["question", "decided_by"])
    voice.save(update_fields=list(decided))
    verb = "release_voice" if is_released else "withhold_voice"
    return record(trial, verb, by=by, details={"voice": voice.pk})


def heard_in(trial: Trial) -> list[Heard]:
    """Every survey of a trial that was opened, the oldest first; four queries, one where there is none."""
    opened = trial.surveys.filter(opened_at__isnull=False).prefetch_related("questions", "answers")
    surveys = list(opened.order_by("opened_at", "pk"))
    if not surveys:
        return []
    voices = list(
        Voice.objects.released()
        .filter(question__survey__in=surveys)
        .select_related("question")
        .order_by("pk")
    )
    return [
        heard(one, trial, [voice for voice in voices if voice.question.survey_id == one.pk])
        for one in surveys
    ]


def heard(survey: Survey, trial: Trial, released: Sequence[Voice]) -> Heard:
    answers = list(survey.answers.all())
    questions = sorted(survey.questions.all(), key=lambda one: one.position)
    is_shown = len(answers) >= FEWEST
    sizes = _told_apart(answers)
    return Heard(
        code=survey.code,
        counting=survey.counting,
        first_on=timezone.localdate(survey.opened_at),
        last_on=timezone.localdate(survey.closed_at) if survey.closed_at else survey.last_on,
        is_open=survey.takes_answers(trial, timezone.localdate()),
        n=len(answers) if is_shown else None,
        results=[found for one in questions if is_shown and (found := _result(one, answers, sizes))],
        quotes=[Quote(one.shown, one.on, one.role if one.role in sizes else "") for one in released],
    )


def _told_apart(answers: Sequence[SurveyAnswer]) -> set[str]:
    """The roles to show apart: all of them or none, since one left out is the whole less the others."""
    sizes = Counter(one.role for one in answers)
    return set(sizes) - {""} if len(sizes) > 1 and min(sizes.values()) >= FEWEST else set()


def _result(question: SurveyQuestion, answers: Sequence[SurveyAnswer], roles: set[str]) -> Result | None:
    """None for words and roles, and where fewer than five answered this question."""
    if question.kind not in (Kind.SCALE, Kind.YES):
        return None
    marks = [(one.role, mark) for one in answers if (mark := one.given.get(str(question.pk))) is not None]
    if len(marks) < FEWEST:
        return None
    values = [mark for _role, mark in marks]
    steps = range(1, 6) if question.kind == Kind.SCALE else (1, 0)
    apart = {role: [mark for own, mark in marks if own == role] for role in Respondent.values}
    few = any(len(apart[role]) < FEWEST for role in roles) or 0 < sum(not own for own, _m in marks) < FEWEST
    return Result(
        text=question.text,
        kind=question.kind,
        metric=question.metric,
        counts={step: values.count(step) for step in steps},
        share=_share(question, values),
        mean=mean_with_interval(values) if question.kind == Kind.SCALE else None,
        groups={} if few else {role: _share(question, apart[role]) for role in apart if role in roles},
    )


def _share(question: SurveyQuestion, values: Sequence[int]) -> Share:
    least = CONTENT if question.kind == Kind.SCALE else 1
    found = shares.wilson(sum(value >= least for value in values), len(values))
    return Share(len(values), found.effect, found.low, found.high)
