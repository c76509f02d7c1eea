"""There and back: a portal is backed up, and restored where there is none."""

import hashlib
import threading
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from documents import services as documents
from documents.models import Document
from innoportal.backup import facts
from innoportal.backup.restoring import restore
from innoportal.backup.taking import take
from journal.models import Entry
from tests.documents import samples
from tests.factories import EntryFactory, SolutionFactory, UserFactory
from tests.innoportal.backup import altering
from tests.trials import stories
from trials import keys
from trials.models import Report, Upload
from trials.proof.chain import verify_chain
from trials.proof.verify import verify


def attached(*, confidential):
    solution = SolutionFactory()
    data = samples.pdf(after=b"% confidential\n" if confidential else b"")
    return documents.attach(
        solution,
        by=solution.created_by,
        organisation=solution.organisation,
        upload=samples.upload("Report.pdf", data),
        title="Report",
        confidential=confidential,
    )


def lived():
    """Two reports in a chain, files of three kinds, and a journal of all that."""
    attached(confidential=True)
    documents.further(attached(confidential=False).pk)
    reports = [stories.published(), stories.published()]
    person = UserFactory()
    Upload.objects.create(
        trial=reports[0].trial, file=ContentFile(b"kWh\n12\n", "m.csv"), filename="m.csv", made_by=person
    )


def envelopes():
    return list(Report.objects.signed().order_by("published_at", "pk").values_list("envelope", flat=True))


def uploads():
    root = Path(settings.MEDIA_ROOT)
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def told():
    """What must come back the same."""
    return {
        "rows": facts.tables(),
        "journal": list(Entry.objects.order_by("pk").values()),
        "people": list(User.objects.order_by("pk").values()),
        "reports": envelopes(),
        "uploads": uploads(),
        "keys": keys.public_file().read_bytes(),
    }


@pytest.mark.faults
def test_all_of_a_portal_comes_back_and_its_proofs_hold(committed, elsewhere, tmp_path, capsys):
    lived()
    before = told()
    call_command("backup", tmp_path / "all.zip")
    assert "SECRET_KEY are not in it" in capsys.readouterr().out
    with elsewhere():
        call_command("restore", tmp_path / "all.zip")
        after = told()
        for name in before:
            assert after[name] == before[name], name
        assert len(after["uploads"]) == 5  # two as they came, a copy and its picture, and readings
        for document in Document.objects.all():
            with document.file.open() as file:
                assert hashlib.sha256(file.read()).hexdigest() == document.sha256
        assert verify_chain(envelopes()) == ()
        for envelope in envelopes():
            assert verify(envelope, keys.public_keys()).genuine
        UserFactory(email="one-more@example.org")  # sequences go on where they were
        with pytest.raises(Exception, match="Cannot update or delete rows from journal_entry"):
            Entry.objects.update(reason="changed")


@pytest.mark.faults
def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(committed, elsewhere, tmp_path):
    """A snapshot: of rows that come one by one those are counted that are dumped, and no others."""
    stop, written = threading.Event(), []

    def write():
        try:
            while not stop.is_set():
                written.append(EntryFactory().pk)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 5:
            stop.wait(0.01)
        manifest = take(tmp_path / "busy.zip")
        enough = len(written) + 5
        while len(written) < enough:
            stop.wait(0.01)
    finally:
        stop.set()
        writer.join()
    with elsewhere():
        restore(tmp_path / "busy.zip")
        there = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
        assert there == written[: len(there)]
        assert len(there) == manifest.tables["public.journal_entry"] < len(written)


def test_secret_keys_are_in_it_only_when_asked_for(bare, elsewhere, tmp_path):
    keys.make()
    keys.sealer()
    private = keys.private_file().read_bytes()
    take(tmp_path / "without.zip")
    assert {name for name in altering.read(tmp_path / "without.zip") if "keys" in name} == {
        "keys/public.json"
    }
    inside = (tmp_path / "without.zip").read_bytes()
    assert private not in inside
    assert settings.SECRET_KEY.encode() not in inside
    take(tmp_path / "with.zip", with_keys=True)
    own = keys.make().id
    with elsewhere():
        restore(tmp_path / "with.zip")
        assert keys.private_file().read_bytes() == private
        assert keys.make().id == own
        assert keys.public_file().stat().st_mode & 0o777 == 0o644
        secret = keys.private_file().with_name("secret_key")
        for path in (keys.private_file(), keys.seal_file(), secret):
            assert path.stat().st_mode & 0o777 == 0o600
        assert secret.read_text() == settings.SECRET_KEY


def test_the_backup_is_for_the_eyes_of_its_owner(bare, tmp_path):
    take(tmp_path / "mine.zip")
    assert (tmp_path / "mine.zip").stat().st_mode & 0o777 == 0o600


def test_a_directory_gets_a_file_named_by_the_time(bare, tmp_path, capsys):
    (tmp_path / "backups").mkdir()
    call_command("backup", tmp_path / "backups")
    (file,) = (tmp_path / "backups").iterdir()
    assert file.match("innoportal-20*T*Z.zip")
    assert capsys.readouterr().out.startswith(f"{file}: ")


def test_the_manifest_tells_what_it_holds(bare):
    listed = altering.manifest(bare)
    assert listed["portal"] == "0.1.0"
    assert "journal.0001_initial" in listed["migrations"]
    assert listed["tables"]["public.journal_entry"] == 0
    assert listed["journal"] == hashlib.sha256(b"").hexdigest()
    assert (listed["reports"], listed["missing"]) == ("", [])
    assert [one["path"] for one in listed["members"]] == [
        "keys/public.json",
        "database.dump",
        "files/documents/one",
    ]


@pytest.mark.faults
def test_a_file_that_is_gone_is_told_and_the_rest_is_kept(committed, elsewhere, tmp_path, capsys):
    lost, kept = attached(confidential=True), attached(confidential=True)
    Path(lost.file.path).unlink()
    call_command("backup", tmp_path / "all.zip")
    assert capsys.readouterr().err == (
        f"A row names the file {lost.file.name}, which is not there: it is not in the backup.\n"
    )
    with elsewhere():
        call_command("restore", tmp_path / "all.zip")
        assert list(uploads()) == [kept.file.name]
        assert f"names the file {lost.file.name}" in capsys.readouterr().err


def test_the_password_of_the_database_is_on_no_command_line(bare):
    from innoportal.backup import programs

    (place,) = programs._place()
    assert connection.settings_dict["PASSWORD"] not in place
    assert psycopg2.extensions.parse_dsn(place.removeprefix("--dbname="))["dbname"].startswith("test_")
