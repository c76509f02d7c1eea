"""Who runs the embedded servers: PostgreSQL refuses to run as root, and Valkey has no need to."""

import hashlib
import os
import shutil
import subprocess  # the servers are programs, started with lists of arguments and never through a shell
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOBODY = 65534
SYSTEM = Path("/var/lib/innoportal")


@dataclass(frozen=True)
class Account:
    """A user of the system; `None` where we already are the one."""

    uid: int | None = None
    gid: int | None = None

    def run(self, command: Sequence[Any], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, in a small environment of its own, and collect what it says."""
        as_user: dict[str, Any] = (
            {"user": self.uid, "group": self.gid, "extra_groups": []} if self.uid is not None else {}
        )
        quiet: dict[str, Any] = {} if "input" in options else {"stdin": subprocess.DEVNULL}
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return subprocess.run(  # noqa: S603
            command,
            cwd="/",  # this user may be unable to enter the directory that we are in
            env=environment,
            umask=0o077,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **{"stdout": subprocess.PIPE, **as_user, **quiet, **options},
        )

    def reaches(self, path: Path) -> bool:
        return self.run(["test", "-x", path]).returncode == 0

    def own(self, directory: Path) -> Path:
        """Make a directory that this user alone may read."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(directory, self.uid, self.gid)
        return directory


def account(data: Path) -> Account:
    """Who runs the servers: we, or, for root, the owner of the data directory, or else nobody."""
    if os.geteuid() != 0:
        return Account()
    owner = data.stat()
    return Account(owner.st_uid, owner.st_gid) if owner.st_uid else Account(NOBODY, NOBODY)


def reachable(data: Path, who: Account) -> Path:
    """The directory of the servers: `servers/` of the data directory, or a link there to one they can enter.

    Root's home is closed to others, so servers of a checkout there keep their files under /var/lib.
    """
    place = data / "servers"
    if not place.exists():
        if who.reaches(data):
            place.mkdir(exist_ok=True)
            place.chmod(0o711)
        else:
            mark = hashlib.sha256(bytes(data)).hexdigest()[:12]
            outside = system_directory(f"data-{mark}")
            place.unlink(missing_ok=True)
            place.symlink_to(outside)
    return place.resolve()


def programs(package: Path, name: str, needs: str, who: Account, *beside: Path) -> Path:
    """A package of programs, or a copy of it where this account cannot run them as they lie."""
    if who.reaches(package / needs):
        return package
    target = system_directory("programs") / name
    if not target.exists():
        draft = target.with_name(f"{name}.{os.getpid()}")
        for part in (package, *beside):
            shutil.copytree(part, draft / part.name)
        for path in (draft, *draft.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        draft.rename(target)
    return target / package.name


def system_directory(name: str) -> Path:
    """Only root comes here, so nobody else can put a program in its way."""
    directory = SYSTEM / name
    directory.mkdir(parents=True, exist_ok=True)
    for each in (SYSTEM, directory):
        each.chmod(0o755)
    return directory
