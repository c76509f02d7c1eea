from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trials import keys
from trials.proof.canonical import NotCanonical, read
from trials.proof.certificates import load_certificates
from trials.proof.judge import EXIT_CODES
from trials.proof.reading import Unreadable, read_bytes
from trials.proof.register import Register, load_register
from trials.proof.signing import KeyUnusable, PublicKey, load_keys
from trials.proof.verify import Trust, verify_file


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
        parser.add_argument(
            "--register",
            type=Path,
            help="as served at /.well-known/innoportal-register.json: is the report still in force?",
        )
        parser.add_argument("--previous", help='hash that must stand before it, "" for the first report')

    def handle(self, *args: Any, file: Path, previous: str | None, **options: Any) -> None:
        found = verify_file(_bytes(file), _trust(options["keys"], options["register"]), previous)
        self.stdout.write(found.sentence)
        for finding in found.findings:
            self.stdout.write(f"- {finding.message}")
        if found.hash:
            self.stdout.write(f"hash: {found.hash}\nkey: {found.key_id}")
        if not found.genuine:
            raise CommandError(found.status, returncode=EXIT_CODES[found.status])


def _bytes(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except Unreadable as error:
        raise CommandError(str(error), returncode=2) from error


def _trust(listed: Path | None, register: Path | None) -> Trust:
    """The keys of the file, or this portal's own."""
    try:
        document = keys.public_document() if listed is None else read(_bytes(listed))
        known = load_keys(document)
        return Trust(known, load_certificates(document), _register(register, known))
    except (KeyUnusable, NotCanonical) as error:
        raise CommandError(f"the keys cannot be used: {error}", returncode=2) from error


def _register(file: Path | None, known: dict[str, PublicKey]) -> Register | None:
    return load_register(read(_bytes(file)), known) if file else None
