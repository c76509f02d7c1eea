from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trials import services
from trials.models import Trial


class Command(BaseCommand):
    help = (
        "Judge the claims of a trial again from its readings, and say whether the kept figures are the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("trial", help="a reference such as T-2026-0009")

    def handle(self, *args: Any, **options: Any) -> None:
        trial = Trial.objects.filter(reference=options["trial"]).first()
        if trial is None:
            raise CommandError(f"There is no trial {options['trial']}.")
        found, different = services.recompute(trial), []
        for claim in trial.claims.order_by("position", "pk"):
            if not claim.result:
                self.stdout.write(f"{claim.metric}: not judged yet")
                continue
            changed = differences(claim.result, found[claim.metric])
            self.stdout.write(f"{claim.metric}: {'the same' if not changed else '; '.join(changed)}")
            different += changed
        if different:
            raise CommandError("The figures differ from those that were kept.")


def differences(kept: dict[str, Any], fresh: dict[str, Any]) -> list[str]:
    """One line for each part that is not as it was kept; other versions of the libraries are named, too."""
    names = sorted(kept.keys() | fresh.keys())
    return [
        f"{name} was {kept.get(name)}, is {fresh.get(name)}"
        for name in names
        if kept.get(name) != fresh.get(name)
    ]
