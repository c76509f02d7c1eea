import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trials import keys
from trials.proof.signing import KeyUnusable, PublicKey, load_keys
from trials.proof.verify import verify_file


class Command(BaseCommand):
    help = "Checks a signed report (JSON or PDF) with nothing but the file and the public keys."
    requires_system_checks: list[str] = []  # no database, no server

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--keys",
            type=Path,
            help="as served at /.well-known/innoportal-keys.json (default: this portal's own)",
        )
        parser.add_argument("--previous", help='hash that must stand before it, "" for the first report')

    def handle(self, *args: Any, file: Path, previous: str | None, **options: Any) -> None:
        trusted = _keys(options["keys"])
        found = verify_file(_bytes(file), trusted, previous)
        self.stdout.write(found.sentence)
        for finding in found.findings:
            self.stdout.write(f"- {finding.message}")
        if found.hash:
            self.stdout.write(f"hash: {found.hash}\nkey: {found.key_id}")
        if not found.genuine:
            raise CommandError(found.status, returncode=1)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", returncode=2) from error


def _keys(file: Path | None) -> dict[str, PublicKey]:
    try:
        return keys.public_keys() if file is None else load_keys(json.loads(_bytes(file)))
    except (KeyUnusable, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"the keys cannot be used: {error}", returncode=2) from error
