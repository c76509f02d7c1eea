from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from innoportal.backup.archive import BackupError
from innoportal.backup.restoring import restore, secret_file


class Command(BaseCommand):
    help = "Puts what `backup` wrote into an empty database and its place of uploads: all of it, or nothing."
    requires_system_checks: list[str] = []  # of a database that has no tables yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = restore(file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored as of {manifest.made_at}: {manifest}.")
        for name in manifest.missing:
            self.stderr.write(f"A row names the file {name}, which was not there when the backup was made.")
        if secret_file().exists():
            self.stdout.write(
                f"SECRET_KEY of the archive is in {secret_file()}: put it into .env, then delete it."
            )
        elif not any(member.path == "keys/report.pem" for member in manifest.members):
            self.stdout.write(
                "Private keys are not in the archive: bring yours, or the next report is signed with a new "
                "one. Links in mails that were sent, and what is sealed, need the same SECRET_KEY."
            )
