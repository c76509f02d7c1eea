"""All that explains one match, as plain values in the reader's language: what `match --json` writes."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from matching import wording
from matching.engine import Change
from matching.models import Match
from matching.texts import LANGUAGES, item_of, sections
from solutions.models import Solution
from wishes.models import Wish

Place = dict[str, Any]
Find = Callable[[Mapping[str, Any]], Place]


def explained(match: Match, explanation: Mapping[str, Any], changes: tuple[Change, ...]) -> dict[str, Any]:
    """`explanation` as it is kept on the match; labels are translated, codes and places are not."""
    code, words = wording.band(match.probability)
    wish, solution = finder(match.wish), finder(match.solution)
    return {
        "wish": thing(match.wish),
        "solution": thing(match.solution),
        "match": match.key if match.pk else None,
        "status": match.status if match.pk else None,
        "rank": match.rank or None,
        "probability": match.probability,
        "band": {"code": code, "words": words},
        "confidence": match.confidence,
        "engine_version": match.engine_version,
        "intercept": match.score.get("intercept", 0.0),
        "factors": [factor(row) for row in match.score.get("contributions", [])],
        "logit": wording.total(match.score),
        "terms": [both(row, wish, solution) for row in explanation.get("terms", [])],
        "concepts": [both(row, wish, solution) for row in explanation.get("concepts", [])],
        "sentences": pair(explanation.get("sentences"), wish, solution),
        "feasibility": {"code": match.feasibility, "words": str(match.get_feasibility_display())},
        "reasons": [{**row, "words": wording.reason(row)} for row in match.score.get("reasons", [])],
        "gaps": [{**row, "words": wording.gap(row)} for row in match.score.get("gaps", [])],
        "best_change": change(changes[0]) if changes else None,
    }


def thing(one: Wish | Solution) -> dict[str, str]:
    return {"reference": one.reference or "", "title": str(one.title)}


def factor(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "label": str(wording.FACTORS.get(row["name"], row["name"]))}


def finder(of: Wish | Solution) -> Find:
    """Where a span of the engine stands in what people typed: field, and characters [start, end) of it."""
    passages = item_of(of).passages
    suffixes = {lang: suffix for suffix, lang in LANGUAGES}
    laid = [sections(of, suffixes[passage.lang]) for passage in passages]

    def find(span: Mapping[str, Any]) -> Place:
        number, start, end = span["passage"], span["start"], span["end"]
        lang = passages[number].lang
        if span["field"] == "title":
            field, text = "title", passages[number].title
        else:
            section = next(one for one in laid[number] if one.start <= start < one.end)
            field, text = section.field, section.text
            start, end = start - section.start, end - section.start
        label = str(wording.SECTIONS[field]) if field != "title" else _("Title")
        return {
            "lang": lang,
            "field": field,
            "label": label,
            "start": start,
            "end": end,
            "text": text[start:end],
        }

    return find


def both(row: Mapping[str, Any], wish: Find, solution: Find) -> dict[str, Any]:
    named = {name: value for name, value in row.items() if name not in ("wish", "solution")}
    places = {"wish": [*map(wish, row["wish"])], "solution": [*map(solution, row["solution"])]}
    return {**named, **places}


def pair(row: Mapping[str, Any] | None, wish: Find, solution: Find) -> dict[str, Place] | None:
    return {"wish": wish(row["wish"]), "solution": solution(row["solution"])} if row else None


def change(one: Change) -> dict[str, Any]:
    return {
        "factor": one.factor,
        "side": one.side,
        "is_new": one.is_new,
        "parameters": one.parameters,
        "probability": one.probability,
        "gain": one.gain,
        "feasibility": one.feasibility,
        "words": wording.change(one.factor, one.side, one.parameters),
    }
