"""Where the portal's own PostgreSQL, Valkey and mail catcher are: addresses only, so importing costs nothing.

They are used where the environment names no other server. Each gets a free port and a password when it is
first asked for, and both are remembered under the data directory, so two checkouts on one machine never
meet. `innoportal.servers` starts and stops them.
"""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
ROLE = DATABASE = "innoportal"
# Below the range that systems give to outgoing connections, so that a remembered port stays free.
FIRST_PORT, PORTS = 20_000, 12_000


class EmbeddedError(Exception):
    """Something that stops the servers, told in one line to the person who started the portal."""


@dataclass(frozen=True)
class Endpoints:
    """What a checkout remembers of its servers."""

    postgres_port: int
    postgres_password: str
    admin_password: str
    valkey_port: int
    valkey_password: str
    mail_port: int


def data_dir() -> Path:
    """The directory of everything that the portal writes; `INNOPORTAL_DATA` may name another."""
    return BASE_DIR / os.environ.get("INNOPORTAL_DATA", ".data")


def endpoints(data: Path | None = None) -> Endpoints:
    """The ports and passwords, made when they are first asked for.

    :raises EmbeddedError: if the data directory cannot be written
    """
    data = data or data_dir()
    try:
        return read(data)
    except FileNotFoundError:
        with locked(data, "endpoints.lock"):
            try:
                return read(data)  # another process was quicker
            except FileNotFoundError:
                return write(data, invented())
    except OSError as error:
        raise EmbeddedError(f"{data / 'endpoints.json'} cannot be read: {error.strerror}.") from error


def moved(data: Path, **ports: int) -> Endpoints:
    """Remember another port, for a server whose old one is taken by something else."""
    with locked(data, "endpoints.lock"):
        return write(data, Endpoints(**{**asdict(read(data)), **ports}))


def database_url(data: Path | None = None) -> str:
    here = endpoints(data)
    return f"postgres://{ROLE}:{here.postgres_password}@{LOOPBACK}:{here.postgres_port}/{DATABASE}"


def redis_url(data: Path | None = None) -> str:
    """`INNOPORTAL_REDIS_DATABASE` chooses one of its databases: tests that run side by side use one each."""
    here = endpoints(data)
    database = os.environ.get("INNOPORTAL_REDIS_DATABASE", "0")
    return f"redis://:{here.valkey_password}@{LOOPBACK}:{here.valkey_port}/{database}"


def email_url(data: Path | None = None) -> str:
    return f"smtp://{LOOPBACK}:{endpoints(data).mail_port}"


def mail_port(data: Path) -> int:
    """Where the mail catcher is to listen: the remembered port, or a new one if something has taken it."""
    port = endpoints(data).mail_port
    return port if is_free(port) else moved(data, mail_port=free_port()).mail_port


def free_port() -> int:
    """A port of the loopback address that nothing listens on."""
    while True:
        port = FIRST_PORT + secrets.randbelow(PORTS)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


@contextmanager
def locked(data: Path, name: str, operation: int = fcntl.LOCK_EX) -> Iterator[int]:
    """Hold a file lock of the data directory, which the system lets go when its holder dies in whatever way.

    :raises EmbeddedError: if the data directory cannot be written
    :raises BlockingIOError: with LOCK_NB, while another holds it
    """
    try:
        if not data.exists():
            data.mkdir(parents=True, exist_ok=True)
            data.chmod(0o711)  # the servers' account passes through, and nobody looks around
        handle = os.open(data / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmbeddedError(f"{data} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(handle, operation)
        yield handle
    finally:
        os.close(handle)


def read(data: Path) -> Endpoints:
    return Endpoints(**json.loads((data / "endpoints.json").read_text()))


def write(data: Path, here: Endpoints) -> Endpoints:
    target = data / "endpoints.json"
    draft = target.with_suffix(f".{os.getpid()}")
    try:
        with open(draft, "w", opener=private) as file:
            json.dump(asdict(here), file, indent=1)
        draft.replace(target)
    except OSError as error:
        raise EmbeddedError(f"{target} cannot be written: {error.strerror}.") from error
    return here


def private(path: str, flags: int) -> int:
    """An opener for files that hold a secret."""
    return os.open(path, flags, 0o600)


def invented() -> Endpoints:
    ports: Any = set()
    while len(ports) < 3:
        ports.add(free_port())
    postgres, valkey, mail = ports
    return Endpoints(
        postgres_port=postgres,
        postgres_password=secrets.token_hex(24),
        admin_password=secrets.token_hex(24),
        valkey_port=valkey,
        valkey_password=secrets.token_hex(24),
        mail_port=mail,
    )
