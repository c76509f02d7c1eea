"""Pairs of texts of which it is known which sentences link them.

A link of a set says which texts belong together and not which sentences do. Two kinds of truth are at hand:

*Answers*: a question and its paragraph; the sentence that holds the answer was marked by a language model
that read them, before any way of choosing had been run (`answers.tsv`: set, question, paragraph, first and
last character; two rows where a question needs both sentences, or either will do). Nobody has checked them.
Where XQuAD's Chinese paragraph has as many sentences as the English one, the same number is right.

*Planted*: texts of two articles that have nothing to do with each other, and one sentence of the first that
is put into the second in another language, as a translator wrote it. Right is that sentence on both sides.
NTREX was translated into each kind of Chinese by itself, so its pairs within Chinese are paraphrases; in
adobe_kb they differ in little but the script, and are left out.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import permutations

from matching.engine import Item, Passage, Span
from matching.engine.dense import Role
from matching.engine.linked import LinkedSet
from matching.engine.reading import length, sentences, written
from matching.engine.text import script

Stretch = tuple[int, int]  # of a body, [first, last) character
PLANTED = ("adobe_kb_dev", "ntrex")
LONGEST = 8  # sentences of one side of a planted pair
WORTH = 60  # units of length (a Chinese character is three) that a planted sentence has at least
APART = 2.0  # by which factor lengths of aligned sentences may leave the ratio of their texts


@dataclass(frozen=True)
class Case:
    """Two texts; right is a sentence that lies in one of the stretches, on each side that has any."""

    kind: str  # answer or planted
    source: str  # the set
    group: str  # cases of one group stem from one text, and succeed or fail together
    wish: Item
    solution: Item
    wish_at: tuple[Stretch, ...]  # none: the whole wish is one question
    solution_at: tuple[Stretch, ...]

    @property
    def languages(self) -> str:
        return f"{lang(self.wish)} → {lang(self.solution)}"

    @property
    def same_script(self) -> bool:
        return script(lang(self.wish)) == script(lang(self.solution))

    def is_right(self, wish: Span, solution: Span) -> bool:
        return within(wish, self.wish_at) and within(solution, self.solution_at)

    def chance(self) -> float:
        """How often two sentences drawn by lot are right."""
        asked, offered = sentences(self.wish), sentences(self.solution)
        right = sum(self.is_right(one, other) for one in asked for other in offered)
        return right / (len(asked) * len(offered))


def lang(item: Item) -> str:
    return item.passages[0].lang


def within(span: Span, stretches: Sequence[Stretch]) -> bool:
    """Whether the middle of a sentence lies there: edges may be cut elsewhere than where it was marked."""
    middle = (span.start + span.end) / 2
    return not stretches or (span.field == "body" and any(a <= middle < b for a, b in stretches))


def cases(data: LinkedSet) -> list[Case]:
    """None for a set of which no sentence is known."""
    found = list(answers(data))
    return [*found, *planted(data)] if data.name in PLANTED else found


def answers(data: LinkedSet) -> Iterator[Case]:
    marked: dict[tuple[str, str], list[Stretch]] = {}
    for row in files("innoportal.bench.sentences").joinpath("answers.tsv").read_text("utf-8").splitlines():
        name, question, paragraph, start, end = row.split("\t")
        if name == data.name:
            marked.setdefault((question, paragraph), []).append((int(start), int(end)))
    solutions = {item.key: item for item in data.solutions}
    for wish in data.wishes:
        base = base_of(wish)
        for (question, paragraph), stretches in marked.items():
            if question == base:
                solution = solutions[paragraph]
                yield Case("answer", data.name, question, wish, solution, (), tuple(stretches))


def base_of(item: Item) -> str:
    """What the versions of a text have in common: that of `item__w_en` and `item__s_en` is `item`."""
    return item.key.rsplit("__", 1)[0]


def planted(data: LinkedSet) -> Iterator[Case]:
    """The wish is from one article, the solution from the next but for one sentence of it."""
    versions = cut(data)
    names = sorted(versions)
    langs = sorted({lang for those in versions.values() for lang in those})
    for number, name in enumerate(names):
        host = names[(number + 1) % len(names)]
        for one, other in permutations(langs, 2):
            if script(one) == script(other) and data.name == "adobe_kb_dev":
                continue
            rng = random.Random(f"{name} {one} {other}")  # noqa: S311  no secret
            mine, theirs = versions[name].get(one, []), versions[name].get(other, [])
            carried = [i for i in aligned(mine, theirs) if length(mine[i]) >= WORTH]
            if carried and versions[host].get(other):
                at = rng.choice(carried)
                asked, first = window(mine, at)
                around = versions[host][other][: LONGEST - 1]
                place = rng.randrange(len(around) + 1)
                offered = [*around[:place], theirs[at], *around[place:]]
                wish, wish_at = text_of(f"{name}__{one}", "wish", one, asked, first)
                solution, solution_at = text_of(f"{host}__{other}", "solution", other, offered, place)
                yield Case("planted", data.name, name, wish, solution, (wish_at,), (solution_at,))


def cut(data: LinkedSet) -> Mapping[str, Mapping[str, list[str]]]:
    """The sentences of the longer text of each article, by language."""
    found: dict[str, dict[str, list[str]]] = {}
    for item in data.solutions:
        said = [written(item, span) for span in sentences(item, most=None)]
        found.setdefault(base_of(item), {})[lang(item)] = said
    return found


def aligned(mine: Sequence[str], theirs: Sequence[str]) -> list[int]:
    """Numbers of sentences that are each other's translation; none where the texts were cut differently."""
    if len(mine) != len(theirs) or not mine:
        return []
    ratio = sum(map(length, mine)) / sum(map(length, theirs))
    fits = [1 / APART <= length(a) / length(b) / ratio <= APART for a, b in zip(mine, theirs, strict=True)]
    return list(range(len(mine))) if all(fits) else []


def window(said: Sequence[str], at: int) -> tuple[list[str], int]:
    """At most LONGEST sentences around one, and which of them it is."""
    first = max(0, min(at - LONGEST // 2, len(said) - LONGEST))
    return list(said[first : first + LONGEST]), at - first


def text_of(key: str, role: Role, lang: str, said: Sequence[str], at: int) -> tuple[Item, Stretch]:
    """A text of these sentences, one a line, and where one of them stands in its body."""
    start = sum(len(one) + 1 for one in said[:at])
    return Item(key, role, (Passage(lang, "", "\n".join(said)),)), (start, start + len(said[at]))
