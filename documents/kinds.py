"""Which files may be uploaded, and how each must look from inside."""

from dataclasses import dataclass

OFFICE_TYPE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Kind:
    """`labels` are magika's names for it; `start` its first bytes; `member` what its zip must hold."""

    content_type: str
    labels: frozenset[str]
    start: bytes = b""
    member: str = ""

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def is_text(self) -> bool:
        return self.content_type.startswith("text/")


def _office(name: str, label: str, member: str) -> Kind:
    return Kind(f"{OFFICE_TYPE}.{name}", frozenset({label}), b"PK\x03\x04", member)


JPEG = Kind("image/jpeg", frozenset({"jpeg"}), b"\xff\xd8\xff")
KINDS = {
    "pdf": Kind("application/pdf", frozenset({"pdf"}), b"%PDF-"),
    "docx": _office("wordprocessingml.document", "docx", "word/document.xml"),
    "xlsx": _office("spreadsheetml.sheet", "xlsx", "xl/workbook.xml"),
    "pptx": _office("presentationml.presentation", "pptx", "ppt/presentation.xml"),
    "png": Kind("image/png", frozenset({"png"}), b"\x89PNG\r\n\x1a\n"),
    "jpg": JPEG,
    "jpeg": JPEG,
    "csv": Kind("text/csv; charset=utf-8", frozenset()),
    "txt": Kind("text/plain; charset=utf-8", frozenset()),
}
ACCEPT = ",".join(f".{extension}" for extension in KINDS)

# Endings that a file name may not carry before its last one: `a.pdf.docx` wants to be taken for another.
PROGRAMS = """exe com scr bat cmd ps1 vbs js mjs jse wsf hta html htm xhtml svg svgz xml php phtml jsp asp
    aspx cgi pl py rb sh jar war apk msi dll lnk iso img zip rar 7z gz tar docm dotm xlsm xlsb xltm pptm potm
    ppam rtf doc xls ppt swf"""
DISGUISES = frozenset(KINDS) | frozenset(PROGRAMS.split())
# Text that a browser or a shell would run; a text file of these is refused whatever it is called.
ACTIVE = """html svg xml javascript typescript php jsp asp vba batch powershell shell python perl ruby hta
    xhtml mht vbs"""
ACTIVE_TEXT = frozenset(ACTIVE.split())
