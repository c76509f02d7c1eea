"""What staff and users on site say in the story: a survey, its answers, and what becomes of the words."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from innoportal.demonstration.chapters import Row
from innoportal.demonstration.clock import Story
from trials import services as trials
from trials.models import Survey, Trial, Voice

SAYS = ("kind", "metric", "text_en", "text_zh")


def surveyed(story: Story, row: Row, trial: Callable[[], Trial]) -> None:
    """Composed on one day, opened, answered and closed on others, as far as the row goes."""
    story.at(row["composed"], partial(_compose, story, row, trial))
    if "opened" not in row:
        return
    story.at(row["opened"], partial(_step, trials.open_survey, row))
    for number, said in enumerate(row["answers"]):
        story.at(min(row["opened"] + 1 + number // 3, -1), partial(_answer, row, number, said))
    story.at(min(row["opened"] + 8, -1), partial(_decide, row))
    if "closed" in row:
        story.at(row["closed"], partial(_step, trials.close_survey, row))


def _compose(story: Story, row: Row, trial: Callable[[], Trial]) -> None:
    running = trial()
    questions = [
        {"metric": "", **{name: one[name] for name in SAYS if name in one}} for one in row["questions"]
    ]
    trials.compose_survey(
        running,
        by=running.engineer,
        code=row["code"],
        counting=row.get("counting", "device"),
        last_on=story.today + timedelta(days=row["last"]),
        intro_en=row["intro_en"],
        intro_zh=row["intro_zh"],
        questions=questions,
    )


def _survey(row: Row) -> Survey:
    return Survey.objects.select_related("trial__engineer").get(code=row["code"])


def _step(verb: Callable[..., object], row: Row) -> None:
    survey = _survey(row)
    verb(survey, by=survey.trial.engineer)


def _answer(row: Row, number: int, said: Row) -> None:
    """A mark for each scale and each yes in their order, a role, and words if there are any."""
    survey = _survey(row)
    asked = list(survey.questions.order_by("position"))
    marked = [one.pk for one in asked if one.kind in ("scale", "yes")]
    written = next(one.pk for one in asked if one.kind == "text")
    trials.answer(
        survey,
        marks=dict(zip(marked, said["marks"], strict=True)),
        words={written: said["words"]} if "words" in said else {},
        role=said.get("role", ""),
        ticket=f"demonstration-{number}",
    )


def _decide(row: Row) -> None:
    """Released as they are, but for what would tell who wrote them; what has no decision waits."""
    survey = _survey(row)
    decided = {one["words"]: one["shown"] for one in row["answers"] if "shown" in one}
    for voice in Voice.objects.filter(question__survey=survey).order_by("pk"):
        if voice.text in decided:
            trials.release_voice(voice, by=survey.trial.engineer, shown=decided[voice.text])
