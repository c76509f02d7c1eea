import mailbox
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from notifications.bounces.reports import read
from notifications.bounces.services import returned

AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the mail and tries later
MOST = 10 * 2**20  # bytes of one mail


class Command(BaseCommand):
    """As a pipe of the mail server: `|manage.py read_bounces --to "$ORIGINAL_RECIPIENT"` reads one mail."""

    help = "Reads mails that came back, from standard input (one) or from mailbox files, and counts them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mailboxes", nargs="*", type=Path, help="files of many mails (mbox)")
        parser.add_argument("--to", default="", help="the address that this one mail was sent to")

    def handle(self, *args: Any, **options: Any) -> None:
        count = new = 0
        try:
            for raw in self._mails(options):
                count += 1
                new += returned(read(raw), raw)
        except OperationalError as error:
            raise CommandError("The database does not answer; try again.", returncode=AGAIN) from error
        self.stdout.write(f"{count} mails read, {new} reports counted.")

    def _mails(self, options: dict[str, Any]) -> Iterator[bytes]:
        if not options["mailboxes"]:
            head = f"X-Original-To: {' '.join(options['to'].split())}\r\n".encode() if options["to"] else b""
            yield head + sys.stdin.buffer.read(MOST)
        for path in options["mailboxes"]:
            if not path.is_file():
                raise CommandError(f"{path} is not a file.")
            box = mailbox.mbox(path, create=False)
            with closing(box):
                for key in box.keys():  # noqa: SIM118  a mailbox is no dict
                    yield box.get_bytes(key)[:MOST]
