import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection

from innoportal.backup import facts, programs
from innoportal.backup.archive import FILES, BackupError, Manifest, Member, Reader, copied, reading
from innoportal.backup.taking import DUMP, SECRET
from trials import keys

PUBLIC = 0o644
Undo = list[tuple[str, Path | None]]  # a name of the storage, or the path of a key


def restore(source: Path) -> Manifest:
    """Put a portal back where there is none: all of it, or nothing.

    Everything is looked at before anything is written. Files come first and go again if the database does
    not follow; what is there already with the very same bytes, as a killed attempt leaves it, stays.

    :raises BackupError: the archive is damaged or of another state of the code, the place is not empty, or
        PostgreSQL refuses.
    """
    with reading(source) as archive:
        _check_migrations(archive.manifest)
        _check_empty()
        archive.check()
        new_files, new_keys = list(_new_files(archive)), list(_new_keys(archive))
        program = programs.restorer(programs.server(), archive.manifest.dumped_by)
        with _all_or_none() as placed:
            for member in new_files:
                _place_file(archive, member, placed)
            for member, path in new_keys:
                _place_key(archive, member, path, placed)
            with archive.open(DUMP) as dump:
                programs.load(program, dump)
        _check_restored(archive.manifest)
        return archive.manifest


def secret_file() -> Path:
    """Where a SECRET_KEY of an archive is put, for somebody to bring it into the environment."""
    return keys.private_file().with_name("secret_key")


def _check_migrations(manifest: Manifest) -> None:
    theirs, ours = set(manifest.migrations), set(facts.migrations_known())
    unknown, lacking = sorted(theirs - ours), sorted(ours - theirs)
    if unknown or lacking:
        said = [f"it has {', '.join(unknown)}, which this code does not know"] if unknown else []
        said += [f"it lacks {', '.join(lacking)}"] if lacking else []
        raise BackupError(
            f"The archive is of another state of the database (portal {manifest.portal}, "
            f"{manifest.made_at}): {'; '.join(said)}. "
            "Restore it with the code that made it, then migrate. Nothing was restored."
        )


def _check_empty() -> None:
    if there := facts.relations():
        raise BackupError(
            f"The database {connection.settings_dict['NAME']} is not empty (tables, views and sequences: "
            f"{there}): nothing was restored. Name an empty one, or another INNOPORTAL_DATA."
        )


def _new_files(archive: Reader) -> Iterator[Member]:
    """Those that are not there yet."""
    for member in archive.below(FILES):
        name = member.path.removeprefix(FILES)
        try:
            if not default_storage.exists(name):
                yield member
                continue
            with default_storage.open(name, "rb") as file:
                same = copied(member.path, file) == member  # type: ignore[arg-type]
        except SuspiciousFileOperation as error:
            raise BackupError(f"{member.path} leads out of the uploads: nothing was restored.") from error
        if not same:
            raise BackupError(
                f"The uploads have another file {name} already: nothing was restored. "
                "If an attempt that was killed left it, delete it."
            )


def _new_keys(archive: Reader) -> Iterator[tuple[Member, Path]]:
    places = facts.public_keys() | facts.secret_keys() | {SECRET: secret_file()}
    for member in archive.below("keys/"):
        path = places.get(member.path)
        if path is None:
            raise BackupError(f"The archive has {member.path}, which is no key: nothing was restored.")
        if not path.exists():
            yield member, path
            continue
        with path.open("rb") as file:
            if copied(member.path, file) != member:
                raise BackupError(f"There is another key in {path} already: nothing was restored.")


@contextmanager
def _all_or_none() -> Iterator[Undo]:
    placed: Undo = []
    try:
        yield placed
    except BaseException:
        for name, path in placed:
            if path is None:
                default_storage.delete(name)
            else:
                path.unlink(missing_ok=True)
        raise


def _place_file(archive: Reader, member: Member, placed: Undo) -> None:
    name = member.path.removeprefix(FILES)
    placed.append((name, None))
    with archive.open(member.path) as source:
        kept = default_storage.save(name, File(source, name=name))
    if kept != name:
        placed.append((kept, None))
        raise BackupError(f"The storage took {name} as {kept}: nothing was restored.")


def _place_key(archive: Reader, member: Member, path: Path, placed: Undo) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = PUBLIC if path == keys.public_file() else 0o600
    placed.append((member.path, path))
    with archive.open(member.path) as source, path.open("xb") as target:
        os.fchmod(target.fileno(), mode)
        copied(member.path, source, target)


def _check_restored(manifest: Manifest) -> None:
    """By then it is committed: what differs was written by somebody else in between."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = facts.tables()
    other = sorted(
        table for table in found | manifest.tables if found.get(table) != manifest.tables.get(table)
    )
    if not other and facts.journal() != manifest.journal:
        other = ["journal_entry"]
    if other or facts.last_report() != manifest.reports:
        raise BackupError(
            f"Restored, but not as it was: {', '.join(other) or 'the chain of reports'}. "
            "Was the portal running? Empty the database and the uploads, and restore again."
        )
