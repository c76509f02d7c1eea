from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from accounts.models import Organisation
from innoportal.demonstration.load import load


class Command(BaseCommand):
    help = "Fill an empty portal with the demonstration: two years of wishes, solutions, matches and trials."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=date.fromisoformat, help="tell the story up to this day")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the portal is in use")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("DEMONSTRATION is off: this would put well-known sign-ins into a real portal.")
        if Organisation.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("The portal is not empty. Load the demonstration into an empty database.")
        with tqdm(desc="Telling the story", unit=" events", leave=False, disable=None) as bar:
            told = load(options["today"] or timezone.localdate(), progress=bar.update)
        self.stdout.write(f"The demonstration stands: {told} events.")
