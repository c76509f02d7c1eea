"""Networks of their own for processes of a test: namespaces on a bridge, whose links can be cut.

Needs root and iproute2. The embedded servers listen on loopback only, so a forwarder stands for them at the
bridge's address: what a namespace sends reaches them over the cable that can be cut, and no other way.
"""

import os
import select
import shutil
import socket
import subprocess
import threading
from contextlib import suppress


class Unable(Exception):
    """Why this machine cannot lay networks: something is missing that can be installed or granted."""


class Forbidden(Unable):
    """Its kernel allows none, whatever is installed."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Networks:
    """Some namespaces, each on a cable of its own to one bridge."""

    def __init__(self, count: int) -> None:
        """:raises Unable: no root or no iproute2; `Forbidden` where the system allows no namespaces."""
        mark = os.getpid() % 30_000
        self.bridge, self.names = f"ipb{mark}", [f"ipn{mark}-{n}" for n in range(count)]
        self.subnet = f"10.{200 + mark // 250 % 50}.{mark % 250}"
        self.address = f"{self.subnet}.1"
        self.forwarders: list[Forwarder] = []
        if os.geteuid() or not shutil.which("ip"):
            raise Unable("Networks of their own need root and iproute2 (apt-get install iproute2).")
        try:
            self.lay()
        except subprocess.CalledProcessError as error:
            self.remove()
            raise Forbidden(f"No networks can be laid here: {error.stderr.strip()}") from error

    def lay(self) -> None:
        ip("link", "add", self.bridge, "type", "bridge")
        ip("address", "add", f"{self.address}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        for n, name in enumerate(self.names):
            ip("netns", "add", name)
            ip("link", "add", self.cable(n), "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", self.cable(n), "master", self.bridge)
            ip("link", "set", self.cable(n), "up")
            ip("-n", name, "address", "add", f"{self.subnet}.{n + 2}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")

    def cable(self, n: int) -> str:
        return f"{self.bridge}-{n}"

    def cut(self, n: int) -> None:
        ip("link", "set", self.cable(n), "down")

    def mend(self, n: int) -> None:
        ip("link", "set", self.cable(n), "up")

    def within(self, n: int, command: list[str]) -> list[str]:
        """The command as it is started inside a namespace; the process has the number that Popen tells."""
        return ["ip", "netns", "exec", self.names[n], *command]

    def forward(self, port: int) -> int:
        """A port at the bridge's address that leads to one of loopback."""
        made = Forwarder(self.address, port)
        self.forwarders.append(made)
        return made.port

    def remove(self) -> None:
        for one in self.forwarders:
            one.close()
        for words in (*(["netns", "del", name] for name in self.names), ["link", "del", self.bridge]):
            with suppress(subprocess.CalledProcessError, FileNotFoundError):
                ip(*words)


class Forwarder:
    """Bytes both ways between who connects here and a server on loopback; one thread for each connection."""

    def __init__(self, address: str, port: int) -> None:
        self.target = port
        self.listener = socket.create_server((address, 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):  # when it is closed
            while True:
                here, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=(here,), daemon=True).start()

    def carry(self, here: socket.socket) -> None:
        with suppress(OSError), here, socket.create_connection(("127.0.0.1", self.target)) as there:
            other = {here: there, there: here}
            while True:
                for one in select.select([here, there], [], [])[0]:
                    body = one.recv(65536)
                    if not body:
                        return
                    other[one].sendall(body)

    def close(self) -> None:
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
