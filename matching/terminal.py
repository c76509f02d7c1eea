"""An explanation as lines of a terminal, none wider than asked; a Chinese character is two columns wide."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import wcwidth
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innoportal.languages import SIMPLIFIED, listed, simplified

NARROWEST = 40
BAR = 20  # columns for the longest bar on either side of nought
PLACES = 3  # of a word that are told
Told = Mapping[str, Any]


def page(told: Told, width: int) -> Iterator[str]:
    """What `matching.explained` tells, line by line."""
    width = max(width, NARROWEST)
    yield from heading(told, width)
    yield from ["", *title(_("What the score is made of"), width), *factors(told, width)]
    yield from ["", *title(_("Words that both use"), width), *words(told["terms"], width)]
    yield from ["", *title(_("Technical terms in both:").rstrip(":："), width), *concepts(told, width)]
    yield from ["", *title(_("The two sentences nearest in meaning"), width), *sentences(told, width)]
    yield from ["", *title(told["feasibility"]["words"], width)]
    yield from points(reasons(told), width)
    yield from [
        "",
        *title(_("What is still missing"), width),
        *points([g["words"] for g in told["gaps"]], width),
    ]
    yield from ["", *title(_("The one change that would raise the score most"), width)]
    yield from best_change(told, width)


def heading(told: Told, width: int) -> Iterator[str]:
    for side in ("wish", "solution"):
        yield from folded(f"{told[side]['reference']}  {told[side]['title']}", width, indent="    ")
    yield from folded(
        _("%(percent)s likely fit: %(band)s. %(confidence)s of what the score could use was stated.")
        % {
            "percent": percent(told["probability"]),
            "band": told["band"]["words"],
            "confidence": percent(told["confidence"]),
        },
        width,
    )


def factors(told: Told, width: int) -> Iterator[str]:
    """Rows of name, value, share in the logit and bar; the last row is the sum of the shares above."""
    rows = [(_("Starting value, before anything is known"), "", told["intercept"])]
    rows += [
        (one["label"], _("not known") if one["value"] is None else percent(one["value"]), one["logit_share"])
        for one in told["factors"]
    ]
    total = (_("Sum: log-odds of the likely fit"), percent(told["probability"]), told["logit"])
    values = max(wcwidth.width(row[1]) for row in [*rows, total])
    bar = min(BAR, (width - values - 12) // 5)
    label = min(max(wcwidth.width(row[0]) for row in [*rows, total]), width - values - 9 - 2 * bar - 4)
    most = max(abs(row[2]) for row in rows) or 1.0
    for name, value, share in rows:
        yield from row_of(name, value, share, drawn(share, most, bar), label, values)
    yield "─" * (label + values + 9)
    yield from row_of(*total, "", label, values)


def row_of(name: str, value: str, share: float, bar: str, label: int, values: int) -> Iterator[str]:
    """A name that is too long goes on below itself."""
    first, *rest = wcwidth.wrap(name, label)
    yield f"{wcwidth.ljust(first, label)}  {wcwidth.rjust(value, values)} {share:+7.2f} {bar}".rstrip()
    yield from (f"  {line}" for more in rest for line in wcwidth.wrap(more, max(label - 2, 2)))


def drawn(share: float, most: float, width: int) -> str:
    """A bar to the left of its axis or to the right of it; the longest is `width` columns."""
    length = round(abs(share) / most * width)
    if share < 0:
        return " " * (width - length) + "░" * length + "│"
    return " " * width + "│" + "█" * length


def words(terms: Sequence[Told], width: int) -> Iterator[str]:
    if not terms:
        yield _("None.")
    for term in terms:
        yield from folded(read(term["text"], term["wish"][0]["lang"]), width)
        yield from both(term, width)


def concepts(told: Told, width: int) -> Iterator[str]:
    lang = {"en": "en", "zh-hant": "zh-Hant", "zh-hans": "zh-Hans"}[get_language() or "en"]
    if not told["concepts"]:
        yield _("None.")
    for concept in told["concepts"]:
        yield from folded(concept["labels"].get(lang) or concept["labels"]["en"], width)
        yield from both(concept, width)


def both(row: Told, width: int) -> Iterator[str]:
    for name, side in ((_("wish"), "wish"), (_("solution"), "solution")):
        told = listed(place(one) for one in row[side][:PLACES])
        more = len(row[side]) - PLACES
        told += _(" and %(count)s more") % {"count": more} if more > 0 else ""
        yield from folded(f"  {name}: {told}", width, indent="    ")


def place(one: Told) -> str:
    """A word as it is written there, and its characters in that field."""
    return f"“{read(one['text'], one['lang'])}” {one['label']} ({one['lang']}) {one['start']}–{one['end']}"


def sentences(told: Told, width: int) -> Iterator[str]:
    pair = told["sentences"]
    if not pair:
        yield _("None.")
        return
    for name, side in ((_("wish"), "wish"), (_("solution"), "solution")):
        yield from folded(f"  {name}: {place(pair[side])}", width, indent="    ")


def reasons(told: Told) -> list[str]:
    """What rules the match out comes first and says so."""
    rows = sorted(told["reasons"], key=lambda row: not row["blocking"])
    hard = _("rules it out: %(reason)s")
    return [hard % {"reason": row["words"]} if row["blocking"] else row["words"] for row in rows]


def best_change(told: Told, width: int) -> Iterator[str]:
    change = told["best_change"]
    if not change:
        yield _("None.")
        return
    yield from folded(change["words"], width)
    told_gain = _("That would make it %(after)s in place of %(before)s.") % {
        "after": percent(change["probability"]),
        "before": percent(change["probability"] - change["gain"]),
    }
    yield from folded(told_gain, width)
    if change["is_new"]:
        yield from folded(
            _("Nothing is said of it yet, so this is the most that saying it can bring."), width
        )


def table(rows: Iterable[tuple[str, str, str, str]], width: int) -> Iterator[str]:
    """Matches of one thing: place, likely fit, number, and as much of the title as a line holds."""
    for number, fit, reference, name in rows:
        start = f"{wcwidth.rjust(number, 3)}  {wcwidth.rjust(fit, 4)}  {wcwidth.ljust(reference, 11)}  "
        yield (start + wcwidth.clip(name, 0, max(width, NARROWEST) - wcwidth.width(start))).rstrip()


def points(said: Sequence[str], width: int) -> Iterator[str]:
    if not said:
        yield _("None.")
    for one in said:
        yield from wcwidth.wrap(one, width, initial_indent="- ", subsequent_indent="  ")


def title(words: str, width: int) -> Iterator[str]:
    yield from wcwidth.wrap(words, width)
    yield "─" * min(width, wcwidth.width(words))


def folded(said: str, width: int, indent: str = "") -> list[str]:
    return wcwidth.wrap(said, width, subsequent_indent=indent, drop_whitespace=True)


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def read(said: str, lang: str) -> str:
    """Traditional Chinese in the script of a reader of Simplified."""
    return simplified(said) if lang == "zh-Hant" and get_language() == SIMPLIFIED else said
