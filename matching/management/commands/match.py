"""Why a wish and a solution fit, or what fits one of them, in the terminal."""

import json
import shutil
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from innoportal.languages import HTML_LANG
from matching import services, terminal
from matching.explained import explained
from matching.models import Match
from solutions.models import Solution
from wishes.models import Wish

LANGUAGES = {html: code for code, html in HTML_LANG.items()}


class Command(BaseCommand):
    help = (
        "Explains a match (--explain W-2026-0001 S-2026-0001), or lists the best matches of a wish or of a "
        "solution. Things are named by their numbers, or by their keys: w12, s34."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("names", nargs="+", metavar="NUMBER")
        parser.add_argument("--explain", action="store_true", help="of a wish and a solution: why they fit")
        parser.add_argument("--json", action="store_true", help="as JSON")
        parser.add_argument("--language", choices=LANGUAGES, default="en")
        parser.add_argument("--most", type=int, default=20, help="how many matches are listed (20)")
        parser.add_argument("--width", type=int, help="columns (those of the terminal)")

    def handle(self, *args: Any, **options: Any) -> None:
        width = options["width"] or shutil.get_terminal_size((100, 24)).columns
        names = options["names"]
        if len(names) > 2 or (options["explain"] and len(names) != 2):
            raise CommandError("Name one wish and one solution.")
        with override(LANGUAGES[options["language"]]):
            try:
                if len(names) == 2:
                    match = services.match_of(*services.pair_of(*names))
                    self.explain(match, as_json=options["json"], width=width)
                else:
                    thing = services.thing_of(names[0])
                    self.best(thing, options["most"], as_json=options["json"], width=width)
            except services.Unanswerable as error:
                raise CommandError(str(error)) from None

    def explain(self, match: Match, *, as_json: bool, width: int) -> None:
        told = explained(match, services.explanation_of(match), services.improvements_of(match))
        if match.pk is None:
            self.stderr.write(_("The two were not matched; what follows was computed now and is not kept."))
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(terminal.page(told, width)))

    def best(self, thing: Wish | Solution, most: int, *, as_json: bool, width: int) -> None:
        side = "solution" if isinstance(thing, Wish) else "wish"
        matches = list(services.matches_of(thing)[:most])
        if not matches:
            self.stderr.write(_("Nothing has been matched with %(name)s.") % {"name": thing.reference})
        if as_json:
            rows = [self.row(match, getattr(match, side)) for match in matches]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        lines = (
            (
                str(place),
                terminal.percent(match.probability),
                getattr(match, side).reference or "",
                self.named(match, str(getattr(match, side).title)),
            )
            for place, match in enumerate(matches, 1)
        )
        for line in terminal.table(lines, width):
            self.stdout.write(line)

    def named(self, match: Match, title: str) -> str:
        """What cannot be tried as it stands says so before its title."""
        if match.feasibility == Match.Feasibility.NOT_FEASIBLE:
            return f"[{match.get_feasibility_display()}] {title}"
        return title

    def row(self, match: Match, other: Wish | Solution) -> dict[str, Any]:
        return {
            "reference": other.reference,
            "title": str(other.title),
            "probability": match.probability,
            "confidence": match.confidence,
            "feasibility": match.feasibility,
            "status": match.status,
        }
