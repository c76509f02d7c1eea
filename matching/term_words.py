"""What the engine says of a term, as sentences."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from innoportal.languages import ENGLISH, HTML_LANG, listed
from matching.engine.glossary import Concept, Glossary
from matching.engine.terms import LONGEST, Fault

FAULTS: dict[str, Any] = {
    "key": gettext_lazy(
        "“%(name)s” cannot be a key: write a small letter, then small letters, figures and _."
    ),
    "missing": gettext_lazy("Give at least one name in this language."),
    "long": gettext_lazy("“%(name)s” is longer than %(longest)s characters."),
    "sign": gettext_lazy("“%(name)s” holds a sign that no name can hold: | or a tab."),
    "script": gettext_lazy("“%(name)s” is in the wrong language."),
    "short": gettext_lazy("“%(name)s” is too short: a Chinese name has two characters or more."),
    "words": gettext_lazy("“%(name)s” has no word in it."),
    "twice": gettext_lazy("“%(name)s” is there twice, as texts are read."),
    "taken": gettext_lazy("“%(name)s” is, as texts are read, a name of the concept %(other)s."),
    "hidden": gettext_lazy("“%(name)s” would never be found, as texts are read. Write it in plain letters."),
}
TAKEN_KEY = gettext_lazy("There is a term with the key “%(name)s” already.")
VERBS: dict[str, Any] = {
    "add": gettext_lazy("Added"),
    "edit": gettext_lazy("Changed"),
    "deactivate": gettext_lazy("Taken out of use"),
    "activate": gettext_lazy("Put back to use"),
}


def fault(one: Fault, glossary: Glossary) -> str:
    """With the line of the field, where a name stands in one."""
    other = glossary.concepts.get(one.other)
    values = {"name": one.name, "longest": LONGEST, "other": named(other) if other else one.other}
    words = str(TAKEN_KEY if (one.code, one.field) == ("taken", "key") else FAULTS[one.code]) % values
    return _("Line %(row)s: %(words)s") % {"row": one.row, "words": words} if one.row else words


def named(concept: Concept) -> str:
    """By its key and in both languages: refrigerant (refrigerant, 雪種)."""
    return f"{concept.id} ({concept.label('en')}, {concept.label('zh-Hant')})"


def label(concept: Concept) -> str:
    """As its reader calls it."""
    return concept.label(HTML_LANG[get_language() or ENGLISH])


def joined(names: Iterable[str]) -> str:
    return listed(names)
