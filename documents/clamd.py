"""The INSTREAM conversation with a ClamAV daemon."""

import socket
import struct
from typing import BinaryIO

CHUNK = 64 * 1024
TIMEOUT = 60


class ScanFailed(Exception):
    """The scanner gave no verdict: nothing is known of the file."""


class ScannerAway(ScanFailed):
    """Nobody can be reached there: of no other file it will say anything either."""


def scan(file: BinaryIO, address: str) -> str:
    """The name of what was found in a file, or nothing for a clean one.

    :raises ScannerAway: no scanner answers at `host:port`.
    :raises ScanFailed: it answers something else than a verdict.
    """
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=TIMEOUT) as connection:
            connection.sendall(b"zINSTREAM\0")
            while block := file.read(CHUNK):
                connection.sendall(struct.pack("!I", len(block)) + block)
            connection.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and (block := connection.recv(4096)):
                answer += block
    except (OSError, ValueError) as error:
        raise ScannerAway(str(error)) from error
    return _verdict(answer.rstrip(b"\0").decode("utf-8", "replace").strip())


def _verdict(answer: str) -> str:
    """`stream: OK` or `stream: Eicar-Test-Signature FOUND`; anything else is no verdict."""
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScanFailed(answer[:200] or "the scanner hung up")
