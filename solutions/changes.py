"""What changed from one version of a solution to another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from innoportal.languages import HTML_LANG, SIMPLIFIED, simplified
from innoportal.lib.differences import Piece, difference, of_rows, shortened
from innoportal.lib.writing.answers import Answers
from innoportal.lib.writing.writer import LANGUAGES
from solutions.answers import CONFIDENTIAL, SHAPE, TEXTS
from solutions.models import Solution
from solutions.writing import WRITER
from topics.models import Topic

ALL = (
    *(name for name in TEXTS if name not in CONFIDENTIAL),
    "trial_needs",
    "topics",
    "evidence",
    *CONFIDENTIAL,
)


@dataclass(frozen=True)
class Change:
    """One field that says something else now."""

    label: Any
    pieces: list[Piece]
    lang: str = ""  # where it is not the page's
    is_list: bool = False


def changes(old: Answers, new: Answers) -> list[Change]:
    """Field by field, in the order of the form."""
    names = [name for name in ALL if old.get(name) != new.get(name)]
    slugs = {slug for said in (old, new) for slug in said.get("topics") or []} if "topics" in names else set()
    topics = {one.slug: one.name for one in Topic.objects.filter(slug__in=slugs)} if slugs else {}
    return [_change(name, old, new, topics) for name in names]


def unchanged(old: Answers, new: Answers) -> list[Any]:
    """What the fields are called that say the same."""
    return [label_of(name) for name in ALL if old.get(name) and old[name] == new.get(name)]


def label_of(name: str) -> Any:
    return Solution._meta.get_field(name).verbose_name if name in TEXTS else WRITER.label_of(name)  # type: ignore[union-attr]


def _change(name: str, old: Answers, new: Answers, topics: Mapping[str, Any]) -> Change:
    stem, _underscore, suffix = name.rpartition("_")
    lang = LANGUAGES.get(suffix, "") if stem in SHAPE.bilingual else ""
    if name in SHAPE.tables or name in WRITER.choices or name == "topics":
        rows = [
            [str(line) for line in WRITER.in_words(name, said, dict(topics)).lines] for said in (old, new)
        ]
        return Change(label_of(name), of_rows(*([one for one in row if one] for row in rows)), is_list=True)
    before, after = (str(said.get(name, "")) for said in (old, new))
    if lang == "zh-Hant" and get_language() == SIMPLIFIED:
        before, after, lang = simplified(before), simplified(after), "zh-Hans"
    foreign = "" if lang == HTML_LANG.get(get_language() or "en", "en") else lang
    return Change(label_of(name), shortened(difference(before, after)), lang=foreign)
