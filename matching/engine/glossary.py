"""Electrical and mechanical concepts under their English, Hong Kong and mainland names, so these meet."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from matching.engine import text


@dataclass(frozen=True, slots=True)
class Concept:
    id: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]  # Traditional; Simplified is derived

    def label(self, lang: str) -> str:
        if lang == "en":
            return self.english[0].lstrip("=")
        return text.simplified(self.chinese[0]) if lang == "zh-Hans" else self.chinese[0]


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept and its place in the text as it was written."""

    concept: str
    start: int
    end: int


@cache
def concepts() -> dict[str, Concept]:
    rows = files("matching.engine").joinpath("glossary.tsv").read_text("utf-8").splitlines()
    cells = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return {
        name: Concept(name, tuple(english.split("|")), tuple(chinese.split("|")))
        for name, english, chinese in cells
    }


@cache
def chinese_index() -> dict[str, tuple[tuple[str, str], ...]]:
    """First two characters → (name, concept), the longest name first."""
    index: dict[str, set[tuple[str, str]]] = {}
    for concept in concepts().values():
        for name in concept.chinese:
            folded = text.fold(name).text
            index.setdefault(folded[:2], set()).add((folded, concept.id))
    return {head: tuple(sorted(names, key=lambda n: -len(n[0]))) for head, names in index.items()}


@cache
def english_index() -> dict[str, tuple[tuple[tuple[str, ...], str, str], ...]]:
    """First word → (words, capitals that must be there or "", concept), the longest first."""
    index: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for concept in concepts().values():
        for name in concept.english:
            exact = name[1:] if name.startswith("=") else ""
            singulars = tuple(singular for singular, _, _, _ in words(name.lstrip("=")))
            index.setdefault(singulars[0], []).append((singulars, exact, concept.id))
    return {head: tuple(sorted(names, key=lambda n: -len(n[0]))) for head, names in index.items()}


def singular(word: str) -> str:
    """Less than a stem, which would make one of a generator and a generation."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 2 else word


def words(folded: str) -> list[tuple[str, str, int, int]]:
    """Simple words of a folded text: (singular, as written, start, end); joints split, so Wi-Fi is two."""
    found = []
    for piece, start, _, is_han in text.pieces(folded):
        if is_han:
            continue
        at = 0
        for part in text.JOINTS.split(piece):
            at = piece.index(part, at)
            if part:
                found.append((singular(part.lower()), part, start + at, start + at + len(part)))
            at += len(part)
    return found


def mentions(original: str) -> list[Mention]:
    """The concepts that a text names, in either script.

    A name within a longer one counts, too: who asks for pumps is answered by a fire pump. Of names that
    only overlap, the first counts.
    """
    folded = text.fold(original)
    found = [*english_mentions(folded.text), *chinese_mentions(folded.text)]
    return [Mention(m.concept, *folded.span(m.start, m.end)) for m in found]


def english_mentions(folded: str) -> Iterator[Mention]:
    run = words(folded)
    end = 0  # of the name that the others must lie in
    for i, word in enumerate(run):
        for name, exact, concept in english_index().get(word[0], ()):
            here = run[i : i + len(name)]
            if (i >= end or i + len(name) <= end) and tuple(one[0] for one in here) == name:
                if exact and not capitals(exact, here):
                    continue
                end = max(end, i + len(name))
                yield Mention(concept, here[0][2], here[-1][3])


def capitals(exact: str, here: list[tuple[str, str, int, int]]) -> bool:
    """Written as a name (LED, LEDs), not as the word it looks like (led)."""
    parts = text.JOINTS.sub(" ", exact).split()
    return all(word[1].startswith(part) for word, part in zip(here, parts, strict=False))


def chinese_mentions(folded: str) -> Iterator[Mention]:
    """A name within another shares its beginning or end: 漏電 is not meant in 洩漏電纜."""
    start = end = 0
    for i in range(len(folded) - 1):
        for name, concept in chinese_index().get(folded[i : i + 2], ()):
            last = i + len(name)
            inside = last <= end and (i == start or last == end)
            if (i >= end or inside) and folded.startswith(name, i):
                if i >= end:
                    start, end = i, last
                yield Mention(concept, i, last)
