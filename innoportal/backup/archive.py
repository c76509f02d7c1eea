"""The file that a backup is: a ZIP with a manifest, which says of every other member how its bytes are."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from innoportal.embedded import private

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files/"  # before the name of each upload
CHUNK = 2**20  # bytes that are in memory at once


class BackupError(Exception):
    """Why it cannot be backed up or restored, told to the person who asked for it."""


@dataclass(frozen=True)
class Member:
    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What the archive holds; all of it as one snapshot of the database saw it."""

    portal: str  # version
    made_at: str
    dumped_by: int  # pg_dump's major version: no older pg_restore reads what it writes
    migrations: list[str]
    tables: dict[str, int]  # rows
    journal: str  # SHA-256 of all entries in their order
    reports: str  # hash of the last report of the chain, "" before the first
    members: list[Member]
    missing: list[str]  # files that rows name and the storage does not have
    format: int = FORMAT

    def __str__(self) -> str:
        files = sum(member.path.startswith(FILES) for member in self.members)
        return f"{sum(self.tables.values())} rows in {len(self.tables)} tables, {files} files"


class Writer:
    def __init__(self, archive: ZipFile) -> None:
        self.members: list[Member] = []
        self._archive = archive

    def add(self, path: str, source: IO[bytes]) -> None:
        """As it comes: how large it will be need not be known."""
        with self._archive.open(path, "w", force_zip64=True) as target:
            self.members.append(copied(path, source, target))

    def finish(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n")


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Under its name only once it is whole and on the disk; for its owner's eyes, as it holds personal data.

    :raises BackupError: there is a file of that name, or it cannot be written.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if target.exists():
            raise BackupError(f"{target} is there already: nothing was written. Name another file.")
        with open(draft, "xb", opener=private) as file:
            with ZipFile(file, "w", ZIP_STORED) as archive:  # all that is large is compressed already
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise BackupError(
            f"{error.filename or target}: {error.strerror or error}. No backup was made."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


class Reader:
    def __init__(self, archive: ZipFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._archive = archive

    def open(self, path: str) -> IO[bytes]:
        return self._archive.open(path)

    def below(self, folder: str) -> Iterator[Member]:
        """The members of a folder."""
        return (member for member in self.manifest.members if member.path.startswith(folder))

    def check(self) -> None:
        """Read all of it once.

        :raises BackupError: something is missing, damaged, or not in the manifest.
        """
        listed = [member.path for member in self.manifest.members]
        if sorted(self._archive.namelist()) != sorted([*listed, MANIFEST]):
            raise BackupError("What is in the archive is not what its manifest lists: nothing was restored.")
        for member in self.manifest.members:
            with self.open(member.path) as source:
                if copied(member.path, source) != member:
                    raise BackupError(f"{member.path} is damaged in the archive: nothing was restored.")


@contextmanager
def reading(source: Path) -> Iterator[Reader]:
    """:raises BackupError: it is no backup, is damaged, or cannot be read."""
    try:
        with ZipFile(source) as archive:
            yield Reader(archive, _manifest(archive))
    except BadZipFile as error:
        raise BackupError(f"{source} is damaged or no backup: nothing was restored ({error}).") from error
    except OSError as error:
        raise BackupError(
            f"{error.filename or source}: {error.strerror or error}. Nothing was restored."
        ) from error


def _manifest(archive: ZipFile) -> Manifest:
    try:
        facts = json.loads(archive.read(MANIFEST))
        if facts["format"] != FORMAT:
            raise BackupError(f"The archive has format {facts['format']}; this portal reads format {FORMAT}.")
        return Manifest(**facts | {"members": [Member(**member) for member in facts["members"]]})
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError("The archive has no manifest that can be read: it is no backup.") from error


def copied(path: str, source: IO[bytes], target: Any = None) -> Member:
    """What was read, and written where there is somewhere to write it."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return Member(path, size, digest.hexdigest())
