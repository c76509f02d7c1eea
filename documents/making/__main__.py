"""`python -m documents.making check|copy CONTENT_TYPE SOURCE FOLDER`: one upload, then the process ends."""

import dataclasses
import json
import resource
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PIL import Image

from documents.making import Made, Unfit, office, pdf, pictures, words

MEMORY = 1536 * 2**20  # bytes of address space
PROCESSOR = 60  # seconds
LARGEST = 256 * 2**20  # bytes of a file that is written


def main(verb: str, content_type: str, source: Path, folder: Path) -> Made:
    _within_limits()
    made = Made()
    try:
        if verb == "check":
            _check(content_type, source)
        else:
            _make(content_type, source, folder, made)
    except Unfit as unfit:
        made.trouble = str(unfit)
    except MemoryError:
        made.trouble = "large"
    return made


def _within_limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _check(content_type: str, source: Path) -> None:
    if content_type == "application/pdf":
        pdf.check(source)
    elif "officedocument" in content_type:
        with source.open("rb") as file:
            office.check(file)


def _make(content_type: str, source: Path, folder: Path, made: Made) -> None:
    copy = folder / "copy"
    picture: tuple[bytes, tuple[int, int]] | None = None
    with source.open("rb") as file, copy.open("wb") as target:
        if content_type.startswith("image/"):
            target.write(pictures.without_metadata(file).getvalue())
        elif content_type == "application/pdf":
            pdf.copy(source, target)
        elif "officedocument" in content_type:
            office.copy(file, target)
        else:
            shutil.copyfileobj(file, target)
    with suppress(Exception):  # a copy without a preview is better than none
        made.words = _words(content_type, copy)
    with suppress(Exception):
        picture = _picture(content_type, copy)
    if picture:
        (folder / "picture").write_bytes(picture[0])
        made.picture = picture[1]


def _words(content_type: str, copy: Path) -> str:
    readers: dict[str, Callable[[Path], str]] = {
        "application/pdf": pdf.words,
        "wordprocessingml": words.of_docx,
        "presentationml": words.of_pptx,
        "spreadsheetml": words.of_xlsx,
        "text/": words.of_text,
    }
    return next((read(copy) for name, read in readers.items() if name in content_type), "")


def _picture(content_type: str, copy: Path) -> tuple[bytes, tuple[int, int]] | None:
    if content_type.startswith("image/"):
        with Image.open(copy) as seen:
            return pictures.preview(seen)
    return pdf.picture(copy) if content_type == "application/pdf" else None


if __name__ == "__main__":
    verb, content_type, source, folder = sys.argv[1:]
    result = main(verb, content_type, Path(source), Path(folder))
    sys.stdout.write(json.dumps(dataclasses.asdict(result)))
