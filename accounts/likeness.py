"""Whether two organisations may be one: by their names, their numbers and the domain of their addresses.

A likeness is a reason to ask a person, never a decision. Pure: values in, values out.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from urllib.parse import urlsplit

from rapidfuzz import fuzz, process

from innoportal.languages import simplified

NAME, NUMBER, DOMAIN = "name", "number", "domain"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What tells of the form or the seat of a firm and not which firm it is. Chinese as simplified.
LEGAL = _set("ltd limited co company corp corporation inc incorporated llc plc hk hongkong the of")
LEGAL_ZH = re.compile("股份|有限责任|有限|公司|香港|特别行政区")
SAME_WORD = {
    "eng": "engineering",
    "engg": "engineering",
    "tech": "technology",
    "technologies": "technology",
    "intl": "international",
    "int'l": "international",
    "dept": "department",
    "univ": "university",
    "systems": "system",
    "solutions": "solution",
    "services": "service",
    "labs": "laboratory",
    "lab": "laboratory",
    "laboratories": "laboratory",
    "and": "",
}
ALIKE, WORD_ALIKE, ALIKE_ZH = 88, 80, 88  # of 100; tests/accounts/test_likeness.py is the table behind them
SHORT = 6  # letters: in so short a name one letter makes another firm

PUBLIC_MAIL = _set(
    """gmail.com googlemail.com outlook.com hotmail.com hotmail.com.hk live.com live.hk msn.com yahoo.com
    yahoo.com.hk yahoo.com.tw ymail.com rocketmail.com icloud.com me.com mac.com aol.com proton.me
    protonmail.com
    pm.me zoho.com gmx.com gmx.net mail.com
    fastmail.com yandex.com hey.com tutanota.com qq.com foxmail.com 163.com 126.com
    yeah.net sina.com sina.cn sohu.com
    139.com 189.cn wo.cn aliyun.com netvigator.com biznetvigator.com
    hkbn.net i-cable.com ctimail.com ctimail3.com hknet.com"""
)
# Under these anyone, or every department, has a name: they say nothing of who it is.
SUFFIXES = _set(
    "com hk org net edu gov io ai co tech app dev com.hk org.hk net.hk edu.hk gov.hk idv.hk com.cn org.cn"
)


@dataclass(frozen=True)
class Known:
    """What is compared of one organisation."""

    names: tuple[str, ...]  # folded
    numbers: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()


@lru_cache(maxsize=16384)
def folded(name: str) -> str:
    """A name without what tells nothing of whose it is; words in their order, one blank between them."""
    text = simplified(unicodedata.normalize("NFKC", name).casefold())
    text = re.sub(r"\bhong\s+kong\b", " ", text.replace("&", " and "))
    text = re.sub(r"(?<=\w)['’](?=\w)|\.(?=\w\b)|(?<=\b\w)\.", "", text)  # O'Brien, H.K., I.T.
    core = LEGAL_ZH.sub("", text)
    words = [SAME_WORD.get(word, word) for word in _words(core) if word not in LEGAL]
    return " ".join(word for word in words if word) or " ".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def known(
    names: Iterable[str], *, numbers: Iterable[str] = (), addresses: Iterable[str] = (), website: str = ""
) -> Known:
    domains = {address.rpartition("@")[2].casefold() for address in addresses} | {_host(website)}
    return Known(
        names=tuple(sorted({folded(name) for name in names if name.strip()} - {""})),
        numbers=frozenset(number for number in numbers if number),
        domains=frozenset(one for one in domains if "." in one and one not in PUBLIC_MAIL | SUFFIXES),
    )


def _host(website: str) -> str:
    try:
        host = urlsplit(website).hostname or ""
    except ValueError:
        return ""
    return host.casefold().removeprefix("www.")


def likeness(one: Known, other: Known) -> tuple[str, ...]:
    """Why the two may be one; empty when nothing says so."""
    found = []
    if any(alike(mine, yours) for mine in one.names for yours in other.names):
        found.append(NAME)
    if one.numbers & other.numbers:
        found.append(NUMBER)
    if any(_same_domain(mine, yours) for mine in one.domains for yours in other.domains):
        found.append(DOMAIN)
    return tuple(found)


def _same_domain(one: str, other: str) -> bool:
    """Equal, or one within the other: `ie.uni.edu.hk` belongs to `uni.edu.hk`."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> bool:
    """Two folded names: the same but for blanks, or every word of the one nearly a word of the other."""
    close, distant = one.replace(" ", ""), other.replace(" ", "")
    if close == distant:
        return True
    if min(len(close), len(distant)) < SHORT and close.isascii():
        return False
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):  # Laboratory 1 is not Laboratory 2
        return False
    if not close.isascii() or not distant.isascii():
        return min(len(close), len(distant)) > 3 and fuzz.ratio(close, distant) >= ALIKE_ZH
    return fuzz.token_sort_ratio(one, other) >= ALIKE and _paired(one.split(), other.split())


def _paired(one: Sequence[str], other: Sequence[str]) -> bool:
    """North Star and North Sea share most letters; a person reads the one word that differs."""
    return all(
        max(fuzz.ratio(word, there) for there in theirs) >= WORD_ALIKE
        for mine, theirs in ((one, other), (other, one))
        for word in mine
    )


ROWS = 500  # names compared with all in one go: 10,000 names take 5 MB


def pairs(organisations: Mapping[int, Known], *, crowd: int) -> dict[tuple[int, int], tuple[str, ...]]:
    """All that may be one, the lower key first, with why; a domain that more than `crowd` share is none."""
    near = set(_near_names(organisations))
    for values in (_owners(organisations, "numbers"), _owners(organisations, "domains")):
        near |= {pair for owners in values.values() for pair in combinations(sorted(owners), 2)}
    found = {pair: likeness(organisations[pair[0]], organisations[pair[1]]) for pair in sorted(near)}
    shared: dict[int, int] = defaultdict(int)
    for pair, why in found.items():
        for pk in pair if DOMAIN in why else ():
            shared[pk] += 1
    crowded = {pk for pk, count in shared.items() if count > crowd}
    for pair, why in found.items():
        if crowded & set(pair):
            found[pair] = tuple(one for one in why if one != DOMAIN)
    return {pair: why for pair, why in found.items() if why}


def _near_names(organisations: Mapping[int, Known]) -> Iterator[tuple[int, int]]:
    """By letters alone, in C; `likeness` reads what this leaves."""
    owned = [(name, pk) for pk, one in organisations.items() for name in one.names]
    names, close = [name for name, _pk in owned], [name.replace(" ", "") for name, _pk in owned]
    for start in range(0, len(owned), ROWS):
        part = slice(start, start + ROWS)
        for texts, scorer in ((names, fuzz.token_sort_ratio), (close, fuzz.ratio)):
            scores = process.cdist(texts[part], texts, scorer=scorer, score_cutoff=ALIKE)
            for row, column in zip(*scores.nonzero(), strict=True):
                one, other = owned[start + row][1], owned[column][1]
                if one != other:
                    yield min(one, other), max(one, other)


def _owners(organisations: Mapping[int, Known], attribute: str) -> dict[str, set[int]]:
    """Who has a number or a domain; a domain also has those of the domains above it."""
    owners: dict[str, set[int]] = defaultdict(set)
    for pk, one in organisations.items():
        for value in getattr(one, attribute):
            parts = value.split(".")
            for above in range(len(parts) - 1 or 1):
                owners[".".join(parts[above:])].add(pk)
    return {value: those for value, those in owners.items() if value not in SUFFIXES}
