"""What the office may write: values by their names, and nothing that could be taken for anything else."""

import re
import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.texts.pieces import SUBJECT, Piece

LONGEST = {SUBJECT: 120}  # characters; others: MOST
MOST = 2000
NAMED = re.compile(r"\{([a-z_]+)\}")
NOTATIONS = re.compile(r"%\(\w*\)|\$\{|\$\(|<%|\[\[|#\{")  # of other templates, which nothing would fill
MISSING = gettext_lazy("Write something: this part of the mail cannot be left out.")
BRACES = frozenset("{}")


def faults(piece: Piece, form: int, language: str, text: str) -> list[str]:
    """What is wrong with one text, each with what to do; none where it may be said."""
    if not text.strip():
        return [str(MISSING)]
    found = [*strange(text), *_too_long(piece, text)]
    return found or _values(piece, form, language, text)


def _too_long(piece: Piece, text: str) -> list[str]:
    most = LONGEST.get(piece.place, MOST)
    if len(text) <= most:
        return []
    said = ngettext(
        "Shorten it: it may have %(most)s character.", "Shorten it: it may have %(most)s characters.", most
    )
    return [said % {"most": most}]


def strange(text: str) -> list[str]:
    """Line ends, which could begin a header, and signs that show nothing or look like a brace."""
    for sign in text:
        if sign in "\r\n" or unicodedata.category(sign) in ("Zl", "Zp") or sign in "\v\f\x1c\x1d\x1e\x85":
            return [_("Write it on one line: a mail's parts have no line breaks of their own.")]
        if unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            return [_("Take out the sign U+%(code)s: it shows nothing.") % {"code": f"{ord(sign):04X}"}]
        if sign not in BRACES and BRACES & set(unicodedata.normalize("NFKC", sign)):
            return [_("Write “%(sign)s” as { or }: it only looks like a brace.") % {"sign": sign}]
    if found := NOTATIONS.search(text):
        return [_("Take out “%(found)s”: a value is written as {name}.") % {"found": found[0]}]
    return []


def _values(piece: Piece, form: int, language: str, text: str) -> list[str]:
    named = set(NAMED.findall(text))
    allowed = ", ".join(f"{{{name}}}" for name in sorted(piece.values)) or _("none")
    if BRACES & set(NAMED.sub("", text)):
        said = _("A brace stands alone or around what is no name. Values that may stand here: %(allowed)s.")
        return [said % {"allowed": allowed}]
    if unknown := sorted(named - piece.values):
        said = _("{%(name)s} is not known here. Values that may stand here: %(allowed)s.")
        return [said % {"name": name, "allowed": allowed} for name in unknown]
    missing = sorted(piece.required(form, language) - named)
    said = _("{%(name)s} is missing: whoever reads the mail needs it.")
    return [said % {"name": name} for name in missing]
