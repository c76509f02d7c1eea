"""Word, Excel and PowerPoint files, part by part: what tells of people is left out or emptied."""

import re
import zipfile
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import Any, BinaryIO

from documents.making import Unfit
from documents.making.markup import base_name, parse, strip, written
from documents.making.pictures import bare_part

UNPACKED = 200 * 2**20  # bytes of all parts together, as they really unpack
DEEPEST = 2  # a workbook inside a chart inside a document
MOMENT = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say
LEFT_OUT = re.compile(
    r"""docProps/.* | customXml/.* | _xmlsignatures/.* | .*printerSettings.* | .*/activeX/.* | .*\.bin
    | word/(comments\w*|people|recipientData|documenttasks.*)(/.*|\.xml)
    | word/_rels/(comments\w*|people)\.xml\.rels
    | ppt/(comments|changesInfos|tags)/.* | ppt/(commentAuthors|authors|revisionInfo)\.xml
    | xl/(comments|threadedComments|persons|revisions)(\d*\.xml|/.*) | .*thumbnail\.\w+""",
    re.IGNORECASE | re.VERBOSE,
)
MARKUP = (".xml", ".rels", ".vml", ".svg")
OFFICE = (".docx", ".xlsx", ".pptx")
PICTURES = (".jpg", ".jpeg", ".png")
CONTENTS = "[Content_Types].xml"


def check(source: BinaryIO, depth: int = 0) -> None:
    """:raises Unfit: damaged, far larger than it says, deeper than anyone writes, or defines entities."""
    for name, data in _parts(source):
        if name.lower().endswith(MARKUP):
            parse(data)
        elif name.lower().endswith(OFFICE):
            check(_inner(data, depth), depth + 1)


def copy(source: BinaryIO, target: BinaryIO, depth: int = 0) -> None:
    """The same document, which Word, Excel and PowerPoint open as they do the original."""
    parts = dict(_parts(source))
    left = {name for name in parts if LEFT_OUT.fullmatch(name)}
    left |= {_relations(name) for name in left} & parts.keys()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts.keys() - left, key=lambda one: one != CONTENTS):
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, _bare(name, parts, left, depth))


def _parts(source: BinaryIO):
    """Each by its own count of bytes, whatever the headers say.

    :raises Unfit: the zip is damaged, or its parts together are too large.
    """
    total = 0
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                with archive.open(info) as part:
                    data = part.read(UNPACKED - total + 1)
                total += len(data)
                if total > UNPACKED:
                    raise Unfit("large")
                yield info.filename, data
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise Unfit("damaged") from error


def _bare(name: str, parts: dict[str, bytes], left: set[str], depth: int) -> bytes:
    data, lower = parts[name], name.lower()
    if lower.endswith(".rels"):
        return _bare_relations(name, data, left)
    if lower.endswith(MARKUP):
        root = parse(data)
        if name == CONTENTS:
            _undeclare(root, left)
        else:
            strip(root, _gone(name, parts, left))
        return written(root)
    if lower.endswith(OFFICE):
        inner = BytesIO()
        copy(_inner(data, depth), inner, depth + 1)
        return inner.getvalue()
    return bare_part(data) if lower.endswith(PICTURES) else data


def _inner(data: bytes, depth: int) -> BytesIO:
    if depth == DEEPEST:
        raise Unfit("large")
    return BytesIO(data)


def _undeclare(root: Any, left: set[str]) -> None:
    for one in list(root):
        if isinstance(one.tag, str) and one.get("PartName", "").lstrip("/") in left:
            root.remove(one)


def _relations(name: str) -> str:
    """Where the relations of a part are kept."""
    return join(dirname(name), "_rels", f"{name.rsplit('/', 1)[-1]}.rels")


def _is_left(relation: Any, folder: str, left: set[str]) -> bool:
    if relation.get("TargetMode") == "External":
        return False
    target = relation.get("Target", "")
    path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
    return path in left


def _gone(name: str, parts: dict[str, bytes], left: set[str]) -> frozenset[str]:
    """Ids by which a part names what is left out."""
    data = parts.get(_relations(name))
    if data is None:
        return frozenset()
    return frozenset(one.get("Id", "") for one in _relationships(data) if _is_left(one, dirname(name), left))


def _relationships(data: bytes) -> list[Any]:
    return [one for one in parse(data) if isinstance(one.tag, str)]


def _bare_relations(name: str, data: bytes, left: set[str]) -> bytes:
    """Without relations to what is left out; of a path on somebody's disk its last part alone."""
    root, folder = parse(data), dirname(dirname(name))
    for one in list(root):
        if not isinstance(one.tag, str) or _is_left(one, folder, left):
            root.remove(one)
        elif one.get("TargetMode") == "External":
            one.set("Target", base_name(one.get("Target", "")))
    return written(root)
