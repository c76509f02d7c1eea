"""The pages of the guided writer, in order: one question each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wishes.answers import BILINGUAL, Answers, is_said

TEXT_STEPS = ("need", "outcome", "title", "constraints")  # what the engine reads of them brings answers


@dataclass(frozen=True)
class Step:
    slug: str
    label: Any  # in the list of tasks
    question: Any  # on its own page
    hint: Any
    names: tuple[str, ...]  # fields; of a text in two languages the stem
    seconds: int  # that answering takes
    is_needed: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """In the order of the page: who reads Chinese is asked in Chinese first."""
        chinese_first = (get_language() or "").startswith("zh")
        languages = ("zh", "en") if chinese_first else ("en", "zh")
        return tuple(
            field
            for name in self.names
            for field in ([f"{name}_{one}" for one in languages] if name in BILINGUAL else [name])
        )

    def is_said(self, answers: Answers) -> bool:
        return is_said(answers, self.fields)


STEPS = (
    Step(
        "need",
        _("The need today"),
        _("What is the need today?"),
        _("What happens, how often, whom it affects and what it costs. Write as you would tell a colleague."),
        ("need",),
        120,
        is_needed=True,
    ),
    Step(
        "outcome",
        _("The outcome wanted"),
        _("What would be better?"),
        _("Say the result that you want, not which product to buy. How it is reached is for vendors to say."),
        ("outcome",),
        60,
        is_needed=True,
    ),
    Step(
        "title",
        _("A name for it"),
        _("What shall the wish be called?"),
        _("A short name by which a vendor knows at once what it is about."),
        ("title",),
        30,
        is_needed=True,
    ),
    Step(
        "constraints",
        _("Constraints"),
        _("What must a solution respect?"),
        _("Standards, safety, privacy, what must not be touched."),
        ("constraints",),
        60,
    ),
    Step(
        "requirements",
        _("What a solution must bring"),
        _("What must a solution bring?"),
        _("Leave empty what you do not insist on: each demand shuts somebody out."),
        ("certificates", "trl_wanted"),
        30,
    ),
    Step(
        "site",
        _("The site"),
        _("Where would it be tried?"),
        _("The place, and what is there for who comes to try something."),
        ("site", "site_gives"),
        30,
    ),
    Step(
        "conditions",
        _("Conditions on site"),
        _("What is it like there?"),
        _("When people may enter, and what equipment has to bear."),
        ("access_hours", "environment"),
        60,
    ),
    Step(
        "kpis",
        _("Measures of success"),
        _("How would you know that it works?"),
        _(
            "What you would count, its value today, the value that would satisfy you, and how it is taken. "
            "A row that you empty is gone."
        ),
        ("kpis",),
        90,
    ),
    Step(
        "budget",
        _("Budget"),
        _("How much may it cost?"),
        _("A band is enough. Vendors leave a wish without one for later."),
        ("budget",),
        15,
    ),
    Step(
        "timetable",
        _("Timetable"),
        _("By when?"),
        _("How soon you want it, and how long vendors may answer and ask."),
        ("months", "closes_on", "questions_until"),
        30,
    ),
    Step(
        "adoption",
        _("If it works"),
        _("What follows if it works?"),
        _("Who would pay, how it would be bought, and when that is decided."),
        ("budget_holder", "vehicle", "decision_on"),
        30,
    ),
    Step(
        "topics",
        _("Topics"),
        _("What is it about?"),
        _("Who follows one of these topics is told when the wish is published."),
        ("topics",),
        20,
    ),
)
BY_SLUG = {step.slug: step for step in STEPS}


def neighbours(step: Step) -> tuple[Step | None, Step | None]:
    """The one before and the one after."""
    place = STEPS.index(step)
    return (STEPS[place - 1] if place else None, STEPS[place + 1] if place + 1 < len(STEPS) else None)


def step_of(field: str) -> Step:
    """The page that asks for a field, or for a row of the measures."""
    name = "kpis" if field.startswith("kpis") else field
    return next(step for step in STEPS if name in step.fields)


def minutes_left(answers: Answers) -> int:
    """For what nothing is said about yet."""
    seconds = sum(step.seconds for step in STEPS if not step.is_said(answers))
    return -(-seconds // 60)


def unsaid(answers: Answers) -> Iterable[Step]:
    return (step for step in STEPS if not step.is_said(answers))
