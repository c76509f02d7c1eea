"""What is made of an upload, by the functions that make it and by the process in which they run."""

import subprocess
import sys
import zipfile
from io import BytesIO

import pikepdf
import pytest
from django.conf import settings
from openpyxl import load_workbook
from PIL import Image

from documents import workshop
from documents.kinds import KINDS
from tests.documents import samples, told

MAKERS = {
    "docx": told.docx,
    "xlsx": told.xlsx,
    "pptx": told.pptx,
    "pdf": told.pdf,
    "png": told.png,
    "jpg": told.jpeg,
}

OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def made(kind: str, data: bytes) -> tuple[bytes, workshop.Work]:
    with workshop.making(BytesIO(data), KINDS[kind].content_type) as work:
        return (work.copy.read_bytes() if work.copy else b""), work


@pytest.mark.parametrize("kind", MAKERS)
def test_a_public_copy_tells_of_nobody(kind):
    data = MAKERS[kind]()
    assert told.secrets_in(data)[:2] == [b"Wilhelmina", b"Quarterdeck"]
    copy, work = made(kind, data)
    assert work.trouble == ""
    assert told.secrets_in(copy) == []


def test_a_word_copy_reads_as_if_every_change_were_taken():
    copy, work = made("docx", told.docx())
    assert work.words == "Lift monitor 升降機監察\nIt costs little\nA row that stays"
    with zipfile.ZipFile(BytesIO(copy)) as archive:
        assert {"word/document.xml", "word/media/image1.jpeg", "word/embeddings/sheet.xlsx"} <= set(
            archive.namelist()
        )
        assert not {"docProps/core.xml", "word/comments.xml", "word/people.xml"} & set(archive.namelist())
        relations = archive.read("word/_rels/document.xml.rels").decode()
        assert ("https://www.example.org/lift" in relations, "comments.xml" in relations) == (True, False)
        assert "Normal.dotm" in archive.read("word/_rels/settings.xml.rels").decode()
        declared = archive.read("[Content_Types].xml").decode()
        assert ("word/settings.xml" in declared, "word/comments.xml" in declared) == (True, False)


def test_a_copy_of_a_workbook_opens_with_its_numbers_and_pictures():
    copy, work = made("xlsx", told.xlsx())
    sheet = load_workbook(BytesIO(copy)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2, max_col=2)] == [
        ["Lift", "kWh"],
        ["No. 1", 12.5],
    ]
    assert (sheet["A1"].comment, len(sheet._images)) == (None, 1)
    assert work.words == "Sheet\nLift\tkWh\nNo. 1\t12.5"


def test_slides_are_read_in_their_order():
    assert made("pptx", told.pptx())[1].words == "Lift monitor 升降機監察\nThe second slide\nThe last slide"


def test_a_copy_of_a_pdf_keeps_its_pages_pictures_and_links_of_the_web():
    copy, work = made("pdf", told.pdf(pages=3))
    with pikepdf.open(BytesIO(copy)) as pdf:
        assert len(pdf.pages) == 3
        assert not {"/Metadata", "/AF", "/OpenAction"} & set(pdf.Root.keys())
        assert (len(pdf.attachments), "/Info" in pdf.trailer) == (0, False)
        kept = [(str(one.Subtype), "/A" in one) for one in pdf.pages[0].obj.Annots]
        assert kept == [("/Square", False), ("/Link", True), ("/Link", False)]
        photo = pdf.pages[0].obj.Resources.XObject.Im1
        assert Image.open(BytesIO(photo.read_raw_bytes())).size == (60, 40)
    assert work.words == "Lift monitor\nPage 2\nPage 3"


def test_pictures_stand_upright_and_keep_how_they_look():
    copy, _work = made("jpg", told.jpeg())
    picture = Image.open(BytesIO(copy))
    assert picture.size == (40, 60)  # it lay on its side
    assert picture.getpixel((20, 30)) == pytest.approx((200, 30, 30), abs=8)
    assert not {"exif", "icc_profile", "xmp", "comment", "photoshop"} & set(picture.info)
    through = Image.open(BytesIO(made("png", told.png())[0]))
    assert through.getpixel((3, 3)) == (10, 200, 30, 90)


@pytest.mark.parametrize("kind", ["pdf", "png", "jpg"])
def test_a_preview_is_a_picture_drawn_anew(kind, tmp_path):
    with workshop.making(BytesIO(MAKERS[kind]()), KINDS[kind].content_type) as work:
        data = work.picture.read_bytes()
    picture = Image.open(BytesIO(data))
    assert (picture.format, picture.size) == ("WEBP", work.picture_size)
    assert max(picture.size) <= 900
    assert told.secrets_in(data) == []
    assert len(picture.getcolors(10**6)) > (1 if kind == "pdf" else 0)  # a page with words on it


@pytest.mark.parametrize(
    ("kind", "data", "trouble"),
    [
        ("pdf", told.pdf(encrypted="only me"), "locked"),
        ("pdf", told.pdf(program=True), "program"),
        ("pdf", b"%PDF-1.7\nnothing\n%%EOF", "damaged"),
        ("docx", samples.docx({"word/other.xml": OUTSIDE}), "entities"),
        ("docx", samples.docx({"word/other.xml": '<!DOCTYPE a><a/>'.encode("utf-16")}), "entities"),
        ("docx", samples.docx({"word/other.xml": "<a><b></a>"}), "damaged"),
        ("docx", samples.docx()[:-40], "damaged"),
    ],
)  # fmt: skip
def test_what_cannot_be_copied_is_told_by_a_code(kind, data, trouble):
    assert workshop.check(BytesIO(data), KINDS[kind].content_type) == trouble


def test_a_pdf_that_needs_no_password_is_copied_without_its_locks():
    copy, work = made("pdf", told.pdf(encrypted=""))
    assert (work.trouble, pikepdf.open(BytesIO(copy)).is_encrypted) == ("", False)


def test_the_process_inherits_no_secret_of_the_portal(monkeypatch, tmp_path):
    """A stand-in for Python tells what it was given."""
    spy = tmp_path / "python"
    spy.write_text("""#!/bin/sh\nenv | cut -d= -f1 | sort | tr '\\n' ' ' | sed 's/.*/{"trouble": "&"}/'\n""")
    spy.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(spy))
    monkeypatch.setenv("SECRET_KEY", "x")
    given = set(workshop.check(BytesIO(b"x"), "application/pdf").split()) - {"PWD", "SHLVL", "_", "OLDPWD"}
    assert given == {"LC_ALL", "OMP_NUM_THREADS", "PATH", "TMPDIR"}


def test_a_file_cannot_take_the_memory_of_the_machine():
    greedy = "from documents.making import __main__ as making; making._within_limits(); bytearray(2 * 2**30)"
    done = subprocess.run([sys.executable, "-c", greedy], cwd=settings.BASE_DIR, capture_output=True)
    assert (done.returncode, b"MemoryError" in done.stderr) == (1, True)


def test_one_that_takes_too_long_is_left(monkeypatch, tmp_path):
    spy = tmp_path / "python"
    spy.write_text("#!/bin/sh\nexec sleep 20\n")
    spy.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(spy))
    monkeypatch.setattr(workshop, "PATIENCE", 0.2)
    assert workshop.check(BytesIO(b"x"), "application/pdf") == "slow"
