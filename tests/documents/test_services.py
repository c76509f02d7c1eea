import hashlib
import uuid
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from PIL import Image

from documents import services
from documents.models import Document, Rendition
from documents.tasks import sweep
from journal.models import Entry
from notifications.models import Notification
from notifications.tasks import sweep as send
from tests.documents import samples, told
from tests.documents.fake_clamd import EICAR, clamd
from tests.factories import SolutionFactory, UserFactory
from tests.threads import at_once

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


def test_the_public_gets_a_copy_and_the_file_itself_is_kept():
    data = told.jpeg()  # its colour profile tells the second that it was made
    document = attached("site.jpg", data, confidential=False)
    assert not Document.objects.public().exists()
    sweep()
    document.refresh_from_db()
    assert Path(document.file.path).read_bytes() == data
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    copy = Path(document.rendition.copy.path).read_bytes()
    assert told.secrets_in(copy) == []
    assert (document.rendition.size, document.rendition.sha256) == (
        len(copy),
        hashlib.sha256(copy).hexdigest(),
    )
    assert Image.open(BytesIO(copy)).size == (40, 60)
    assert Entry.objects.get(verb="prepare").details == {"sha256": document.rendition.sha256}
    assert (document.due_at, list(Document.objects.public())) == (None, [document])


def test_of_a_confidential_file_no_copy_is_made_but_a_preview():
    document = attached("plan.pdf", told.pdf(), confidential=True)
    sweep()
    made = Rendition.objects.get(document=document)
    assert (bool(made.copy), bool(made.picture), made.words) == (False, True, "Lift monitor")
    assert told.secrets_in(Path(made.picture.path).read_bytes()) == []


def test_what_is_made_is_made_once(media):
    attached("plan.docx", told.docx(), confidential=False)
    sweep()
    stored = sorted(path.name for path in media.rglob("*"))
    Document.objects.update(due_at=timezone.now())
    sweep()
    sweep()
    assert Entry.objects.filter(verb="prepare").count() == Rendition.objects.count() == 1
    assert sorted(path.name for path in media.rglob("*")) == stored


def test_a_file_of_which_no_copy_can_be_made_is_tried_three_times_and_then_told_of(media):
    document = attached("plan.pdf", confidential=False)
    Path(document.file.path).write_bytes(b"%PDF-1.7 broken on the disk")
    for attempt in (1, 2, 3):
        Document.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        sweep()
        document.refresh_from_db()
        assert (document.attempts, document.trouble) == (attempt, "damaged")
    assert (document.due_at, document.standing) == (None, "uncopied")
    assert list(Document.objects.in_quarantine()) == [document]


def test_of_a_button_pressed_twice_one_file_stays(committed, media):
    solution = SolutionFactory()

    def press():
        return services.attach(
            solution,
            by=solution.created_by,
            organisation=solution.organisation,
            upload=samples.upload("plan.txt", b"Lift monitor"),
            title="Plan",
            confidential=False,
        )

    outcomes = at_once(press, press)
    assert sorted(type(one).__name__ for one in outcomes) == ["Document", "ValidationError"]
    assert Document.objects.count() == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


def test_two_workers_do_not_take_the_same_file(committed, media):
    document = attached("plan.txt", b"Lift monitor", confidential=False)
    claim = partial(Document.objects.claim, document.pk)
    assert sorted(at_once(claim, claim)) == [False, True]


def test_with_a_scanner_a_file_waits_for_its_verdict(settings):
    with clamd() as (settings.CLAMAV, seen):
        document = attached()
        assert document.scan == Document.Scan.PENDING
        assert document.standing == "scanning"
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
    assert (document.scan, document.found, document.due_at) == ("refused", "Eicar-Test-Signature", None)
    assert Entry.objects.get(verb="scan").details == {"found": "Eicar-Test-Signature"}
    assert not Rendition.objects.exists()


def test_whoever_uploaded_a_virus_is_told_by_mail_what_to_do(settings, mailoutbox):
    with clamd() as (settings.CLAMAV, _seen):
        document = attached("a.pdf", samples.pdf(after=EICAR), title="Lift plan")
        sweep()
    notices = Notification.objects.filter(recipient=document.uploaded_by)
    assert sorted(notices.values_list("channel", flat=True)) == ["email", "inbox"]
    send()
    [mail] = mailoutbox
    assert mail.subject == "A virus was found in your file: Lift plan"
    assert "Eicar-Test-Signature" in mail.body
    assert "attach a clean one" in mail.body


def test_an_unanswered_scan_is_asked_again_ever_later_and_not_for_ever(settings, monkeypatch):
    settings.CLAMAV = "127.0.0.1:1"
    document = attached()
    waits = []
    for _ in range(60):
        Document.objects.update(due_at=timezone.now())
        sweep()
        document.refresh_from_db()
        waits.append(document.due_at and round((document.due_at - timezone.now()).total_seconds() / 60))
    assert (waits[:4], waits[57:]) == ([0, 1, 2, 3], [57, 58, None])
    assert (document.attempts, document.trouble, document.scan) == (60, "scanner", "pending")
    assert document.standing == "unscanned"
    sweep()
    document.refresh_from_db()
    assert document.attempts == 60


def test_the_office_may_begin_anew_with_what_was_given_up(settings):
    settings.CLAMAV = "127.0.0.1:1"
    document = attached()
    Document.objects.update(due_at=None, attempts=60, trouble="scanner")
    with clamd() as (settings.CLAMAV, _seen):
        services.rescan(document, by=UserFactory(office=True))
        sweep()
    document.refresh_from_db()
    assert (document.scan, document.trouble, document.standing) == ("clean", "", "ready")


def test_what_a_virus_was_found_in_can_never_be_released(settings):
    with clamd() as (settings.CLAMAV, _seen):
        document = attached("a.pdf", samples.pdf(after=EICAR))
        sweep()
    office = UserFactory(office=True)
    with pytest.raises(services.NotNow):
        services.rescan(document, by=office)
    Document.objects.update(due_at=timezone.now())
    settings.CLAMAV = ""
    sweep()
    document.refresh_from_db()
    assert document.scan == "refused"


def test_a_deleted_file_is_gone_with_its_bytes_and_leaves_its_hash(
    settings, media, django_capture_on_commit_callbacks
):
    with clamd() as (settings.CLAMAV, _seen):
        document = attached("a.pdf", samples.pdf(after=EICAR))
        sweep()
    document.refresh_from_db()
    pk = document.pk
    with django_capture_on_commit_callbacks(execute=True):
        services.discard(document, by=document.uploaded_by)
    assert not Document.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []
    entry = Entry.objects.get(verb="discard")
    assert (entry.object_id, entry.details["sha256"]) == (pk, document.sha256)


@pytest.mark.parametrize("state", [{}, {"scan": "pending"}])
def test_a_file_in_use_or_on_its_way_is_not_deleted(state):
    document = attached()
    sweep()
    Document.objects.update(**state, due_at=timezone.now() if state else None)
    with pytest.raises(services.NotNow):
        services.discard(document, by=document.uploaded_by)
    assert Document.objects.exists()


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
