"""Real files, made here: each as its own program writes it."""

import zipfile
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/'
    '2006/main"><w:body><w:p><w:r><w:t>Lift monitor 升降機監察</w:t></w:r></w:p></w:body></w:document>'
)
RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/></Relationships>'
)


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def pdf(inside: bytes = b"", after: bytes = b"") -> bytes:
    return (
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + inside + b">>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 144] /Contents 4 0 R >>\nendobj\n"
        b"4 0 obj\n<< /Length 44 >>\nstream\nBT /F1 18 Tf 0 0 Td (Lift monitor) Tj ET\nendstream\nendobj\n"
        b"xref\n0 5\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size 5 >>\nstartxref\n420\n%%EOF\n" + after
    )


def docx(parts: dict[str, bytes | str] | None = None, contents: str = CONTENT_TYPES) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", contents)
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("word/document.xml", DOCUMENT)
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return file.getvalue()


def xlsx() -> bytes:
    from openpyxl import Workbook

    book, file = Workbook(), BytesIO()
    book.active.append(["kWh", 12])
    book.save(file)
    return file.getvalue()


def png(size: tuple[int, int] = (40, 30)) -> bytes:
    file = BytesIO()
    Image.effect_noise(size, 50).save(file, "PNG")
    return file.getvalue()


def png_of_declared_size(width: int, height: int) -> bytes:
    """A small PNG whose header claims other dimensions."""
    import struct
    import zlib

    data = bytearray(png())
    data[16:24] = struct.pack("!II", width, height)
    data[29:33] = struct.pack("!I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


def jpeg(place: bool = False) -> bytes:
    file = BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x010F] = "Secret Phone Maker"
        exif.get_ifd(0x8825)[2] = (22.0, 17.0, 30.0)
    Image.effect_noise((60, 40), 50).convert("RGB").save(file, "JPEG", exif=exif)
    return file.getvalue()
