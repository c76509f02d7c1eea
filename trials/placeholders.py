"""Figures of the record inside prose: `{claim 1 effect}` stands for what was measured, so nobody types it.

Two braces, `{{` and `}}`, stand for one.
"""

import re
from collections.abc import Iterable, Mapping

NAMED = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}")
DIGITS = r"[0-9０-９][0-9０-９,.，．]*"
HAN_DIGITS = "〇零一二三四五六七八九十百千點兩"
NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    "(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-[a-z]+)?|a hundred"
)
PER_CENT = (
    rf"(?:{DIGITS}|\b(?:{NUMBER_WORDS}))\s*(?:[%％]|per\s?cent\b|個百分點)(?!\s*(?:confidence\s+)?interval|\s*置信)|百分之[{HAN_DIGITS}0-9.]+|"
    rf"[一二三四五六七八九]成半?(?![本功果立員績])"
)
MONEY = rf"(?:HK|US)?\$\s?{DIGITS}(?:\s?(?:million|thousand|[mk]\b))?|港幣\s?{DIGITS}|{DIGITS}\s?[萬億]?元"


def fill(text: str, values: Mapping[str, str]) -> str:
    """
    :raises KeyError: a name that the record does not have; `unknown` tells before.
    """
    return NAMED.sub(lambda found: _one(found, values), text)


def _one(found: re.Match[str], values: Mapping[str, str]) -> str:
    if found[0] in ("{{", "}}"):
        return found[0][0]
    return values[name_of(found[1])]


def name_of(typed: str) -> str:
    """Spaces and capitals do not matter."""
    return " ".join(typed.split()).lower()


def unknown(text: str, names: Iterable[str]) -> list[str]:
    """What stands in braces and is no name of the record, as it was typed, each once."""
    known = set(names)
    typed = (found[1] for found in NAMED.finditer(text) if found[1] is not None)
    return list(dict.fromkeys(one for one in typed if name_of(one) not in known))


def literal(text: str) -> str:
    """A text that somebody else wrote, whose braces mean nothing."""
    return text.replace("{", "{{").replace("}", "}}")


def typed_figures(text: str, units: Iterable[str]) -> list[str]:
    """Shares, money and amounts in one of these units that were typed and not taken from the record."""
    counted = [
        re.escape(unit) for unit in sorted(units, key=len, reverse=True) if unit.strip() and unit != "%"
    ]
    kinds = [PER_CENT, MONEY]
    if counted:
        kinds.append(rf"{DIGITS}\s*(?:{'|'.join(counted)})(?![A-Za-z])")
    bare = NAMED.sub("\0", text)
    return list(
        dict.fromkeys(found[0].strip() for found in re.finditer("|".join(kinds), bare, re.IGNORECASE))
    )
