"""What is made of an upload: a copy without metadata for the public, its words, a picture of its first page.

`python -m documents.making` does it in a process of its own, with little memory and time and nothing to
inherit: the libraries that read PDF and Office files are the part of the portal that strangers' bytes reach.
No Django in here.
"""

from dataclasses import dataclass

WORDS = 100_000  # characters kept of a document's text
PAGES = 200  # of a PDF that are read for its text


class Unfit(Exception):
    """No copy can be made. Its argument is one of the codes of `Document.Trouble`."""


@dataclass
class Made:
    """Beside `copy` in the folder: its words, and how large `picture` (WebP) is; or why nothing is there."""

    words: str = ""
    picture: tuple[int, int] | None = None
    trouble: str = ""


def readable(text: str, longest: int = WORDS) -> str:
    """Text that a database and a page can hold: no NUL, control character or half of a pair."""
    text = text.encode("utf-8", "ignore").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one if one in "\n\t" or one.isprintable() or one == "\u3000" else " " for one in text)
    lines = ("\t".join(" ".join(cell.split()) for cell in line.split("\t")) for line in kept.split("\n"))
    return "\n".join(line.strip() for line in lines if line.strip())[:longest]
