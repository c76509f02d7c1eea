"""What `make run` starts: the servers, the preparation, the programs; and what ends them all, in order.

`PORT=8000 python -m innoportal.supervise`; with `stop` it only ends what a killed run has left behind.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NoReturn

from environs import Env

from innoportal import children, embedded, outside, servers
from innoportal.children import Child
from innoportal.embedded import LOOPBACK, EmbeddedError

ROOM = 200_000_000  # bytes that must be free: PostgreSQL keeps a write-ahead log of up to 256 MB
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 90  # seconds until the web server must answer for the first time


class Supervisor:
    """One run of the portal in one data directory."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.mark = secrets.token_hex(16)
        self.run = data / "run"
        self.logs = data / "logs"
        self.servers = servers.wanted(data)
        self.children: list[Child] = []

    def __call__(self) -> None:
        """Start everything, watch over it, and end it when a signal comes.

        :raises EmbeddedError: if something cannot start, or keeps dying
        """
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self.data).free < ROOM:
            raise EmbeddedError(f"The disk of {self.data} is full: {ROOM // 10**6} MB must be free.")
        self.end_orphans()
        if not embedded.is_free(self.port):
            raise EmbeddedError(f"Port {self.port} is taken; choose another: make run PORT={self.port + 1}")
        outside.check(os.environ)
        os.environ.setdefault("SITE_URL", f"http://{LOOPBACK}:{self.port}")
        with servers.in_use(self.servers):
            try:
                sign_ins = self.prepare()
                self.children = self.programs()
                for child in self.children:
                    child.start()
                self.await_answer()
                self.welcome(sign_ins)
                self.watch()
            finally:
                ignore_signals()
                self.stop()

    def end_orphans(self) -> None:
        """End the programs of a run that was killed, then leave our own mark for the next."""
        self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        memory = self.run / "mark"
        with suppress(FileNotFoundError):
            count = children.end_orphans(memory.read_text())
            if count:
                say(f"The last run was killed: {count} of its processes were still there and are ended now.")
        memory.write_text(self.mark)

    def prepare(self) -> list[str]:
        """Bring database, catalogues and static files up to date, in a process that ends when it is done."""
        sign_ins = self.run / "sign-ins.json"
        sign_ins.unlink(missing_ok=True)
        step = Child(
            "The preparation",
            [sys.executable, "-m", "innoportal.prepare", str(sign_ins)],
            log=self.logs / "prepare.log",
            mark=self.mark,
        )
        self.children = [step]
        step.log.unlink(missing_ok=True)
        say("Preparing the database (a minute the first time).")
        step.start()
        if step.process and step.process.wait():
            raise EmbeddedError(f"The preparation failed: {step.last_words()}")
        return list(json.loads(sign_ins.read_text())) if sign_ins.exists() else []

    def programs(self) -> list[Child]:
        """In the order of starting; they end in the opposite one, the web server first."""
        python = [sys.executable, "-m"]
        worker = ["celery", "-A", "innoportal", "worker", "--beat", "--schedule", str(self.run / "beat")]
        worker += ["--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        web = ["gunicorn", "innoportal.wsgi:application", "--bind", f"{LOOPBACK}:{self.port}", "--preload"]
        web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
        web += ["--graceful-timeout", "2", "--access-logfile", "-", "--config", "python:innoportal.web"]
        commands = {"worker": worker, "web": web}
        if not os.environ.get("EMAIL_URL"):
            mail = ["innoportal.catcher", str(embedded.mail_port(self.data)), str(self.data / "mail")]
            commands = {"mail": mail, **commands}
        return [
            Child(name, [*python, *command], log=self.logs / f"{name}.log", mark=self.mark)
            for name, command in commands.items()
        ]

    def await_answer(self) -> None:
        deadline = time.monotonic() + PATIENCE
        web = self.children[-1]
        while self.status() != 200:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"The web server does not answer at /healthz: {web.last_words()}")
            self.look_after()
            time.sleep(0.1)

    def status(self) -> int:
        connection = HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()

    def welcome(self, sign_ins: list[str]) -> None:
        address = f"http://{LOOPBACK}:{self.port}/"
        say(f"\nInnoPortal is ready at {address}")
        if not os.environ.get("EMAIL_URL"):
            say(f"Mails that it sends are at {address}mail/")
        for line in sign_ins:
            say(line)
        say(f"Logs are in {self.logs}. Ctrl-C stops everything.\n")

    def watch(self) -> NoReturn:
        while True:
            self.look_after()
            time.sleep(1)

    def look_after(self) -> None:
        for server in self.servers:
            if server.ensure():
                say(f"{server.name} had died and was started again.")
        for child in self.children:
            if news := child.look():
                say(news)

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
        children.end_orphans(self.mark, patience=1)
        (self.run / "mark").unlink(missing_ok=True)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt


def ignore_signals() -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


def chosen_port() -> int:
    """:raises EmbeddedError: if PORT is no port"""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise EmbeddedError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def main() -> int:
    os.umask(0o077)  # uploads, keys, mails and logs are nobody else's business
    for number in STOPPING:  # SIGINT too: a shell's background job would have it ignored
        signal.signal(number, interrupt)
    Env().read_env(os.environ.get("INNOPORTAL_ENV", str(embedded.BASE_DIR / ".env")), recurse=False)
    data = embedded.data_dir()
    try:
        with embedded.locked(data, "supervisor.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            supervisor = Supervisor(data, chosen_port())
            if sys.argv[1:] == ["stop"]:
                supervisor.end_orphans()
                return 0
            supervisor()
    except BlockingIOError:
        say_error(f"InnoPortal already runs from {data}.")
    except EmbeddedError as error:
        say_error(str(error))
    except subprocess.SubprocessError as error:
        say_error(f"A program could not be started: {error}")
    except OSError as error:
        say_error(f"{error.filename or data}: {error.strerror}.")
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    return 1


def say_error(text: str) -> None:
    print(f"innoportal: {text}", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
