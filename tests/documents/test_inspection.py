import time
import tracemalloc
import zipfile
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError

from documents.inspection import inspect
from tests.documents import samples


def look(name: str, data: bytes) -> str:
    return inspect(BytesIO(data), name).content_type


@pytest.mark.parametrize(
    ("name", "data", "content_type"),
    [
        ("report.pdf", samples.pdf(), "application/pdf"),
        ("Report.v1.2.PDF", samples.pdf(), "application/pdf"),
        ("技術說明.docx", samples.docx(), "wordprocessingml.document"),
        ("data.xlsx", samples.xlsx(), "spreadsheetml.sheet"),
        ("photo.png", samples.png(), "image/png"),
        ("photo.jpg", samples.jpeg(), "image/jpeg"),
        ("photo.jpeg", samples.jpeg(place=True), "image/jpeg"),
        ("data.csv", "日期,kWh\n2026-01-01,12.5\n".encode(), "text/csv"),
        ("data.csv", b"\xef\xbb\xbfdate,kWh\n2026-01-01,12.5\n", "text/csv"),
        ("note.txt", "升降機每月檢查一次。".encode(), "text/plain"),
        ("short.txt", b"x", "text/plain"),
    ],
)
def test_honest_files_are_taken(name, data, content_type):
    assert content_type in look(name, data)


GIF_AND_ARCHIVE = samples.jpeg() + samples.docx()
MACRO_TYPES = samples.CONTENT_TYPES.replace(
    "wordprocessingml.document.main", "ms-word.document.macroEnabled.main"
)
SCRIPT_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"<html>"),
        ("drawing.svg", SCRIPT_SVG),
        ("macro.docm", samples.docx()),
        ("archive.zip", samples.docx()),
        ("noending", samples.pdf()),
        (".pdf", samples.pdf()),
        ("invoice.pdf.exe", samples.pdf()),
        ("invoice.exe.pdf", samples.pdf()),
        ("invoice.html.txt", b"hello"),
        ("invoice.docm.docx", samples.docx()),
        ("picture.svg.png", samples.png()),
    ],
)
def test_a_name_with_another_or_a_second_ending_is_refused(name, data):
    with pytest.raises(ValidationError):
        look(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", samples.png()),
        ("a.pdf", b"MZ\x90\x00" + bytes(500)),
        ("a.pdf", b"\n" + samples.pdf()),
        ("a.pdf", samples.pdf(inside=b"<html><script>alert(1)</script></html>")),
        ("a.pdf", samples.pdf(after=b"<html><script>alert(1)</script></html>")),
        ("a.pdf", samples.pdf(after=samples.docx())),
        ("a.pdf", samples.pdf(after=bytes(5000))),
        ("a.pdf", samples.pdf(inside=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> ")),
        ("a.pdf", samples.pdf(inside=b"/OpenAction << /S /Launch /F (cmd.exe) >> ")),
        ("a.png", samples.jpeg()),
        ("a.png", samples.png() + samples.docx()),
        ("a.png", samples.png()[:200]),
        ("a.jpg", samples.jpeg() + b"<script>alert(1)</script>"),
        ("a.jpg", GIF_AND_ARCHIVE),
        ("a.docx", samples.pdf()),
        ("a.docx", samples.xlsx()),
        ("a.docx", samples.docx(contents=MACRO_TYPES)),
        ("a.docx", samples.docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})),
        ("a.docx", samples.docx({"../../etc/passwd": "x"})),
        ("a.docx", samples.docx()[:-30]),
        ("a.docx", b"MZ" + samples.docx()),
        ("a.xlsx", samples.docx()),
        ("a.txt", SCRIPT_SVG),
        ("a.txt", b"<!DOCTYPE html><html><body>hello</body></html>"),
        ("a.txt", b"<?php system($_GET['c']); ?>"),
        ("a.txt", b"text\x00with nulls"),
        ("a.csv", samples.xlsx()),
        ("a.csv", "日期,度".encode("utf-16")),
    ],
)
def test_contents_that_are_something_else_or_something_more_are_refused(name, data):
    with pytest.raises(ValidationError):
        look(name, data)


def many_entries() -> bytes:
    return samples.docx({f"word/media/{number}.xml": "x" for number in range(10_000)})


def declared_huge() -> bytes:
    """Headers that claim 4 GB, whatever is there."""
    data = samples.docx({"word/big.xml": b"x" * 5000})
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"word/big.xml"))
    return data[: at + 24] + (4 * 10**9).to_bytes(4, "little") + data[at + 28 :]


def overlapping() -> bytes:
    """Many entries over the same packed bytes."""
    data = samples.docx({"word/big.xml": bytes(range(256)) * 4000})
    file = BytesIO(data)
    with zipfile.ZipFile(file, "a") as archive:
        big = archive.getinfo("word/big.xml")
        for number in range(50):
            twin = zipfile.ZipInfo(f"word/{number}.xml")
            for name in ("compress_size", "file_size", "CRC", "header_offset", "compress_type"):
                setattr(twin, name, getattr(big, name))
            archive.filelist.append(twin)
        archive._didModify = True
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("bomb.docx", lambda: samples.docx({"word/zeros.xml": bytes(150 * 2**20)})),
        ("huge.docx", declared_huge),
        ("many.docx", many_entries),
        ("overlap.docx", overlapping),
        ("wide.png", lambda: samples.png_of_declared_size(50_000, 50_000)),
        ("large.png", lambda: samples.png_of_declared_size(10_000, 9_000)),
    ],
)
def test_bombs_are_refused_within_a_second_and_in_little_memory(name, make):
    data = make()
    look("warm.png", samples.png())  # the model of file types is loaded once, and not by a bomb
    began = time.process_time()
    with pytest.raises(ValidationError) as refusal:
        look(name, data)
    assert time.process_time() - began < 1
    tracemalloc.start()  # after the measurement of time: tracing takes as long again
    with pytest.raises(ValidationError):
        look(name, data)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(data) + 20 * 2**20
    assert any(word in str(refusal.value) for word in ("unpacks", "pixels"))
