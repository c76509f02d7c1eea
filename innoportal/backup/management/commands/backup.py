from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from innoportal.backup.archive import BackupError
from innoportal.backup.taking import take


class Command(BaseCommand):
    help = "Writes the database, the uploaded files and the public keys into one file, while the portal runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="a new file, or a directory that gets one named by the time"
        )
        parser.add_argument(
            "--with-keys",
            action="store_true",
            help="also the private keys that sign reports and SECRET_KEY: who has the file can then sign",
        )

    def handle(self, *args: Any, file: Path, with_keys: bool, **options: Any) -> None:
        if file.is_dir():
            file /= f"innoportal-{timezone.now():%Y%m%dT%H%M%SZ}.zip"
        try:
            manifest = take(file, with_keys=with_keys)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file}: {manifest}, {filesizeformat(file.stat().st_size)}.")
        for name in manifest.missing:
            self.stderr.write(f"A row names the file {name}, which is not there: it is not in the backup.")
        if with_keys:
            self.stdout.write("The private keys and SECRET_KEY are in it: keep it as you keep them.")
        else:
            self.stdout.write(
                "The private keys that sign reports and SECRET_KEY are not in it: "
                "keep them apart, or see --with-keys."
            )
