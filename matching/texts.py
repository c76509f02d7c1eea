"""What the engine reads of a wish or a solution: the words apart from the facts."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.conf import settings
from django.db.models.functions import Left

from documents.models import Document
from matching.engine import ENGINE_VERSION, Item, Need, Offer, Passage
from matching.engine.dense import VERSIONS
from solutions.models import Solution
from topics import standards
from topics.bands import MONEY_RANGES
from wishes.models import Wish

FIELDS = {  # what makes the body of a passage, in this order
    "wish": ("need", "outcome", "constraints", "site"),
    "solution": ("summary", "method"),
}
LANGUAGES = (("en", "en"), ("zh", "zh-Hant"))  # suffix of the column, language of the engine
BETWEEN = "\n"
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
LONGEST_VERSION = 40  # characters


@dataclass(frozen=True)
class Section:
    """Where one field of a thing stands in the body of a passage."""

    field: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def side_of(thing: Wish | Solution) -> str:
    return "wish" if isinstance(thing, Wish) else "solution"


def key_of(thing: Wish | Solution) -> str:
    return f"{'w' if isinstance(thing, Wish) else 's'}{thing.pk}"


def sections(thing: Wish | Solution, suffix: str) -> list[Section]:
    """The fields written in one language; joined by BETWEEN they are the body that the engine reads."""
    found: list[Section] = []
    at = 0
    for name in FIELDS[side_of(thing)]:
        text = getattr(thing, f"{name}_{suffix}").strip()
        if text:
            found.append(Section(name, text, at))
            at += len(text) + len(BETWEEN)
    return found


def item_of(thing: Wish | Solution, attached: str = "") -> Item:
    """One passage for each language in which there is anything to read.

    `attached` is what its public files say (`attached_to`). It follows what was typed, in the languages in
    which something was: places within what was typed are the same with it and without.
    """
    passages = []
    said = by_language(attached)
    for suffix, lang in LANGUAGES:
        title = getattr(thing, f"title_{suffix}").strip()
        body = BETWEEN.join(section.text for section in sections(thing, suffix))
        if title or body:
            passages.append(Passage(lang, title, BETWEEN.join(filter(None, (body, said[lang])))))
    return Item(key_of(thing), side_of(thing), tuple(passages))  # type: ignore[arg-type]


def attached_to(things: Sequence[Wish | Solution]) -> dict[int, str]:
    """The first words of the public files of things of one side, by id: what anyone can download anyway.

    Never of a confidential file: what a search finds by it would tell what it says (docs/adr/0034).
    """
    longest = settings.MATCHING_DOCUMENT_CHARACTERS
    if not things or not longest:
        return {}
    rows = Document.objects.public().filter(
        noun=type(things[0])._meta.label_lower, object_id__in=[thing.pk for thing in things]
    )
    found: dict[int, str] = {}
    for pk, words in rows.order_by("pk").values_list("object_id", Left("rendition__words", longest)):
        found[pk] = BETWEEN.join(filter(None, (found.get(pk, ""), words)))[:longest]
    return found


def by_language(text: str) -> dict[str, str]:
    """Line by line: a leaflet in two languages is read in both."""
    lines: dict[str, list[str]] = {lang: [] for _suffix, lang in LANGUAGES}
    for line in filter(None, text.split("\n")):
        lines["zh-Hant" if len(_HAN.findall(line)) * 4 > len(line) else "en"].append(line)
    return {lang: "\n".join(found) for lang, found in lines.items()}


def engine_version() -> str:
    """What this process would read texts with: code, models and glossary, as short as a column is wide.

    What one version reads cannot be compared with what another reads. Which of them serves the portal is a
    row (`services.versions`).
    """
    models = list(settings.MATCHING_EMBEDDERS)
    said = json.dumps([[name, VERSIONS.get(name, "")] for name in models] + [glossary_hash()])
    mark = hashlib.sha256(said.encode()).hexdigest()[:8]
    name = f"{engine_line()}+{mark}"
    return name if len(name) <= LONGEST_VERSION else f"{ENGINE_VERSION}+{mark}"


def engine_line() -> str:
    """Code and models without their releases and the glossary: what scores alike enough to learn from."""
    return "+".join((ENGINE_VERSION, *settings.MATCHING_EMBEDDERS))


@cache
def glossary_hash() -> str:
    """Of the glossary that comes with the engine."""
    return hashlib.sha256(files("matching.engine").joinpath("glossary.tsv").read_bytes()).hexdigest()


def content_hash(item: Item, version: str = "") -> str:
    """What a version reads of a thing; the same hash, and nothing needs to be read again."""
    said = [version or engine_version(), item.role, [[p.lang, p.title, p.body] for p in item.passages]]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def need_of(wish: Wish) -> Need:
    """Reads `wish.topics`: prefetch them."""
    return Need(
        topics=frozenset(topic.slug for topic in wish.topics.all()),
        trl_wanted=wish.trl_wanted,
        budget=MONEY_RANGES.get(wish.budget),
        months=wish.months,
        site=frozenset(wish.site_gives),
        certificates=standards.asked(wish.certificates),
    )


def offer_of(solution: Solution, verified_reports: int) -> Offer:
    """Reads `solution.topics`: prefetch them."""
    return Offer(
        topics=frozenset(topic.slug for topic in solution.topics.all()),
        trl=solution.trl,
        price=MONEY_RANGES.get(solution.price),
        lead_months=solution.lead_months,
        needs=frozenset(solution.trial_needs),
        certificates=standards.held(solution.certificates),
        verified_reports=verified_reports,
        novel=solution.is_novel,
    )
