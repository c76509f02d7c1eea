"""What a thing is called in the reader's language, when people wrote two languages or only one."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django.utils.translation import get_language, gettext
from opencc import OpenCC

ENGLISH, TRADITIONAL, SIMPLIFIED = "en", "zh-hant", "zh-hans"
HTML_LANG = {ENGLISH: "en", TRADITIONAL: "zh-Hant", SIMPLIFIED: "zh-Hans"}


class Phrase(str):
    """Text that knows its own language, as an HTML `lang` value."""

    __slots__ = ("lang",)
    lang: str

    def __new__(cls, text: str, lang: str) -> "Phrase":
        phrase = super().__new__(cls, text)
        phrase.lang = lang
        return phrase

    @property
    def is_foreign(self) -> bool:
        """Whether the reader asked for another language than this text has."""
        return bool(self) and self.lang != HTML_LANG.get(get_language() or ENGLISH, "en")


@cache
def _converter() -> OpenCC:
    return OpenCC("hk2s")


@lru_cache(maxsize=8192)
def simplified(text: str) -> str:
    """Hong Kong Traditional Chinese as Simplified, by OpenCC; other scripts pass unchanged."""
    return _converter().convert(text)


def phrase(en: str, zh: str, language: str | None = None) -> Phrase:
    """Of an English and a Traditional Chinese text, the one to show; the other where it is missing."""
    language = language or get_language() or ENGLISH
    if language == SIMPLIFIED and zh:
        return Phrase(simplified(zh), "zh-Hans")
    if language == TRADITIONAL and zh:
        return Phrase(zh, "zh-Hant")
    if en:
        return Phrase(en, "en")
    return Phrase(simplified(zh), "zh-Hans") if language == SIMPLIFIED else Phrase(zh, "zh-Hant")


def listed(things: Iterable[Any]) -> str:
    """One after the other, with the sign that the reader's language puts between."""
    return gettext(", ").join(map(str, things))


class Bilingual:
    """Model attribute `x` over the columns `x_en` and `x_zh`: reads as a Phrase in the active language."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return phrase(getattr(instance, f"{self.name}_en"), getattr(instance, f"{self.name}_zh"))
