"""What changed between two texts, in pieces that people can read. Values in, values out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "removed", "added", "left_out"]

HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORDS = re.compile(rf"[{HAN}]|[^\s{HAN}]+\s*|\s+")  # Chinese has no spaces: each character is a word
SENTENCES = re.compile(r".+?(?:[.!?]\s+|[。！？]|\n+|$)", re.DOTALL)
FINEST = 1_000_000  # words of the one by words of the other: beyond, whole sentences are told
KEPT = 80  # characters of unchanged text that stay on either side of a change


@dataclass(frozen=True)
class Piece:
    kind: Kind
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """Word by word within the sentences that changed; joined without what was added it is `old`."""
    return _joined(_by_sentence(old, new))


def of_rows(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """The same of lists: a row is there or not."""
    return list(_compared(old, new))


def shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """Long unchanged text is cut where no change is near, and says so."""
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        is_first, is_last = number == 0, number == len(pieces) - 1
        found += _cut(piece.text, is_first, is_last) if piece.kind == "same" else [piece]
    return found


def _cut(text: str, is_first: bool, is_last: bool) -> list[Piece]:
    before = "" if is_first else text[:KEPT]
    after = "" if is_last else text[-KEPT:]
    if len(text) <= len(before) + len(after) + KEPT:
        return [Piece("same", text)]
    parts = [Piece("same", before), Piece("left_out", ""), Piece("same", after)]
    return [part for part in parts if part.text or part.kind == "left_out"]


def _by_sentence(old: str, new: str) -> Iterator[Piece]:
    ours, theirs = SENTENCES.findall(old), SENTENCES.findall(new)
    for tag, i, j, k, m in SequenceMatcher(None, ours, theirs).get_opcodes():
        if tag == "replace":
            yield from _by_word("".join(ours[i:j]), "".join(theirs[k:m]))
        elif tag == "equal":
            yield Piece("same", "".join(ours[i:j]))
        else:
            yield from _replaced("".join(ours[i:j]), "".join(theirs[k:m]))


def _by_word(old: str, new: str) -> Iterator[Piece]:
    ours, theirs = WORDS.findall(old), WORDS.findall(new)
    if len(ours) * len(theirs) > FINEST:
        return _replaced(old, new)
    return _compared(ours, theirs)


def _compared(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Piece]:
    for tag, i, j, k, m in SequenceMatcher(None, ours, theirs).get_opcodes():
        if tag == "equal":
            yield from (Piece("same", one) for one in ours[i:j])
        else:
            yield from (Piece("removed", one) for one in ours[i:j])
            yield from (Piece("added", one) for one in theirs[k:m])


def _replaced(old: str, new: str) -> Iterator[Piece]:
    if old:
        yield Piece("removed", old)
    if new:
        yield Piece("added", new)


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found
