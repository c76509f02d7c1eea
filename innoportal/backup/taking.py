from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from innoportal.backup import facts, programs
from innoportal.backup.archive import FILES, Manifest, Writer, writing

DUMP, SECRET = "database.dump", "keys/secret_key"


def take(target: Path, *, with_keys: bool = False) -> Manifest:
    """All of the portal as it is at one moment, while it goes on.

    Files are never changed, and come and go with their rows: each that the snapshot names is there, unless it
    was discarded since or lost before, which the manifest says.

    :raises BackupError: there is no pg_dump that fits, it fails, or the file cannot be written.
    """
    program, major = programs.dumper(programs.server())
    with writing(target) as archive, facts.snapshot() as snapshot:
        missing = _files(archive)
        _keys(archive, with_keys)
        with programs.dumping(program, snapshot) as dump:
            archive.add(DUMP, dump)
        manifest = Manifest(
            portal=facts.version(),
            made_at=timezone.now().isoformat(),
            dumped_by=major,
            migrations=facts.migrations_applied(),
            tables=facts.tables(),
            journal=facts.journal(),
            reports=facts.last_report(),
            members=archive.members,
            missing=missing,
        )
        archive.finish(manifest)
    return manifest


def _files(archive: Writer) -> list[str]:
    missing: list[str] = []
    taken: set[str] = set()
    for storage, name in facts.files():
        if name in taken:
            continue
        taken.add(name)
        try:
            with storage.open(name, "rb") as file:
                archive.add(FILES + name, file)  # type: ignore[arg-type]
        except FileNotFoundError:
            missing.append(name)
    return missing


def _keys(archive: Writer, with_secret: bool) -> None:
    wanted = facts.public_keys() | (facts.secret_keys() if with_secret else {})
    for name, path in wanted.items():
        if path.exists():
            with path.open("rb") as file:
                archive.add(name, file)
    if with_secret:
        archive.add(SECRET, BytesIO(settings.SECRET_KEY.encode()))
