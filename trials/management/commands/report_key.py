from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from trials import keys
from trials.proof.certificates import Certificate
from trials.proof.signing import PublicKey


class Command(BaseCommand):
    help = "Shows the keys that sign and seal reports; makes them on first use, rotates them, revokes one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotate", action="store_true", help="retire the keys and sign with new ones")
        parser.add_argument(
            "--revoke", metavar="ID", help="a key's id or a certificate's fingerprint, when it may be stolen"
        )
        parser.add_argument("--reason", default="", help="why it is revoked; published with the keys")
        parser.add_argument(
            "--valid-from",
            type=datetime.fromisoformat,
            help="when a first key begins to vouch (default: now), e.g. 2025-01-01",
        )

    def handle(self, *args: Any, rotate: bool, valid_from: datetime | None, **options: Any) -> None:
        if valid_from and timezone.is_naive(valid_from):
            valid_from = timezone.make_aware(valid_from)
        key: PublicKey = keys.make(valid_from=valid_from)
        if options["revoke"]:
            self.revoke(options["revoke"], options["reason"])
        elif rotate:
            keys.rotate()
        key, seal = keys.make(), keys.sealer().certificate
        self.stdout.write(f"key {key.id}, valid from {key.valid_from.isoformat()}")
        self.stdout.write(f"seal {seal.fingerprint}, valid from {seal.valid_from.isoformat()}")
        for listed in keys.public_keys().values():
            self.tell(listed.id, listed)
        for certificate in keys.certificates():
            self.tell(certificate.fingerprint, certificate)
        self.stdout.write(f"private: {keys.private_file()}, {keys.seal_file()}\npublic: {keys.public_file()}")

    def revoke(self, name: str, reason: str) -> None:
        try:
            keys.revoke(name, reason=reason)
        except keys.NoSuchKey as error:
            raise CommandError(f"no key or certificate is called {name}", returncode=2) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error

    def tell(self, name: str, one: PublicKey | Certificate) -> None:
        """What is no longer in use."""
        if one.revoked:
            when = one.revoked_at.isoformat() if one.revoked_at else "unknown"
            self.stdout.write(f"revoked {name} at {when}: {one.revoked}")
        elif one.valid_until:
            self.stdout.write(f"retired {name} at {one.valid_until.isoformat()}")
