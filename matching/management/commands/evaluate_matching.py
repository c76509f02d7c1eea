from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.engine import evaluate

OPTIONS = ("folder", "json", "run", "baselines", "embedders", "cache")


class Command(BaseCommand):
    help = "Scores the matching engine on wishes and solutions whose links are known. Needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        evaluate.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(evaluate.perform(**{name: options[name] for name in OPTIONS}))
        except evaluate.InputError as error:
            raise CommandError(str(error)) from None
