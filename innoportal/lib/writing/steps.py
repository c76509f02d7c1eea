"""The pages of a guided writer, in order: one question each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from innoportal.lib.writing.answers import Answers, is_said


@dataclass(frozen=True)
class Step:
    slug: str
    label: Any  # in the list of tasks
    question: Any  # on its own page
    hint: Any
    seconds: int  # that answering takes
    texts: tuple[str, ...] = ()  # stems of texts in two languages; they come first
    names: tuple[str, ...] = ()  # the other fields
    confidential: tuple[str, ...] = ()  # fields that the public never reads, beside those that it does
    is_needed: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """In the order of the page: who reads Chinese is asked in Chinese first."""
        chinese_first = (get_language() or "").startswith("zh")
        languages = ("zh", "en") if chinese_first else ("en", "zh")
        texts = (f"{name}_{one}" for name in self.texts for one in languages)
        return (*texts, *self.names, *self.confidential)

    def is_said(self, answers: Answers) -> bool:
        return is_said(answers, self.fields)


class Course:
    """The pages that one draft goes through."""

    def __init__(self, *steps: Step) -> None:
        self.steps, self.by_slug = steps, {step.slug: step for step in steps}

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def neighbours(self, step: Step) -> tuple[Step | None, Step | None]:
        """The one before and the one after."""
        place = self.steps.index(step)
        return (
            self.steps[place - 1] if place else None,
            self.steps[place + 1] if place + 1 < len(self.steps) else None,
        )

    def step_of(self, field: str) -> Step:
        """The page that asks for a field, or for one of a table's."""
        name = field.partition("-")[0]
        return next(step for step in self.steps if name in step.fields)

    def minutes_left(self, answers: Answers) -> int:
        """For what nothing is said about yet."""
        seconds = sum(step.seconds for step in self.steps if not step.is_said(answers))
        return -(-seconds // 60)

    def progress(self, answers: Answers) -> dict[str, Any]:
        done = sum(step.is_said(answers) for step in self.steps)
        return {"done": done, "whole": len(self.steps), "minutes": self.minutes_left(answers)}
