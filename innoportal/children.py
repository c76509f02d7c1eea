"""The programs that one `make run` starts: their logs, their restarts and their end, also after a crash.

Every program is started with the same random mark in its environment, which its own children inherit. So
after a kill -9 we find exactly our own again, however many there are, and never end a stranger that was given
an old process number. (honcho and supervisor were looked at: the one ends everything when one program ends,
the other cannot find its orphans; psutil and the mark do the whole of what is needed here.)
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from innoportal import embedded

MARK = "INNOPORTAL_RUN"
LARGEST_LOG = 10_000_000  # bytes; a longer log is put aside at the next start
QUICK = 60  # seconds; who dies sooner has failed to start
TRIES = 6


class Child:
    """A program that is started again when it dies, later each time, and given up after some tries."""

    def __init__(
        self, name: str, command: Sequence[str], *, log: Path, mark: str, patience: float = 3
    ) -> None:
        self.name, self.command, self.log, self.mark, self.patience = name, command, log, mark, patience
        self.failures = 0
        self.due = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        rotate(self.log)
        # glibc gives each thread an arena of its own, and a web server has many threads.
        environment = {**os.environ, MARK: self.mark, "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=embedded.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C in the terminal is for us: we end the programs in order
            )
        self.started = time.monotonic()

    def look(self) -> str | None:
        """Start the program again when it is due; the news, if there is any, in one line.

        :raises EmbeddedError: when it has died too often
        """
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
                return f"{self.name} was started again."
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.end_group()  # a worker killed outright leaves its pool behind
        self.failures = self.failures + 1 if time.monotonic() - self.started < QUICK else 1
        if self.failures >= TRIES:
            raise embedded.EmbeddedError(f"{self.name} died {TRIES} times in a row: {self.last_words()}")
        self.process, delay = None, min(2 ** (self.failures - 1), 30)
        self.due = time.monotonic() + delay
        return f"{self.name} ended ({ending(code)}) and starts again in {delay} s. {self.last_words()}"

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace")[-4000:].splitlines() if self.log.exists() else []
        return f"{next((line.strip() for line in reversed(lines) if line.strip()), '')} ({self.log})".strip()

    def stop(self) -> None:
        """Ask it to end, and end it if it does not within its patience."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.end_group()
            self.process.wait()

    def end_group(self) -> None:
        """End all that the program started and that stayed in its group."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def marked(mark: str) -> Iterator[psutil.Process]:
    """All living processes that carry the mark, except our own."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                yield process


def end_orphans(mark: str, patience: float = 5) -> int:
    """End what an earlier run with this mark left behind; how many there were."""
    orphans = list(marked(mark))
    for process in orphans:
        with suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(orphans, timeout=patience)
    for process in [*alive, *marked(mark)]:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=2)
    return len(orphans)


def rotate(log: Path) -> None:
    with suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
