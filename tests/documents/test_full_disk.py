"""A disk that takes no more: for real, by the limit on a file's size, and as other disks say it."""

import errno
import gc
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.urls import reverse
from django.utils.translation import override
from PIL import Image

from documents.models import Document
from innoportal.lib.storage import WholeFiles, is_full, room
from journal.models import Entry
from tests.documents import samples
from tests.factories import MembershipFactory, SolutionFactory, TrialFactory

pytestmark = pytest.mark.django_db
LARGE = samples.pdf(inside=b"/Note (" + b"x" * 60_000 + b") ")
SAID = "The portal has no room for files at the moment, so nothing was kept. What you typed is still here"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)


@contextmanager
def full_disk(taking=20_000):
    """Where no file of ours becomes longer than that many bytes; what is larger breaks off there."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (taking, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def stored():
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture
def attach(client):
    """Sends a file about a draft of one's own."""
    solution = SolutionFactory()
    client.force_login(MembershipFactory(organisation=solution.organisation).user)
    client.raise_request_exception = False

    def send(name="Report.pdf", data=LARGE):
        values = {"title": "Our test report", "upload": samples.upload(name, data)}
        return client.post(reverse("solutions:attach", args=[solution.slug]), values)

    return send


@pytest.mark.parametrize(("name", "data"), [("Report.pdf", LARGE), ("report.txt", b"kWh 12\n" * 5000)])
def test_the_form_comes_back_with_what_was_typed_and_nothing_is_kept(attach, name, data):
    """A PDF is first looked through in a copy; a text goes where it is to stay at once."""
    with full_disk():
        response = attach(name, data)
    assert response.status_code == 507
    page = response.content.decode()
    assert SAID in page
    assert 'value="Our test report"' in page
    assert (stored(), Document.objects.count(), Entry.objects.filter(verb="attach").count()) == ([], 0, 0)
    assert attach().status_code == 302  # once there is room
    assert len(stored()) == Document.objects.count() == 1


def test_the_reader_of_chinese_is_told_in_chinese(attach):
    with full_disk(), override("zh-hant"):
        response = attach()
    assert "您填寫的內容仍在此頁；您可先不附上檔案，或稍後再選取檔案重試。" in response.content.decode()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_way_in_which_a_disk_says_so_is_known(attach, monkeypatch, code):
    def save(self, name, content):
        raise OSError(code, "no room")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", save)
    assert attach().status_code == 507


def test_another_fault_of_the_disk_is_no_lack_of_room(attach, monkeypatch):
    def save(self, name, content):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", save)
    assert attach().status_code == 500
    assert Document.objects.count() == 0


def test_a_form_that_the_disk_cannot_even_take_in_has_a_page_of_its_own(attach, settings):
    """A large upload waits in a temporary file while it is read: before any view sees the form."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    with full_disk():
        response = attach()
    for thing in gc.get_objects():  # Django leaves it open, and a test ends before it is collected
        if type(thing) is TemporaryUploadedFile:
            thing.close()
    assert response.status_code == 507
    page = response.content.decode()
    assert "Nothing was kept. Go back in your browser: what you typed is still in the form." in page
    assert "網上平台暫時沒有空間存放檔案" in page
    assert (stored(), Document.objects.count()) == ([], 0)


def test_readings_that_the_disk_has_no_room_for_are_told_on_their_page(client):
    trial = TrialFactory(running=True)
    client.force_login(trial.engineer)
    rows = b"at,value\n" + b"2026-03-01 14:00,1\n" * 2000
    with full_disk():
        response = client.post(
            reverse("trials:measurements", args=[trial.slug]), {"file": samples.upload("m.csv", rows)}
        )
    assert response.status_code == 507
    assert SAID in response.content.decode()
    assert (stored(), trial.uploads.count()) == ([], 0)


def test_of_photographs_that_do_not_all_fit_none_stays_and_the_words_do(client, tmp_path):
    trial = TrialFactory(running=True)
    client.force_login(trial.engineer)
    Image.new("RGB", (20, 20), "red").save(tmp_path / "small.png")
    Image.effect_noise((400, 400), 90).convert("RGB").save(tmp_path / "large.png")
    photographs = [
        samples.upload(name, (tmp_path / name).read_bytes()) for name in ("small.png", "large.png")
    ]
    values = {"kind": "note", "on": "2026-03-02", "text_en": "The valve is in.", "photographs": photographs}
    with full_disk():
        response = client.post(reverse("trials:log", args=[trial.slug]), values)
    page = response.content.decode()
    assert response.status_code == 409
    assert SAID in page
    assert "The valve is in." in page
    assert (stored(), Document.objects.count(), trial.log.count()) == ([], 0, 0)


def test_half_a_file_does_not_stay_and_the_fault_is_handed_on(tmp_path):
    storage = WholeFiles(location=tmp_path / "half")
    with full_disk(1000), pytest.raises(OSError) as fault:
        storage.save("documents/one", samples.upload("one", b"x" * 5000))
    assert is_full(fault.value)
    assert list((tmp_path / "half" / "documents").iterdir()) == []


def test_what_is_no_fault_of_room_passes_through():
    with pytest.raises(FileNotFoundError), room():
        raise FileNotFoundError(errno.ENOENT, "gone")
