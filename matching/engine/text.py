"""How a text becomes words that can be compared: folded, stemmed, cut, and traced back to their places."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import Stemmer
from opencc import OpenCC

HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LETTER = rf"[^\W_{HAN}]"
PIECE = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>{LETTER}+(?:[-._'’+&]{LETTER}+)*(?:\+\+|\#)?)")
JOINTS = re.compile(r"[-._+&]+")
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
JAMO = re.compile("[\u1160-\u11ff]")
HALVES = re.compile("[\ud800-\udfff]")
STOPWORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above after again all also an and any are as at be because been before being below
        between both but by can could did do does down during each either few for from had has have
        he her his how however i if in into is it its just may more most no nor not of off on once
        only or other our out over own same she should so some such than that the their them then
        there these they this those through to too under until up upon very via was we were what
        when where whether which while who whom why will with within without would you your
        """,
    )
)
LANGUAGES = ("en", "zh-Hant", "zh-Hans", "yue")
local = threading.local()


class Token(NamedTuple):  # a third of the time that a dataclass takes to make, and texts have thousands
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in one script, with the place in the original from which each of its characters came."""

    text: str
    places: tuple[tuple[int, int], ...] | None = None  # (start, end); None = each from its own place

    def span(self, start: int, end: int) -> tuple[int, int]:
        if self.places is None or start == end:
            return start, end
        return self.places[start][0], self.places[end - 1][1]


def script(lang: str) -> str:
    """Languages that share their words once folded: all written Chinese is one."""
    return "en" if lang == "en" else "zh"


@cache
def converter() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    if text.isascii():
        return text
    try:
        return converter().convert(text)
    except UnicodeEncodeError:  # half a character, from a broken file
        return converter().convert(HALVES.sub("\ufffd", text))


def fold(text: str) -> Folded:
    """NFKC, then Traditional to Simplified; what OpenCC would lengthen is converted by character."""
    if unicodedata.is_normalized("NFKC", text):
        return Folded(in_one_script(text))
    normal, places = compatible(text)
    return Folded(in_one_script(normal), None if places is None else tuple(places))


def in_one_script(normal: str) -> str:
    folded = simplified(normal)
    if len(folded) == len(normal):
        return folded
    return "".join(one if len(one := simplified(char)) == 1 else char for char in normal)


def compatible(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """NFKC of each character with the marks that follow it, and where it stood (None: where it is now)."""
    if any(map(unicodedata.combining, text)) or JAMO.search(text):
        starts = [i for i, char in enumerate(text) if not (i and follows(char))]
        edges = list(zip(starts, [*starts[1:], len(text)], strict=True))
        parts = [unicodedata.normalize("NFKC", text[start:end]) for start, end in edges]
    else:
        edges = []
        parts = list(map(nfkc, text))
        if all(map((1).__eq__, map(len, parts))):
            return "".join(parts), None
    edges = edges or [(i, i + 1) for i in range(len(text))]
    places = [edge for edge, part in zip(edges, parts, strict=True) for _ in part]
    return "".join(parts), places


def follows(char: str) -> bool:
    """A mark, or the rest of a Korean syllable."""
    return bool(unicodedata.combining(char)) or "\u1160" <= char <= "\u11ff"


@lru_cache(maxsize=1 << 14)
def nfkc(char: str) -> str:
    return unicodedata.normalize("NFKC", char)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The English stem; a stemmer is not safe to share between threads, so each thread has its own."""
    if not hasattr(local, "stemmer"):
        local.stemmer = Stemmer.Stemmer("english", 0)
    return local.stemmer.stemWord(word)


def pieces(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """Runs of Chinese and words of anything else, in a folded text: (piece, start, end, is Chinese)."""
    for match in PIECE.finditer(text):
        yield match.group(), match.start(), match.end(), match.lastgroup == "han"


def bigrams(run: str, start: int) -> Iterator[Token]:
    if len(run) == 1:
        yield Token(run, start, start + 1)
    for i in range(len(run) - 1):
        yield Token(run[i : i + 2], start + i, start + i + 2)


@lru_cache(maxsize=1 << 14)
def word_forms(word: str) -> tuple[tuple[str, int, int], ...]:
    return tuple(forms_of(word))


def forms_of(word: str) -> Iterator[tuple[str, int, int]]:
    """A word as BM25 sees it: whole, without its joints (Wi-Fi = WiFi), and its parts: (form, start, end)."""
    low = word.lower().replace("’", "'")
    if low.endswith(("++", "#")):
        yield low, 0, len(word)
        return
    if not JOINTS.search(low):
        yield (stem(low), 0, len(word))
        yield from inner_parts(word)
        return
    yield low, 0, len(word)
    joined = JOINTS.sub("", low)
    if len(joined) <= 12:
        yield stem(joined), 0, len(word)
    at = 0
    for part in JOINTS.split(low):
        at = low.index(part, at)
        if part:
            yield stem(part), at, at + len(part)
            yield from ((form, at + s, at + e) for form, s, e in inner_parts(word[at : at + len(part)]))
        at += len(part)


def inner_parts(word: str) -> Iterator[tuple[str, int, int]]:
    """The parts of camelCase and of chiller2; not of LoRa or CO2, whose parts mean nothing."""
    found = list(CAMEL.finditer(word))
    if len(found) > 1 and any(len(m.group()) > 2 and m.group().isalpha() for m in found):
        for m in found:
            if len(m.group()) > 2 or m.group().isdigit():
                yield stem(m.group().lower()), m.start(), m.end()


def tokens(text: str) -> list[Token]:
    """Every token of a text with its exact place in the text as it was written."""
    folded = fold(text)
    found = []
    for token in folded_tokens(folded.text):
        start, end = folded.span(token.start, token.end)
        found.append(Token(token.text, start, end))
    return found


def folded_tokens(text: str) -> Iterator[Token]:
    for piece, start, _, is_han in pieces(text):
        if is_han:
            yield from bigrams(piece, start)
            continue
        for form, s, e in word_forms(piece):
            if form and form not in STOPWORDS:
                yield Token(form, start + s, start + e)


def clip(text: str, units: int) -> str:
    """The beginning of a text that costs as much as `units` Latin characters; a Chinese one is three."""
    if len(text) * 3 <= units:
        return text
    spent = 0
    for i, char in enumerate(text):
        spent += 3 if char >= "\u2e80" else 1
        if spent > units:
            return text[:i]
    return text
