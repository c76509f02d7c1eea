"""Terms as a file: one concept a line, cells apart by tabs, names of a cell by |."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from matching.engine.glossary import Concept

HEAD = ("concept", "English names", "Traditional Chinese names", "Simplified Chinese names", "note")


@dataclass(frozen=True)
class Line:
    """What is written in one line; `wrong` says why it cannot be read."""

    number: int
    concept: Concept
    note: str = ""
    wrong: str = ""


def read(body: str) -> Iterator[Line]:
    """The lines of a file, but empty ones and those that begin with #; the last two cells may be missing."""
    for number, line in enumerate(body.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if not 3 <= len(cells) <= len(HEAD):
            wrong = f"{len(cells)} cells, where there are 3 to {len(HEAD)}: {', '.join(HEAD)}"
            yield Line(number, Concept(cells[0], (), ()), wrong=wrong)
            continue
        key, english, chinese, simplified, note = cells + [""] * (len(HEAD) - len(cells))
        yield Line(number, Concept(key, names(english), names(chinese), names(simplified)), note)


def names(cell: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in cell.split("|") if name.strip())


def write(rows: Iterable[tuple[Concept, str]]) -> str:
    """The text of a file that `read` gives back."""
    lines = ["# " + "\t".join(HEAD)]
    for concept, note in rows:
        cells = ("|".join(part) for part in (concept.english, concept.chinese, concept.simplified))
        lines.append("\t".join((concept.id, *cells, " ".join(note.split()))))
    return "\n".join(lines) + "\n"
