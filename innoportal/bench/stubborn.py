"""A mail server as bad as they come: it refuses, stalls, takes a mail and hangs up. It knows all it took."""

import asyncio
import random
import re
from collections import Counter
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

NUMBER = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.I | re.M)
STALL = 8.0  # seconds: longer than its client waits
FAULTS = ("refused", "cut off", "stalled", "hung up after DATA", "answered too late")
AFTER = frozenset(FAULTS[3:])  # it has the mail, and its client cannot know


class Stubborn:
    """`taken` = (Message-ID, recipient) → how often; `faults` = how often each kind of fault was."""

    def __init__(self, *, share: float, seed: int) -> None:
        self.share, self.chance = share, random.Random(seed)  # noqa: S311
        self.taken: Counter[tuple[str, str]] = Counter()
        self.lost: Counter[str] = Counter()  # acknowledgements, by Message-ID
        self.faults: Counter[str] = Counter()

    def __enter__(self) -> "Stubborn":
        self.controller = _OnAnyPort(self, hostname="127.0.0.1", port=0)
        self.controller.start()
        return self

    def __exit__(self, *_said: object) -> None:
        self.controller.stop()

    @property
    def port(self) -> int:
        return int(self.controller.port)

    def drawn(self) -> str:
        """Which fault the next mail meets, if any."""
        return self.chance.choice(FAULTS) if self.chance.random() < self.share else ""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.drawn()
        if fault and fault not in AFTER:
            self.faults[fault] += 1
        if fault == "stalled":
            await asyncio.sleep(STALL)
        if fault == "cut off":
            _hang_up(server)
        if fault in ("refused", "stalled", "cut off"):
            return "451 4.3.0 Not now"
        session.fault = fault  # type: ignore[attr-defined]
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        found = NUMBER.search(envelope.original_content or b"")
        number = found[1].decode() if found else ""
        for recipient in envelope.rcpt_tos:
            self.taken[number, recipient] += 1
        fault: str = getattr(session, "fault", "")
        if fault and not self.lost[number]:  # the acknowledgement of one mail is lost once
            self.lost[number] += 1
            self.faults[fault] += 1
            if fault == "hung up after DATA":
                _hang_up(server)
            else:
                await asyncio.sleep(STALL)
        return "250 OK"


def _hang_up(server: Any) -> None:
    if server.transport is not None:
        server.transport.abort()


class _OnAnyPort(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="stubborn", enable_SMTPUTF8=True)

    def _trigger_server(self) -> None:
        """Its port is known only once it listens."""
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()
