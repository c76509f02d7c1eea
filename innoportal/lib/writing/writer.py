"""What the pages of a guided writer show: the questions, how far one is, what has been answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innoportal.languages import phrase
from innoportal.lib.templatetags.languages import day
from innoportal.lib.writing.answers import Answers, Clash, Shape, is_said
from innoportal.lib.writing.steps import Course, Step
from topics.models import Topic

LANGUAGES = {"en": "en", "zh": "zh-Hant"}  # suffix of the column, `lang` of the page
NAMES = {"en": _("English"), "zh": _("Traditional Chinese")}


@dataclass(frozen=True)
class Words:
    """What a writer says of its own thing."""

    title: Any  # of its pages
    nameless: Any  # a draft that says nothing yet
    ended: Any  # to a page that is still open after the draft became the thing
    see: Any  # the link from there
    gone: Any  # where the address of the draft leads then
    elsewhere: Any  # the thing was changed past the draft
    lost: Any  # by throwing a draft away
    changes_lost: Any  # the same, of a draft that changes a thing


@dataclass(frozen=True)
class Row:
    label: Any
    lines: list[Any]
    lang: str = ""
    is_confidential: bool = False


@dataclass(frozen=True)
class Answered:
    step: Step
    url: str
    rows: list[Row]


@dataclass(frozen=True)
class Judged:
    """The forms of one page or of all pages, filled with the answers."""

    form: Any
    tables: Mapping[str, Any]

    @property
    def is_right(self) -> bool:
        return all([self.form.is_valid(), *(one.is_valid() for one in self.tables.values())])

    @property
    def table(self) -> Any:
        """A page has one at most."""
        return next(iter(self.tables.values()), None)

    def values(self) -> dict[str, Any]:
        """What the services take, once it is right."""
        rows = {
            name: [dict(form.cleaned_data) for form in table if form.cleaned_data]
            for name, table in self.tables.items()
        }
        return {**self.form.cleaned_data, **rows}

    def wrong(self) -> list[tuple[str, str]]:
        """(field, what is wrong with it)."""
        found = [(name, str(error)) for name, errors in self.form.errors.items() for error in errors]
        for name, table in self.tables.items():
            if table.is_valid():
                continue
            found += [(name, str(error)) for error in table.non_form_errors()]
            found += [
                (name, f"{form.fields[column].label}: {error}")
                for form in table
                for column, errors in form.errors.items()
                for error in errors
            ]
        return found


@dataclass(frozen=True)
class Writer:
    """What one room's guided writer is made of.

    Its addresses are `<room>:<prefix>tasks`, `…step`, `…check` and `…discard`. The form takes `only`, the
    fields of one page.
    """

    room: str
    shape: Shape
    form: Any
    tables: Mapping[str, Any]  # field → formset
    words: Words
    choices: Mapping[str, Any]  # field → words of its values
    called: tuple[str, ...]  # texts by which a draft is called, the first that is said
    table_labels: Mapping[str, tuple[Any, Callable[[dict[str, str]], str]]]  # its name, a row in words
    most: Mapping[str, int] = field(default_factory=dict)  # rows of a table
    prefix: str = ""

    def url(self, page: str, *arguments: str) -> str:
        return reverse(f"{self.room}:{self.prefix}{page}", args=arguments)

    def judged(self, answers: Answers, fields: tuple[str, ...] | None = None) -> Judged:
        """Asked whether they are right: `fields` of one page; all of them without."""
        data = self.shape.form_data(answers)
        only = None if fields is None else [name for name in fields if name not in self.tables]
        asked = [name for name in self.tables if fields is None or name in fields]
        return Judged(
            self.form(data, only=only), {name: self.tables[name](data, prefix=name) for name in asked}
        )

    def shown(self, answers: Answers, step: Step, rows: int = 1) -> Judged:
        """The forms of a page as they were left, without a verdict; `rows` more in a table than there are."""
        form = self.form(initial=answers, only=[name for name in step.fields if name not in self.tables])
        found = {}
        for name in step.fields:
            if name in self.tables:
                own = list(answers.get(name) or [])
                own += [{} for _one in range(rows)][: max(0, self.most[name] - len(own))]
                found[name] = self.tables[name](initial=own, prefix=name)
        return Judged(form, found)

    def problems(self, judged: Judged, course: Course) -> list[tuple[str, str]]:
        """(page, what is wrong there)."""
        return [(course.step_of(name).slug, error) for name, error in judged.wrong()]

    def all_of(self, answers: Answers, course: Course) -> Judged:
        return self.judged(answers, tuple(name for step in course for name in step.fields))

    def tasks(self, draft: Any, course: Course) -> list[dict[str, Any]]:
        """The questions with the state of each, as components/task_list.html shows them."""
        problems = self.problems(self.all_of(draft.answers, course), course)
        wrong = {step for step, _error in problems}
        return [
            {
                "label": step.label,
                "url": self.url("step", draft.key, step.slug),
                **_state(step, draft.answers, step.slug in wrong),
            }
            for step in course
        ]

    def title_of(self, answers: Answers) -> Any:
        """What to call a draft: its name, else how it begins."""
        for name in self.called:
            en, zh = (str(answers.get(f"{name}_{one}") or "").strip() for one in ("en", "zh"))
            if en or zh:
                found = phrase(en, zh, get_language())
                return found if len(found) <= 80 else type(found)(f"{found[:80].rstrip()}…", found.lang)
        return self.words.nameless

    def summary(self, draft: Any, course: Course) -> list[Answered]:
        """All answers in words, page by page, each with the way to change it."""
        slugs = draft.answers.get("topics") or []
        topics = {one.slug: one.name for one in Topic.objects.filter(slug__in=slugs)}
        return [
            Answered(
                step,
                f"{self.url('step', draft.key, step.slug)}?back=check",
                [
                    self.in_words(name, draft.answers, topics, is_confidential=name in step.confidential)
                    for name in step.fields
                    if is_said(draft.answers, [name])
                ],
            )
            for step in course
        ]

    def label_of(self, name: str) -> Any:
        return self.table_labels[name][0] if name in self.table_labels else self.form.base_fields[name].label

    def in_words(
        self,
        name: str,
        answers: Answers,
        topics: dict[str, Any] | None = None,
        *,
        is_confidential: bool = False,
    ) -> Row:
        """One answer as people read it."""
        value = answers.get(name)
        stem, _underscore, suffix = name.rpartition("_")
        if stem in self.shape.bilingual and suffix in LANGUAGES:
            return Row(NAMES[suffix], str(value or "").splitlines(), LANGUAGES[suffix])
        label = self.label_of(name)
        lines: list[Any] = str(value or "").splitlines()
        if name in self.tables:
            lines = [self.table_labels[name][1](row) for row in value or []]
        elif name == "topics":
            lines = [(topics or {}).get(one, one) for one in value or []]
        elif name in self.choices:
            words = dict(self.choices[name])
            lines = [words.get(one, one) for one in (value if isinstance(value, list) else [value])]
        elif len(lines) == 1:
            lines = [_day(lines[0])]
        return Row(label, lines, is_confidential=is_confidential)

    def in_two(self, clash: Clash) -> tuple[str, Any, Row, Row]:
        """A field, what it is called, and both versions of it in words."""
        mine, theirs = (self.in_words(clash.field, {clash.field: one}) for one in (clash.mine, clash.theirs))
        return clash.field, self.label_of(clash.field), mine, theirs


def _state(step: Step, answers: Answers, is_wrong: bool) -> dict[str, Any]:
    if not step.is_said(answers):
        return {"state": "todo"} if step.is_needed else {"state": "todo", "word": _("Not answered yet")}
    return {"state": "now", "word": _("Needs a look")} if is_wrong else {"state": "done"}


def _day(text: str) -> str:
    """A day in the reader's way of writing; anything else as it was typed."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text
