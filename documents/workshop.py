"""The door to `documents.making`: a process without the portal's secrets, which may die of a file."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from django.conf import settings

logger = logging.getLogger(__name__)
PATIENCE = 90  # seconds by the clock; its own limit is one of processor time


@dataclass(frozen=True)
class Work:
    """What was made of one file; `trouble` says why nothing was."""

    words: str = ""
    copy: Path | None = None
    picture: Path | None = None
    picture_size: tuple[int, int] = (0, 0)
    trouble: str = ""


def check(file: BinaryIO, content_type: str) -> str:
    """Why a file cannot be taken, as a code; nothing where it can."""
    with _made("check", file, content_type) as work:
        return work.trouble


@contextmanager
def making(file: BinaryIO, content_type: str) -> Iterator[Work]:
    """The copy, words and picture of a file, for as long as the block lasts."""
    with _made("copy", file, content_type) as work:
        yield work


@contextmanager
def _made(verb: str, file: BinaryIO, content_type: str) -> Iterator[Work]:
    with TemporaryDirectory(prefix="innoportal-document-") as name:
        folder = Path(name)
        file.seek(0)
        with (folder / "source").open("wb") as source:
            copyfileobj(file, source)
        said = _run(verb, content_type, folder)
        copy, picture = folder / "copy", folder / "picture"
        yield Work(
            words=said.get("words", ""),
            copy=copy if copy.exists() and not said["trouble"] else None,
            picture=picture if said.get("picture") else None,
            picture_size=tuple(said.get("picture") or (0, 0)),  # type: ignore[arg-type]
            trouble=said["trouble"],
        )


def _run(verb: str, content_type: str, folder: Path) -> dict[str, Any]:
    command = [
        sys.executable,
        "-s",
        "-m",
        "documents.making",
        verb,
        content_type,
        f"{folder / 'source'}",
        f"{folder}",
    ]
    try:
        done = subprocess.run(  # noqa: S603  our own module, and no word of the sender among its arguments
            command,
            cwd=settings.BASE_DIR,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "TMPDIR": str(folder)},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode == 0:
            return json.loads(done.stdout)
        logger.warning("A document could not be read (%s): %s", done.returncode, done.stderr[-500:])
    except subprocess.TimeoutExpired:
        return {"trouble": "slow"}
    return {"trouble": "slow" if done.returncode in (-9, -24) else "damaged"}
