"""Learn the weights of the score from the verdicts there are."""

import json

from django.core.management.base import BaseCommand

from matching import services

SAID = {
    "active": "Better on wishes held out: in use.",
    "kept": "Not put to use: no better on wishes held out, or someone has gone back to older weights.",
    "known": "Nothing new: these verdicts were learnt from before.",
    "too_few": "Too few verdicts to learn from.",
}


class Command(BaseCommand):
    help = "Fits the weights to the verdicts, tries them on wishes held out, and uses them if they do better."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would come of it; write nothing")

    def handle(self, *args, **options) -> None:
        lesson = services.refit_ranker(dry_run=options["dry_run"])
        self.stdout.write(json.dumps(lesson.figures, indent=2))
        prefix = "Dry run. " if options["dry_run"] else ""
        self.stdout.write(f"{prefix}{SAID[lesson.outcome]}")
