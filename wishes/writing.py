"""What the pages of the guided writer show: the questions, how far one is, what has been answered."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from innoportal.languages import phrase
from innoportal.lib.templatetags.languages import day
from topics.models import Topic
from wishes import quality
from wishes.answers import BILINGUAL, ROWS, Answers, form_data, is_said
from wishes.forms import LANGUAGES, KpiFormSet, WishForm
from wishes.models import Wish, WishDraft
from wishes.steps import BY_SLUG, STEPS, Step, minutes_left, step_of

NAMES = {"en": _("English"), "zh": _("Traditional Chinese")}


@dataclass(frozen=True)
class Judged:
    """The forms of one page or of all pages, filled with the answers and asked whether they are right."""

    form: Any
    kpis: Any

    @classmethod
    def of(cls, answers: Answers, fields: tuple[str, ...] | None = None) -> "Judged":
        """`fields` of one page; all of them without."""
        data = form_data(answers)
        form = WishForm(data, only=None if fields is None else [name for name in fields if name != "kpis"])
        asks_kpis = fields is None or "kpis" in fields
        return cls(form, KpiFormSet(data, prefix="kpis") if asks_kpis else None)

    @property
    def is_right(self) -> bool:
        return self.form.is_valid() & (self.kpis is None or self.kpis.is_valid())

    def values(self) -> dict[str, Any]:
        """What the services take, once it is right."""
        rows = [dict(form.cleaned_data) for form in self.kpis if form.cleaned_data]
        return {**self.form.cleaned_data, "kpis": rows}

    def problems(self) -> list[tuple[str, str]]:
        """(page, what is wrong there)."""
        found = [
            (step_of(name).slug, str(error)) for name, errors in self.form.errors.items() for error in errors
        ]
        if self.kpis is not None and not self.kpis.is_valid():
            found += [("kpis", str(error)) for error in self.kpis.non_form_errors()]
            found += [
                ("kpis", f"{form.fields[name].label}: {error}")
                for form in self.kpis
                for name, errors in form.errors.items()
                for error in errors
            ]
        return found


def shown(answers: Answers, step: Step, rows: int = 1) -> Judged:
    """The forms of a page as they were left, without a verdict; `rows` more measures than there are."""
    names = [name for name in step.fields if name != "kpis"]
    form = WishForm(initial=answers, only=names)
    kpis = None
    if "kpis" in step.fields:
        own = list(answers.get("kpis") or [])
        own += [{} for _one in range(rows)][: max(0, ROWS - len(own))]
        kpis = KpiFormSet(initial=own, prefix="kpis")
    return Judged(form, kpis)


def tasks(draft: WishDraft) -> list[dict[str, Any]]:
    """The questions with the state of each, as components/task_list.html shows them."""
    wrong = {step for step, _error in Judged.of(draft.answers).problems()}
    return [
        {
            "label": step.label,
            "url": reverse("wishes:step", args=[draft.key, step.slug]),
            **_state(step, draft.answers, step.slug in wrong),
        }
        for step in STEPS
    ]


def _state(step: Step, answers: Answers, is_wrong: bool) -> dict[str, Any]:
    if not step.is_said(answers):
        return {"state": "todo"} if step.is_needed else {"state": "todo", "word": _("Not answered yet")}
    return {"state": "now", "word": _("Needs a look")} if is_wrong else {"state": "done"}


def progress(answers: Answers) -> dict[str, Any]:
    done = [step for step in STEPS if step.is_said(answers)]
    return {"done": len(done), "whole": len(STEPS), "minutes": minutes_left(answers)}


def remarks(answers: Answers, key: str = "") -> list[dict[str, Any]]:
    """The quality checklist; with the `key` of a draft each leads to the page that answers it."""
    return [
        {
            "asks": one.asks,
            "why": one.why,
            "label": BY_SLUG[one.step].label,
            "url": f"{reverse('wishes:step', args=[key, one.step])}?back=check" if key else "",
        }
        for one in quality.remarks(answers)
    ]


def questions_left(count: int) -> str:
    return ngettext(
        "A vendor would still ask %(count)s question", "A vendor would still ask %(count)s questions", count
    ) % {"count": count}


def title_of(answers: Answers) -> Any:
    """What to call a draft: its name, else how it begins."""
    for name in ("title", "need", "outcome"):
        en, zh = (str(answers.get(f"{name}_{one}") or "").strip() for one in ("en", "zh"))
        if en or zh:
            found = phrase(en, zh, get_language())
            return found if len(found) <= 80 else type(found)(f"{found[:80].rstrip()}…", found.lang)
    return _("A wish without a name yet")


@dataclass(frozen=True)
class Row:
    label: Any
    lines: list[Any]
    lang: str = ""


@dataclass(frozen=True)
class Answered:
    step: Step
    url: str
    rows: list[Row]


def summary(draft: WishDraft) -> list[Answered]:
    """All answers in words, page by page, each with the way to change it."""
    topics = {one.slug: one.name for one in Topic.objects.filter(slug__in=draft.answers.get("topics") or [])}
    return [
        Answered(
            step,
            f"{reverse('wishes:step', args=[draft.key, step.slug])}?back=check",
            [in_words(name, draft.answers, topics) for name in step.fields if is_said(draft.answers, [name])],
        )
        for step in STEPS
    ]


def label_of(field: str) -> Any:
    return _("Measures of success") if field == "kpis" else WishForm.base_fields[field].label


def in_words(field: str, answers: Answers, topics: dict[str, Any] | None = None) -> Row:
    """One answer as people read it."""
    value = answers.get(field)
    stem, _underscore, suffix = field.rpartition("_")
    if stem in BILINGUAL and suffix in LANGUAGES:
        return Row(NAMES[suffix], str(value or "").splitlines(), LANGUAGES[suffix])
    if field == "kpis":
        return Row(label_of(field), [_measure(row) for row in value or []])
    label = label_of(field)
    if field == "topics":
        return Row(label, [(topics or {}).get(one, one) for one in value or []])
    if field in CHOICES:
        words = dict(CHOICES[field].choices)
        return Row(label, [words.get(one, one) for one in (value if isinstance(value, list) else [value])])
    return Row(label, [_day(str(value or ""))])


CHOICES: dict[str, Any] = {"site_gives": Wish.SiteGift, "budget": Wish.Budget, "vehicle": Wish.Vehicle}


def _measure(row: dict[str, str]) -> str:
    change = " → ".join(part for part in (row.get("baseline", ""), row.get("target", "")) if part)
    parts = (row.get("metric", ""), f"{change} {row.get('unit', '')}".strip(), row.get("method", ""))
    return " · ".join(part for part in parts if part.strip())


def _day(text: str) -> str:
    """A day in the reader's way of writing; anything else as it was typed."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text
