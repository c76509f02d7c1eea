"""What mail servers send back: delivery status (RFC 3464) and feedback of complaints (RFC 5965)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from uuid import UUID

from notifications.models import Bounce

Kind = Bounce.Kind
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
NUMBER = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.I)
# Classes of 5.x.y that say nothing of the address: mailbox full, message too long, content, policy.
OF_THE_MOMENT = ("5.2.2", "5.2.3", "5.3.4", "5.4.", "5.6.", "5.7.")
TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")


@dataclass(frozen=True)
class Report:
    address: str  # of whom it is about, if the report says it
    kind: str
    status: str = ""
    said: str = ""


@dataclass(frozen=True)
class Returned:
    """A mail that came back: to which of the portal's addresses, about which mail, and what it reports."""

    sent_to: tuple[str, ...]
    about: UUID | None
    reports: tuple[Report, ...]


def severity(code: int | None, status: str) -> str:
    """Whether an answer of a server ends all mails to an address, or is one that passes."""
    permanent = status.startswith("5.") if status else code is not None and 500 <= code < 600
    passing = not permanent or status.startswith(OF_THE_MOMENT)
    return Kind.SOFT if passing else Kind.HARD


def enhanced(said: str) -> str:
    found = ENHANCED.search(said)
    return found[1] if found else ""


def read(raw: bytes) -> Returned:
    """Never raises for what a mail holds: what cannot be read reports nothing."""
    message = message_from_bytes(raw)
    sent_to = [parseaddr(str(one))[1] for name in TO for one in message.get_all(name, [])]
    parts = list(message.walk())
    reports: list[Report] = []
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            reports += _failures(part)
        elif part.get_content_type() == "message/feedback-report":
            reports += _complaints(part)
    return Returned(tuple(one.lower() for one in sent_to if one), _about(parts), tuple(reports))


def _blocks(part: Message) -> list[Message]:
    held = part.get_payload()
    if isinstance(held, list):
        return [one for one in held if isinstance(one, Message)]
    text = part.get_payload(decode=True)
    raw = text if isinstance(text, bytes) else str(held).encode(errors="replace")
    return [message_from_bytes(one) for one in re.split(rb"\r?\n\r?\n", raw) if one.strip()]


def _failures(part: Message) -> Iterator[Report]:
    """Of each recipient that was given up; a delay, or that it arrived, is no failure."""
    for block in _blocks(part):
        address = _value(block, "Original-Recipient") or _value(block, "Final-Recipient")
        if not address or str(block.get("Action", "")).strip().lower() != "failed":
            continue
        said = " ".join(str(block.get("Diagnostic-Code", "")).split())
        status = enhanced(str(block.get("Status", ""))) or enhanced(said)
        yield Report(address, severity(None, status), status, said[:300])


def _complaints(part: Message) -> Iterator[Report]:
    """Most providers do not say whose feedback it is: then the mail that it quotes tells."""
    for block in _blocks(part):
        if not block.get("Feedback-Type"):
            continue
        kind = str(block["Feedback-Type"]).strip().lower()
        address = parseaddr(str(block.get("Original-Rcpt-To", "")))[1]
        if kind in ("abuse", "fraud", "opt-out"):
            yield Report(address.lower(), Kind.COMPLAINT, said=kind)


def _value(block: Message, name: str) -> str:
    """The address of `rfc822; somebody@example.org`."""
    return parseaddr(str(block.get(name, "")).rpartition(";")[2].strip())[1].lower()


def _about(parts: list[Message]) -> UUID | None:
    """The number of ours in the Message-ID of the mail that is sent back, whole or as headers."""
    for part in parts[1:]:
        texts = [str(part.get("Message-ID", ""))]
        if part.get_content_type() == "text/rfc822-headers":
            held = part.get_payload(decode=True)
            texts.append(held.decode("latin-1") if isinstance(held, bytes) else str(held))
        for text in texts:
            if found := NUMBER.search(text):
                return UUID(found[1])
    return None
