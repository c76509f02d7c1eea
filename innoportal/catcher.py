"""A mail server for one machine: it keeps every mail as a file instead of sending it, for `/mail/` to show.

python -m innoportal.catcher PORT DIRECTORY
"""

import asyncio
import os
import secrets
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 25_000_000  # bytes of one mail
KEPT = 1_000  # mails; the oldest go first


class Keeper:
    """Writes each mail aside and renames it, so that a reader never sees half of one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        try:
            self.keep(envelope)
        except OSError as error:
            print(f"A mail could not be kept: {error.strerror}", file=sys.stderr, flush=True)  # noqa: T201
            return "452 The disk is full or cannot be written; try again later"
        return "250 Kept"

    def keep(self, envelope: Envelope) -> Path:
        """The envelope goes into headers of its own: the mail itself does not name who got a blind copy."""
        recipients = ", ".join(envelope.rcpt_tos)
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n"
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        draft = self.directory / f"{name}.part"
        try:
            draft.write_bytes(head.encode(errors="replace") + (envelope.original_content or b""))
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        mail = draft.rename(draft.with_suffix(".eml"))
        for old in sorted(self.directory.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return mail


async def serve(port: int, directory: Path) -> None:
    """Take mails on the loopback address until told to stop."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    keeper = Keeper(directory)
    server = await loop.create_server(
        lambda: SMTP(
            keeper, hostname="innoportal", ident="InnoPortal", data_size_limit=LARGEST, enable_SMTPUTF8=True
        ),
        "127.0.0.1",
        port,
    )
    async with server:
        await stop.wait()


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
