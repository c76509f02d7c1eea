"""The XML of an Office part without who wrote, reviewed and saved it; what was struck out stays out."""

import re
from typing import Any

from lxml import etree

from documents.making import Unfit

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = f"{{{WORD}}}"
# A change that was proposed counts as made: what is put in stays, what is struck out goes.
TAKEN_IN = frozenset({"ins", "moveTo"})
TAKEN_OUT = frozenset({
    "del", "moveFrom", "cellIns", "cellDel", "cellMerge", "rPrChange", "pPrChange", "sectPrChange",
    "tblPrChange", "tblPrExChange", "tblGridChange", "tcPrChange", "trPrChange", "numberingChange",
    "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef",
    "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd",
    "customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart", "customXmlDelRangeEnd",
    "rsids", "docVars", "mailMerge",
})  # fmt: skip
ANYWHERE = frozenset({"absPath", "fileSharing", "revisionPtr"})  # of workbooks: where and by whom it is kept
PEOPLE = frozenset({"author", "initials", "userId", "providerId", "authorId", "userName"})
EMPTIED = frozenset({"connection", "sourceFile", "odcFile"})  # of a workbook's data sources
DRAWN = frozenset({"docPr", "cNvPr"})
_PATH = re.compile(r"^(?:[A-Za-z]:[\\/]|\\\\|file:|/(?:Users|home)/).*[\\/]", re.IGNORECASE)


def parse(data: bytes) -> Any:
    """:raises Unfit: it is no XML, or defines entities, with which a few bytes become gigabytes or a file."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unfit("entities" if b"<!ENTITY" in data else "damaged") from error
    if root.getroottree().docinfo.doctype:
        raise Unfit("entities")
    return root


def written(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def strip(root: Any, gone: frozenset[str] = frozenset()) -> None:
    """Everything that tells of people, in place; `gone` are the relations whose parts are left out."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            _without(element)
            continue
        namespace, name = _split(element.tag)
        if element is not root and _goes(element, namespace, name, gone):
            _remove(element, name)
        elif namespace == WORD and name in TAKEN_IN and element is not root:
            _unwrap(element)
        else:
            _strip_attributes(element, name)


def base_name(target: str) -> str:
    """The last part of a path on somebody's disk; an address of the web as it is."""
    return _PATH.sub("", target) if _PATH.match(target) else target


def _split(tag: str) -> tuple[str, str]:
    namespace, _, name = tag.rpartition("}")
    return namespace.lstrip("{"), name


def _goes(element: Any, namespace: str, name: str, gone: frozenset[str]) -> bool:
    if gone and any(
        value in gone for key, value in element.attrib.items() if key.startswith(f"{{{RELATIONS}}}")
    ):
        return True
    return name in ANYWHERE or (namespace == WORD and name in TAKEN_OUT)


def _remove(element: Any, name: str) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if name == "del" and parent.tag == f"{_WORD}trPr" and parent.getparent() is not None:
        row = parent.getparent()  # a row that was struck out
        if row.getparent() is not None:
            row.getparent().remove(row)
        return
    _without(element)


def _without(element: Any) -> None:
    """Takes an element out and leaves the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _unwrap(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for offset, child in enumerate(list(element)):
        parent.insert(at + offset, child)
    _without(element)


def _strip_attributes(element: Any, element_name: str) -> None:
    for key, value in list(element.attrib.items()):
        _namespace, name = _split(key)
        if name.startswith("rsid") or name in PEOPLE:
            del element.attrib[key]
        elif name in EMPTIED:
            element.attrib[key] = ""
        elif element_name in DRAWN and _PATH.match(value):
            element.attrib[key] = base_name(value)
