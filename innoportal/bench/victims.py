"""Workers, beat, Valkey and PostgreSQL of one portal, to be killed and brought back."""

import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2

from innoportal import embedded
from innoportal.celery import app as app  # which `ask` asks
from innoportal.servers import Postgres, Valkey
from notifications.waking import ask

KINDS = ("worker", "workers", "beat", "valkey", "postgres")
WORKER = ["worker", "--pool", "solo", "--without-mingle", "--without-gossip", "--loglevel", "WARNING"]
OPEN = "channel = 'email' AND sent_at IS NULL"


class Victims:
    WORKERS = 2

    def __init__(self, data: Path) -> None:
        self.data = data
        self.servers = {"valkey": Valkey(data), "postgres": Postgres(data)}
        self.log = (data / "victims.log").open("ab")
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.hurried = 0.0

    def __enter__(self) -> "Victims":
        self.look_after()
        return self

    def __exit__(self, *_said: object) -> None:
        for program in self.programs.values():
            program.kill()
            program.wait()
        self.log.close()

    def look_after(self) -> None:
        """Start what is not running."""
        for number in range(self.WORKERS):
            self._run(f"worker {number}", [*WORKER, "--hostname", f"w{number}@%h"])
        self._run("beat", ["beat", "--schedule", str(self.data / "beat"), "--loglevel", "WARNING"])

    def _run(self, name: str, command: list[str]) -> None:
        program = self.programs.get(name)
        if program is None or program.poll() is not None:
            whole = [sys.executable, "-m", "celery", "-A", "innoportal", *command]
            if name == "beat":
                for file in self.data.glob("beat*"):
                    file.unlink()
            self.programs[name] = subprocess.Popen(whole, stdout=self.log, stderr=self.log)  # noqa: S603

    def kill(self, chance: random.Random) -> str:
        """With -9; a server is started again after a while, as somebody would."""
        kind = chance.choice(KINDS)
        if kind in self.servers:
            server: Any = self.servers[kind]
            if process := server.process():
                process.kill()
                process.wait()
            time.sleep(chance.uniform(0, 2))
            server.ensure()
            return kind
        workers = [name for name in self.programs if name.startswith("worker")]
        names = {"worker": [chance.choice(workers)], "workers": workers, "beat": ["beat"]}[kind]
        for name in names:
            self.programs[name].kill()
            self.programs[name].wait()
        return kind

    def hurry(self) -> None:
        """What waits to be tried again comes now: the minutes between two attempts prove nothing.

        And somebody does something, as in service all the time, which wakes a worker.
        """
        if time.monotonic() - self.hurried < 2:
            return
        self.hurried = time.monotonic()
        ask()
        self._ask(
            f"UPDATE notifications_notification SET not_before = now() WHERE {OPEN}"  # noqa: S608
            " AND claimed_at IS NULL AND attempts BETWEEN 1 AND 7 AND not_before > now() RETURNING 1"
        )

    def is_all_sent(self) -> bool:
        found = self._ask(f"SELECT count(*) FROM notifications_notification WHERE {OPEN}")  # noqa: S608
        return found == [(0,)]

    def _ask(self, statement: str) -> list[tuple[Any, ...]] | None:
        """None while the database does not answer."""
        with suppress(psycopg2.Error):
            connection = psycopg2.connect(embedded.database_url(self.data), connect_timeout=5)
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute(statement)
                    return cursor.fetchall()
            finally:
                connection.close()
        return None
