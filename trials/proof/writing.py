"""How a text, a number or a date is written in a report, with the language that it is in."""

import json
import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from babel.dates import format_date, format_datetime, get_timezone

from trials.proof.labels import simplified, word
from trials.proof.payload import Bilingual
from trials.proof.signing import moment

ASSETS = Path(__file__).parent / "assets"
LOCALES = {"en": "en_GB", "zh-hant": "zh_Hant_HK", "zh-hans": "zh_Hans_CN"}
HONG_KONG = get_timezone("Asia/Hong_Kong")
MISSING = "〓"  # the printers' mark for a sort that is not in the case
Width = Literal["medium", "long"]
CHINESE = {"en": "HK", "zh-hant": "HK", "zh-hans": "CN"}
METRIC = re.compile("[A-Za-z0-9_-]+")
CURRENCIES = {"HKD": "HK$"}
DIGITS = 4  # significant digits that people read; the signed data holds all
# The fingerprint of a claim's readings, with which trials/sentences.py ends the reason that is signed.
DATA = re.compile(r"\s*(?:Data: |數據指紋：)([0-9a-f]{64})[.。]")


@cache
def _covered() -> frozenset[int]:
    ranges = json.loads((ASSETS / "fonts" / "coverage.json").read_text())
    return frozenset(point for first, last in ranges for point in range(first, last + 1))


def printable(text: str) -> str:
    """PDF/A refuses a character without a glyph, so one must not come from what people wrote."""
    text = unicodedata.normalize("NFC", text)
    if _covered().issuperset(map(ord, text.replace("\n", ""))):
        return text
    return "".join(_glyph(character) for character in text)


def _glyph(character: str) -> str:
    if character == "\n" or ord(character) in _covered():
        return character
    plainer = unicodedata.normalize("NFKC", character)
    if plainer != character:
        return "".join(_glyph(part) for part in plainer)
    return "" if unicodedata.category(character) in ("Cf", "Cc", "Mn") else MISSING


def _simplified(text: str) -> str:
    """A Hong Kong character keeps its form where the simplified one is too rare for our fonts."""
    derived = simplified(text)
    if len(derived) != len(text):
        return derived
    pairs = zip(text, derived, strict=True)
    return "".join(new if ord(new) in _covered() else old for old, new in pairs)


def metric_label(said: Bilingual) -> Bilingual:
    """A metric as people read it. A plan names it once, in Latin letters: `energy_use` reads Energy use."""
    if said.en != said.zh or not METRIC.fullmatch(said.en):
        return said
    words = re.sub(r"_+|(?<=[A-Za-z])-(?=[A-Za-z])", " ", said.en).strip()
    begin, _, rest = words.partition(" ")
    if begin.islower():  # not kWh, nor pH
        begin = begin.capitalize()
    return Bilingual(en=f"{begin} {rest}".strip()) if words else said


def brief(text: str, beside: str | None = None) -> str:
    """A number to four significant digits, its whole part always in full.

    ``beside`` is the target that the verdict compared it with: it gets as many more digits as keep it on its
    side of that, so that 17.9996 % against 18 % is not printed as 18 %.
    """
    value, other = Decimal(text), None if beside is None else Decimal(beside)
    for digits in range(DIGITS, DIGITS + len(text) + 1):
        found = _to_digits(value, digits)
        if other is None or ((found > other) - (found < other) == (value > other) - (value < other)):
            break
    plain = f"{found:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _to_digits(value: Decimal, digits: int) -> Decimal:
    exponent = min(0, value.adjusted() - digits + 1)
    held = value.as_tuple().exponent
    return value if isinstance(held, int) and held >= exponent else round(value, -exponent)


def without_data(said: Bilingual) -> tuple[Bilingual, str]:
    """A reason as people read it, and the fingerprint of its readings, "" where it names none."""
    found = DATA.search(said.en) or DATA.search(said.zh)
    rest = Bilingual(DATA.sub("", said.en), DATA.sub("", said.zh))
    return (rest, found[1]) if found else (said, "")


def written(text: str) -> Bilingual:
    """What a person wrote in one field, as the language that most of it is in."""
    chinese = sum("\u3400" <= letter <= "\u9fff" for letter in text)
    words = sum(letter.isascii() and letter.isalpha() for letter in text) / 5
    return Bilingual(zh=text) if chinese > words else Bilingual(en=text)


def by_paragraph(said: Bilingual) -> list[Bilingual]:
    """Paragraph beside paragraph; what stands in both languages alike is in the one that most of it is in."""
    english, chinese = (text.split("\n\n") for text in (said.en, said.zh))
    if len(english) != len(chinese):
        return [said]
    pairs = zip(english, chinese, strict=True)
    return [written(one) if one == other else Bilingual(one, other) for one, other in pairs]


class Writer:
    """Writes texts, numbers and dates for the reader of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def text(self, said: Bilingual) -> dict[str, str] | None:
        """In the reader's language, or in the other one and marked as such; None when there is nothing."""
        first, second = (said.en, said.zh) if self.lang == "en" else (said.zh, said.en)
        chosen = first or second
        if not chosen.strip():
            return None
        english = (self.lang == "en") == bool(first)
        if not english and self.lang == "zh-hans":
            chosen = _simplified(chosen)
        return {
            "t": printable(chosen.strip()),
            "lang": "en" if english else "zh",
            "region": "GB" if english else CHINESE[self.lang],
        }

    def flat(self, said: Bilingual) -> str:
        found = self.text(said)
        return " ".join(found["t"].split()) if found else ""

    def say(self, name: str, /, **values: object) -> str:
        return word(name, self.lang, **values)

    def day(self, text: str, width: Width = "long") -> str:
        return format_date(date.fromisoformat(text), format=width, locale=LOCALES[self.lang])

    def time(self, text: str) -> str:
        local = moment(text).astimezone(HONG_KONG)
        form = "d MMMM y, HH:mm" if self.lang == "en" else "y年M月d日 HH:mm"
        return format_datetime(local, form, tzinfo=HONG_KONG, locale=LOCALES[self.lang]) + " HKT"

    def days(self, first: str | None, last: str | None, width: Width = "long") -> str:
        return f"{self.day(first, width)} – {self.day(last, width)}" if first and last else ""

    def number(self, text: str, unit: str = "") -> str:
        """The digits as signed, grouped: what was promised or paid."""
        whole, dot, rest = text.removeprefix("-").partition(".")
        sign = "−" if text.startswith("-") else ""
        unit = printable(unit)
        return f"{sign}{int(whole):,}{dot}{rest}" + (f"\u00a0{unit}" if unit else "")

    def money(self, currency: str, text: str) -> str:
        """An amount as signed; its cents only where there are some, and Hong Kong dollars as HK$."""
        return f"{CURRENCIES.get(currency, currency + ' ')}{self.number(text.removesuffix('.00'))}"

    def brief(self, text: str, unit: str = "", beside: str | None = None) -> str:
        """What was computed; all digits are in the signed data."""
        return self.number(brief(text, beside), unit)
