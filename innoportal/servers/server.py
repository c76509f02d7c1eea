"""What both servers share: a directory, a lock, a process that is truly ours, one line when it fails."""

import shutil
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil

from innoportal import embedded
from innoportal.embedded import EmbeddedError
from innoportal.servers import accounts

WAIT = 60  # seconds; a crashed server first replays its log


class Server:
    """A server program with a directory of its own, under the account that runs it."""

    name: str
    program_name: str
    pid_file: Path
    cwd: Path

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        """`durable=False` trades safety against a power cut for speed: for tests."""
        self.data = data
        self.durable = durable
        try:
            with embedded.locked(data, "servers.lock"):
                self.account = accounts.account(data)
                self.home = self.account.own(accounts.reachable(data, self.account) / self.name)
        except OSError as error:
            raise EmbeddedError(f"{error.filename or data} cannot be written: {error.strerror}.") from error

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def ensure(self) -> bool:
        """Have the server running, whoever else asks for it at the same time; tell whether we started it."""
        with embedded.locked(self.data, "servers.lock"):
            if self.process():
                return False
            with suppress(FileNotFoundError):
                self.log.replace(self.log.with_suffix(".log.1"))
            try:
                self.start()
            except EmbeddedError:
                self.end()  # half started, it would hold its port and directory
                raise
            except OSError as error:
                self.end()
                raise EmbeddedError(f"{self.name} did not start: {error.strerror}.") from error
            return True

    def process(self) -> psutil.Process | None:
        """The running server of this very directory, if there is one."""
        try:
            process = psutil.Process(int(self.pid_file.read_text().split()[0]))
            return process if self.is_ours(process) else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def is_ours(self, process: psutil.Process) -> bool:
        """A process number may have been given to somebody else since; the directory it works in tells."""
        try:
            alive = process.name() == self.program_name and process.status() != psutil.STATUS_ZOMBIE
            return alive and self.cwd.samefile(f"/proc/{process.pid}/cwd")
        except (OSError, psutil.Error):
            return False

    def port(self) -> int:
        """The remembered port, or a new one if something else has taken it."""
        key = f"{self.name}_port"
        port: int = getattr(embedded.endpoints(self.data), key)
        if embedded.is_free(port):
            return port
        return getattr(embedded.moved(self.data, **{key: embedded.free_port()}), key)

    def failure(self, said: str) -> EmbeddedError:
        """One line out of all that a program said: the one that names the cause."""
        logged = self.log.read_text(errors="replace") if self.log.exists() else ""
        lines = [line.strip() for line in (said + "\n" + logged).splitlines() if line.strip()]
        causes = [line for line in lines if any(word in line for word in ("No space", "FATAL", "rror:"))]
        cause = next(
            (line for line in causes if "No space" in line), (causes or lines or ["no reason given"])[-1]
        )
        return EmbeddedError(f"{self.name} did not start: {cause} ({self.log})")

    def end(self) -> None:
        """End every process of this server, whatever its file of numbers says."""
        for process in psutil.process_iter():
            if self.is_ours(process):
                with suppress(psutil.Error):
                    process.kill()

    def remove(self) -> None:
        """Stop the server and delete all that it holds."""
        self.stop()
        shutil.rmtree(self.home)
        with suppress(OSError):  # the other server's files are still in it
            self.home.parent.rmdir()

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError


def package_directory(name: str) -> Path:
    spec = find_spec(name)
    if not spec or not spec.origin:
        raise EmbeddedError(
            f"{name} is not installed: run `make install`, or name a server in the environment."
        )
    return Path(spec.origin).parent
