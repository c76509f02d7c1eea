"""Packs the stand-alone check into one file: this portal's own checking code, and RFC 8785 beside it."""

import hashlib
import io
import zipfile
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

NAME = "innoportal-verify.pyz"
MODULES = (
    *(
        "canonical",
        "certificates",
        "chain",
        "der",
        "errata",
        "judge",
        "offline",
        "pades",
        "parts",
        "reading",
        "register",
    ),
    *("scan", "sealed", "shape", "signing"),
)
START = "import sys\n\nfrom trials.proof.offline import main\n\nsys.exit(main())\n"
SHEBANG = b"#!/usr/bin/env python3\n"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same code gives the same file, so that its digest can be published


@cache
def program() -> bytes:
    out = io.BytesIO(SHEBANG)
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in sorted(_files().items()):
            packed.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def fingerprint() -> str:
    return hashlib.sha256(program()).hexdigest()


def _files() -> dict[str, bytes]:
    here = Path(__file__).parent
    found = {f"trials/proof/{name}.py": (here / f"{name}.py").read_bytes() for name in MODULES}
    found |= {"trials/__init__.py": b"", "trials/proof/__init__.py": b"", "__main__.py": START.encode()}
    borrowed = distribution("rfc8785")
    for file in borrowed.files or ():
        if file.suffix == ".py" or "LICENSE" in file.name:
            name = str(file) if file.suffix == ".py" else f"rfc8785/{file.name}"
            found[name] = Path(str(borrowed.locate_file(file))).read_bytes()
    return found
