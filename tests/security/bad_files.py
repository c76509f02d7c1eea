"""Files that somebody might send by mistake or on purpose; each function gives the bytes of one."""

import zipfile
from io import BytesIO

from tests.documents import samples, told
from tests.documents.test_inspection import MACRO_TYPES, SCRIPT_SVG, many_entries

LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><l>&j;</l>"
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def zip_bomb() -> bytes:
    return samples.docx({"word/zeros.xml": bytes(150 * 2**20)})


def zip_in_zip(levels: int = 6) -> bytes:
    """A Word file in a Word file in a Word file …"""
    data = samples.docx()
    for _ in range(levels):
        data = samples.docx({"word/embeddings/inner.docx": data})
    return data


def plain_zip() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.zip", zip_in_zip(1))
    return file.getvalue()


def macro_book() -> bytes:
    data = BytesIO(samples.xlsx())
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    return data.getvalue()


MISMATCH = "The contents of the file are not what its name says. Save it anew and try again."
KINDS = "Files of this kind are not taken. Use one of: pdf, docx"
SECOND = "The file holds a second file inside. Save it anew and try again."
PROGRAM = "The PDF holds a program. Print it to a new PDF and try again."
UNPACKS = "The file unpacks to far more than it should."
MACROS = "The file holds macros. Save it without them and try again."
REFERS = "The file refers to others from within. Save it anew and try again."
TWO = "The file name has two endings. Rename the file and try again."

# what is sent: the file's name, its bytes, what the person reads
FILES = [
    ("a zip bomb as Word", "plan.docx", zip_bomb, UNPACKS),
    ("ten thousand parts", "plan.docx", many_entries, UNPACKS),
    ("a document in a document, six deep", "plan.docx", zip_in_zip, UNPACKS),
    ("a zip of a zip as Word", "plan.docx", plain_zip, MISMATCH),
    ("a PDF that is a page, too", "plan.pdf", lambda: samples.pdf(after=b"<html><script>x</script>"), SECOND),
    ("a photograph that is an archive, too", "plan.jpg", lambda: samples.jpeg() + samples.docx(), SECOND),
    ("a PDF that is an archive, too", "plan.pdf", lambda: samples.pdf(after=samples.docx()), SECOND),
    ("an SVG with script", "plan.svg", lambda: SCRIPT_SVG, KINDS),
    ("an SVG with script as picture", "plan.png", lambda: SCRIPT_SVG, MISMATCH),
    ("an SVG with script as text", "plan.txt", lambda: SCRIPT_SVG, MISMATCH),
    ("a Word file with macros", "plan.docm", samples.docx, KINDS),
    ("the same, renamed", "plan.docx", lambda: samples.docx(contents=MACRO_TYPES), MACROS),
    ("a workbook with macros, renamed", "plan.xlsx", macro_book, MACROS),
    ("nothing: 0 bytes", "plan.pdf", lambda: b"", "The submitted file is empty."),
    ("a program as PDF", "plan.pdf", lambda: b"MZ\x90\x00" + bytes(900), MISMATCH),
    ("a name with two endings", "plan.exe.pdf", samples.pdf, TWO),
    ("a program behind a second ending", "plan.pdf.exe", samples.pdf, KINDS),
    ("a program whose name is turned round", "plan\u202efdp.exe", samples.pdf, KINDS),
    ("a PDF with JavaScript", "plan.pdf", lambda: samples.pdf(b"/OpenAction << /S /JavaScript >> "), PROGRAM),
    ("the same, in a packed stream", "plan.pdf", lambda: told.pdf(program=True), PROGRAM),
    (
        "a PDF with a password",
        "plan.pdf",
        lambda: told.pdf(encrypted="x"),
        "The file is locked with a password.",
    ),
    ("a PDF cut short", "plan.pdf", lambda: told.pdf()[:-600], "The PDF is cut short"),
    ("a picture cut short", "plan.png", lambda: samples.png((90, 90))[:900], "The picture is damaged."),
    ("a Word file cut short", "plan.docx", lambda: samples.docx()[:-40], MISMATCH),
    (
        "a Word file that reads another (XXE)",
        "plan.docx",
        lambda: samples.docx({"word/x.xml": OUTSIDE}),
        REFERS,
    ),
    ("billion laughs in Word", "plan.docx", lambda: samples.docx({"word/x.xml": LAUGHS}), REFERS),
    (
        "a picture of 50,000 × 50,000",
        "plan.png",
        lambda: samples.png_of_declared_size(50_000, 50_000),
        "The picture has too many pixels.",
    ),
    ("a table in UTF-16", "plan.csv", lambda: "日期,度".encode("utf-16"), "Save the text as UTF-8"),
    ("text with null characters", "plan.txt", lambda: b"plan\x00of the site", MISMATCH),
    (
        "a file of 21 MB",
        "plan.txt",
        lambda: b"x" * (21 * 2**20),
        "The file is too large: at most 20.0\xa0MB.",
    ),
    ("a page as text", "plan.txt", lambda: b"<!DOCTYPE html><html><script>x</script>", MISMATCH),
]
