from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from innoportal.lib import catalogue

ROOMS = ["innoportal", "accounts", "topics", "journal", "documents", "notifications", "wishes", "solutions"]
ROOMS += ["desk", "matching", "trials"]


class Command(BaseCommand):
    help = "Compile the interface's translations from locale/parts; --check tells what is missing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compile", action="store_true", help="compile (the default)")
        parser.add_argument(
            "--check", action="store_true", help="fail when a message is missing, doubtful or unused"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            count = catalogue.compile_all(settings.BASE_DIR)
            self.stdout.write(f"{count} messages compiled in Traditional and Simplified Chinese.")
            return
        findings = catalogue.check(settings.BASE_DIR, ROOMS)
        problems = 0
        for title, rows in vars(findings).items():
            for row in rows:
                self.stderr.write(f"{title}: {row}")
            problems += len(rows)
        if problems:
            raise CommandError(f"The catalogue has {problems} faults. Mend them in locale/parts.")
        self.stdout.write("Every message is translated.")
