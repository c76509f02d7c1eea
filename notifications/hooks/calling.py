"""One HTTP POST to an address of somebody else: pinned, without redirects, short and small."""

import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any

from notifications.hooks.guard import Place, Refused, addresses, place_of

SECONDS = 15.0  # for all of a call, however slowly it is answered
MOST = 256 * 1024  # bytes of an answer, with its headers
SHOWN = 2000  # characters of the answer that are kept


@dataclass(frozen=True)
class Answer:
    status: int | None
    milliseconds: int
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Reader(io.RawIOBase):
    """The bytes of an answer until the time or the measure is full."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock, self.deadline, self.count = sock, deadline, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no whole answer in time")
        self.sock.settimeout(left)
        count = self.sock.recv_into(buffer)
        self.count += count
        if self.count > MOST:
            raise OSError("the answer is too long")
        return count


class _Timed:
    """A socket as `http.client` uses it, of which every part counts against the same deadline."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock, self.deadline = sock, deadline

    def sendall(self, data: bytes) -> None:
        self.sock.settimeout(max(0.01, self.deadline - time.monotonic()))
        self.sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.sock, self.deadline))

    def close(self) -> None:
        """`http.client` is done with it before the answer is read; `hang_up` closes it."""


class _Pinned(http.client.HTTPConnection):
    """Connects to numbers that were looked at, and speaks to the host by its name."""

    def __init__(self, place: Place, numbers: list[str], deadline: float) -> None:
        self.default_port = 443 if place.is_tls else 80
        super().__init__(place.host, place.port)
        self.place, self.numbers, self.deadline = place, numbers, deadline
        self.held: socket.socket | None = None

    def connect(self) -> None:
        self.held = sock = self._reached()
        if self.place.is_tls:
            context = ssl.create_default_context()
            self.held = sock = context.wrap_socket(sock, server_hostname=self.place.host)
        self.sock = _Timed(sock, self.deadline)  # type: ignore[assignment]

    def hang_up(self) -> None:
        self.close()
        if self.held is not None:
            self.held.close()

    def _reached(self) -> socket.socket:
        """:raises OSError: none of the numbers is reached"""
        failed: OSError = TimeoutError("not reached in time")
        for number in self.numbers:
            left = self.deadline - time.monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((number, self.place.port), timeout=left)
            except OSError as error:
                failed = error
        raise failed


def call(url: str, body: str, headers: dict[str, str]) -> Answer:
    """Never raises: what stood in the way is in the answer."""
    began = time.monotonic()
    try:
        place = place_of(url)
        connection = _Pinned(place, addresses(place), began + SECONDS)
        try:
            connection.request("POST", place.path, body.encode(), headers)
            response = connection.getresponse()
            text = response.read(SHOWN * 4).decode("utf-8", "replace").replace("\x00", "")
        finally:
            connection.hang_up()
    except (OSError, http.client.HTTPException, Refused, UnicodeError) as error:
        return Answer(None, _since(began), error=_said(error))
    kept = {name: value[:300] for name, value in list(response.getheaders())[:50]}
    return Answer(response.status, _since(began), kept, text[:SHOWN])


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _said(error: Exception) -> str:
    said = str(error) or type(error).__name__
    return (said if isinstance(error, Refused) else f"{type(error).__name__}: {said}")[:300]
