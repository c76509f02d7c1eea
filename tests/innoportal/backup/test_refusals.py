"""What is not restored, and that nothing of it is left behind then; what is not backed up, and why."""

import os
import resource
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from innoportal.backup import facts, programs
from innoportal.backup.archive import BackupError
from innoportal.backup.restoring import restore
from innoportal.backup.taking import take
from tests.innoportal.backup import altering
from trials import keys


def refused(archive, place):
    """The reason; and not one table, upload or key is there."""
    with pytest.raises(CommandError) as refusal:
        call_command("restore", archive)
    assert facts.relations() == 0
    assert [path for path in place.rglob("*") if path.is_file()] == []
    return str(refusal.value)


def flipped(archive, member):
    """One byte of a member is another, as on a worn disk."""
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as file:
        info = file.getinfo(member)
    begin = info.header_offset + 30 + len(info.filename.encode())
    data[begin + info.file_size // 2 + 4] ^= 1
    archive.write_bytes(data)


def test_a_database_that_is_not_empty_stays_as_it_is(bare, tmp_path):
    before = facts.tables()
    with pytest.raises(BackupError, match=r"test_\S+ is not empty .*: nothing was restored"):
        restore(bare)
    assert facts.tables() == before
    assert not Path(settings.MEDIA_ROOT).exists()


@pytest.mark.parametrize("member", ["database.dump", "files/documents/one", "keys/public.json"])
def test_a_damaged_archive_is_refused_before_anything_is_written(bare, elsewhere, member):
    flipped(bare, member)
    with elsewhere() as place:
        assert "is damaged" in refused(bare, place)


def test_a_file_whose_bytes_are_not_those_of_the_manifest_is_refused(bare, elsewhere):
    altering.write(bare, altering.read(bare) | {"files/documents/one": b"two"})
    with elsewhere() as place:
        assert refused(bare, place) == (
            "files/documents/one is damaged in the archive: nothing was restored."
        )


def test_half_an_archive_is_refused(bare, elsewhere):
    bare.write_bytes(bare.read_bytes()[:-2000])
    with elsewhere() as place:
        assert "is damaged or no backup" in refused(bare, place)


@pytest.mark.parametrize(("name", "drop"), [("files/documents/two", False), ("files/documents/one", True)])
def test_an_archive_with_more_or_less_than_its_manifest_lists_is_refused(bare, elsewhere, name, drop):
    members = altering.read(bare)
    if drop:
        del members[name]
    else:
        members[name] = b"x"
    altering.write(bare, members)
    with elsewhere() as place:
        assert "not what its manifest lists" in refused(bare, place)


@pytest.mark.parametrize("manifest", [None, b"{}", b"[]", b"\xff", b'{"format": 1}'])
def test_what_has_no_manifest_is_no_backup(bare, elsewhere, manifest):
    members = altering.read(bare)
    del members["manifest.json"]
    altering.write(bare, members | ({} if manifest is None else {"manifest.json": manifest}))
    with elsewhere() as place:
        assert refused(bare, place) == "The archive has no manifest that can be read: it is no backup."


def test_a_format_of_later_is_told(bare, elsewhere):
    altering.altered(bare, format=2)
    with elsewhere() as place:
        assert "has format 2; this portal reads format 1" in refused(bare, place)


def test_another_state_of_the_migrations_is_told_by_name(bare, elsewhere):
    listed = altering.manifest(bare)["migrations"]
    listed.remove("journal.0001_initial")
    altering.altered(bare, migrations=[*listed, "wishes.9999_of_later"])
    with elsewhere() as place:
        reason = refused(bare, place)
    assert "it has wishes.9999_of_later, which this code does not know" in reason
    assert "it lacks journal.0001_initial" in reason


def test_a_path_that_leads_out_of_the_uploads_is_refused(bare, elsewhere):
    altering.altered(bare, {"files/../../out": b"x"})
    with elsewhere() as place:
        assert "leads out of the uploads" in refused(bare, place)


def test_uploads_that_are_there_with_other_bytes_are_not_touched(bare, elsewhere):
    with elsewhere() as place:
        other = place / "media" / "documents" / "one"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"another")
        with pytest.raises(BackupError, match="another file documents/one already"):
            restore(bare)
        assert other.read_bytes() == b"another"
        assert facts.relations() == 0
        other.write_bytes(b"one")  # as an attempt that was killed leaves it
        restore(bare)
        assert facts.tables() == altering.manifest(bare)["tables"]


def test_keys_of_another_portal_are_not_replaced(bare, elsewhere):
    with elsewhere() as place:
        keys.make()
        own = keys.public_file().read_bytes()
        with pytest.raises(BackupError, match="another key in"):
            restore(bare)
        assert keys.public_file().read_bytes() == own
        assert not (place / "media").exists()


def test_a_dump_that_breaks_off_leaves_neither_rows_nor_files(bare, elsewhere):
    """PostgreSQL meets the end in the middle of its work: what it did is undone, and so are the files."""
    dump = altering.read(bare)["database.dump"]
    altering.altered(bare, {"database.dump": dump[: len(dump) * 9 // 10]})
    with elsewhere() as place:
        assert refused(bare, place).startswith("pg_restore failed: ")


def test_what_came_back_otherwise_than_it_left_is_told(bare, elsewhere):
    tables = altering.manifest(bare)["tables"]
    altering.altered(bare, tables=tables | {"public.topics_topic": 10**6})
    with elsewhere(), pytest.raises(BackupError, match=r"not as it was: public\.topics_topic"):
        restore(bare)


def test_a_journal_that_is_another_is_told(bare, elsewhere):
    altering.altered(bare, journal="0" * 64)
    with elsewhere(), pytest.raises(BackupError, match="not as it was: journal_entry"):
        restore(bare)


def test_a_file_that_is_there_is_not_overwritten_by_a_backup(bare, tmp_path):
    (tmp_path / "old.zip").write_bytes(b"old")
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", tmp_path / "old.zip")
    assert (tmp_path / "old.zip").read_bytes() == b"old"


def test_a_full_disk_leaves_no_half_backup(bare, tmp_path):
    _soft, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    place = tmp_path / "backups"
    place.mkdir()
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(BackupError, match=r"File too large\. No backup was made"):
            take(place / "new.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(place.iterdir()) == []


def program(folder, name, version):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
    path.chmod(0o755)


def test_the_nearest_program_that_is_not_too_old_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for name in ("pg_dump", "pg_restore"):
        program(tmp_path, name, "30.1")
    assert programs.dumper(30) == programs.dumper(25) == (tmp_path / "pg_dump", 30)
    assert programs.dumper(18)[1] == 18
    assert programs.restorer(30, 18) == tmp_path / "pg_restore"
    assert programs.restorer(18, 18) != tmp_path / "pg_restore"
    assert programs.restorer(18, 19) == tmp_path / "pg_restore"


def test_programs_that_are_too_old_are_told_with_what_to_install():
    with pytest.raises(BackupError, match=r"PostgreSQL 99, .* here is .*18.*Install postgresql-client-99"):
        programs.dumper(99)
    with pytest.raises(BackupError, match=r"written by pg_dump 99, .*Install postgresql-client-99"):
        programs.restorer(15, 99)


def test_a_place_that_cannot_be_written_is_told(bare, tmp_path):
    with pytest.raises(BackupError, match=r"No such file or directory\. No backup was made"):
        take(tmp_path / "nowhere" / "new.zip")


def test_an_archive_that_is_not_there_is_told(bare, tmp_path):
    with pytest.raises(BackupError, match=r"new\.zip: No such file or directory. Nothing was restored"):
        restore(tmp_path / "new.zip")
