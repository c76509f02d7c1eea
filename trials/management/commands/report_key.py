from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from trials import keys
from trials.proof.signing import PublicKey


class Command(BaseCommand):
    help = "Shows the key that signs reports; makes it on first use."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotate", action="store_true", help="retire the key and sign with a new one")
        parser.add_argument(
            "--valid-from",
            type=datetime.fromisoformat,
            help="when a first key begins to vouch (default: now), e.g. 2025-01-01",
        )

    def handle(self, *args: Any, rotate: bool, valid_from: datetime | None, **options: Any) -> None:
        if valid_from and timezone.is_naive(valid_from):
            valid_from = timezone.make_aware(valid_from)
        key: PublicKey = keys.make(valid_from=valid_from)
        if rotate:
            key = keys.rotate()
        self.stdout.write(f"key {key.id}, valid from {key.valid_from.isoformat()}")
        self.stdout.write(f"private: {keys.private_file()}\npublic: {keys.public_file()}")
