import hashlib
import uuid
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from documents import services
from documents.models import Document
from documents.tasks import sweep
from journal.models import Entry
from tests.documents import samples
from tests.documents.fake_clamd import EICAR, clamd
from tests.factories import SolutionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def attached(name="Report.pdf", data=None, *, confidential=True, title="Report") -> Document:
    solution = SolutionFactory()
    return services.attach(
        solution,
        by=solution.created_by,
        organisation=solution.organisation,
        upload=samples.upload(name, samples.pdf() if data is None else data),
        title=title,
        confidential=confidential,
    )


def test_a_file_is_kept_under_a_random_name_with_its_hash_and_story(media):
    document = attached()
    stored = Path(document.file.path)
    assert uuid.UUID(stored.name)
    assert stored.read_bytes() == samples.pdf()
    assert document.sha256 == hashlib.sha256(samples.pdf()).hexdigest()
    assert (document.filename, document.size, document.scan) == ("Report.pdf", len(samples.pdf()), "clean")
    entry = Entry.objects.get(verb="attach")
    assert (entry.noun, entry.details["sha256"]) == ("solutions.solution", document.sha256)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\plan.txt", "plan.txt"),
        ("報告（最終版）.txt", "報告（最終版）.txt"),
        ("re\u202etxt.exe.txt", None),
        ('a"b\r\nSet-Cookie: x.txt', "a_b_Set-Cookie_ x.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("x" * 400 + ".txt", "x" * 192 + ".txt"),
    ],
)
def test_a_file_name_keeps_no_path_control_or_direction(given, kept):
    name = services.safe_name(given)
    if kept is None:
        assert "\u202e" not in name
    else:
        assert name == kept
    assert len(name) <= 200


def test_too_large_and_empty_files_are_refused(settings):
    settings.DOCUMENT_MAX_BYTES = 100
    with pytest.raises(ValidationError, match="too large"):
        attached()
    with pytest.raises(ValidationError, match="empty"):
        attached("a.txt", b"")
    assert not Document.objects.exists()


def test_a_refused_file_leaves_nothing_behind(media):
    with pytest.raises(ValidationError):
        attached("a.pdf", samples.png())
    assert not Document.objects.exists()
    assert list(media.rglob("*")) == []


@pytest.mark.parametrize("confidential", [True, False])
def test_a_public_picture_does_not_tell_where_it_was_taken(confidential):
    document = attached("site.jpg", samples.jpeg(place=True), confidential=confidential)
    data = Path(document.file.path).read_bytes()
    assert (b"Secret Phone Maker" in data) is confidential
    assert bool(Image.open(BytesIO(data)).getexif()) is confidential
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert Image.open(BytesIO(data)).size == (60, 40)


def test_a_public_png_with_transparency_looks_the_same():
    picture = Image.new("RGBA", (4, 4), (10, 20, 30, 40))
    file = BytesIO()
    picture.save(file, "PNG")
    document = attached("mark.png", file.getvalue(), confidential=False)
    kept = Image.open(Path(document.file.path))
    assert (kept.mode, kept.getpixel((0, 0))) == ("RGBA", (10, 20, 30, 40))


def test_with_a_scanner_a_file_waits_for_its_verdict(settings):
    with clamd() as (settings.CLAMAV, seen):
        document = attached()
        assert document.scan == Document.Scan.PENDING
        sweep()
        sweep()
    document.refresh_from_db()
    assert document.scan == Document.Scan.CLEAN
    assert seen == [samples.pdf()]


def test_a_virus_is_refused_and_named_in_the_journal(settings):
    with clamd() as (settings.CLAMAV, _seen):
        document = attached("a.pdf", samples.pdf(after=EICAR))
        sweep()
    document.refresh_from_db()
    assert document.scan == Document.Scan.REFUSED
    assert Entry.objects.get(verb="scan").details == {"found": "Eicar-Test-Signature"}


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but no\0", b"stream: x ERROR\0"]
)
def test_what_is_no_verdict_leaves_the_file_waiting(settings, answer):
    with clamd(answer) as (settings.CLAMAV, _seen):
        document = attached()
        sweep()
    document.refresh_from_db()
    assert document.scan == Document.Scan.PENDING


def test_while_no_scanner_answers_files_wait_and_are_scanned_when_it_is_back(settings):
    with clamd() as (address, _seen):
        pass
    settings.CLAMAV = address
    document = attached()
    sweep()
    document.refresh_from_db()
    assert document.scan == Document.Scan.PENDING
    with clamd() as (settings.CLAMAV, _seen):
        sweep()
    document.refresh_from_db()
    assert document.scan == Document.Scan.CLEAN
