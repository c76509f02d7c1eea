"""A badge as SVG: drawn on the server, with nothing in it that a browser would run or load."""

import re
import unicodedata
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

from innoportal.languages import HTML_LANG
from innoportal.lib.icons import SPRITE
from innoportal.lib.looks import STATUS_LOOKS, VERDICTS
from trials.badges import HEIGHT, WIDTH, Shown

PIECE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+")
TEXT = 300  # pixels that a line may take
COLOURS = {  # of the verdicts in static/portal.css: word and strip
    "met": ("#064a43", "#0b6b61"),
    "partly_met": ("#5e3a00", "#f2b23e"),
    "not_met": ("#7d1f18", "#b3362c"),
    "inconclusive": ("#3d3168", "#5b3f94"),
    "stopped": ("#33424a", "#5b6b73"),
}
DEAD = ("#33424a", "#9aa7ad")


def picture(shown: Shown) -> str:
    verdict, state = shown.badge.verdict, shown.badge.state
    ink, strip = COLOURS[verdict] if shown.is_valid else DEAD
    icon = VERDICTS[verdict][1] if shown.is_valid else STATUS_LOOKS[state][1]
    context = {
        "shown": shown,
        "lang": HTML_LANG.get(get_language() or "en", "en"),
        "width": WIDTH,
        "height": HEIGHT,
        "ink": ink,
        "strip": strip,
        "icon": _drawing(icon),
        "scope": lines(shown.scope, size=13, most=2),
        "site": lines(shown.site, size=11, most=1),
        "foot": lines(f"{shown.number} · {shown.until}", size=11, most=1),
    }
    return render_to_string("trials/badge.svg", context)


@cache
def _drawing(name: str) -> str:
    """The paths of an icon of the portal."""
    sprite = (settings.BASE_DIR / "static" / SPRITE).read_text()
    found = re.search(rf'<symbol id="{name}"[^>]*>(.*?)</symbol>', sprite)
    return found[1] if found else ""


def lines(text: str, *, size: int, most: int) -> list[str]:
    """Broken where it no longer fits, between words or Chinese characters; what is too much is cut."""
    found, line = [], ""
    for piece in _pieces(text):
        if line and width(line + piece.rstrip(), size) > TEXT:
            found.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    found.append(line.rstrip())
    if len(found) > most:
        found = [*found[: most - 1], " ".join(found[most - 1 :])]
    return [_cut(one, size) for one in found if one]


def _pieces(text: str) -> list[str]:
    clean = "".join(" " if unicodedata.category(one) in ("Cc", "Cn", "Cs") else one for one in text)
    return re.findall(PIECE, " ".join(clean.split()))


def _cut(line: str, size: int) -> str:
    if width(line, size) <= TEXT:
        return line
    while line and width(line + "…", size) > TEXT:
        line = line[:-1]
    return f"{line.rstrip()}…"


def width(text: str, size: int) -> float:
    """Pixels that it takes at most in the fonts that systems have: a wide character is as wide as high."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.56 for one in text) * size
