"""DER (X.690) as far as one signature needs it; what is not written in the one way it allows is refused."""

from collections.abc import Iterator
from typing import NamedTuple

INTEGER, OCTETS, OID, SEQUENCE, SET, FIRST = 0x02, 0x04, 0x06, 0x30, 0x31, 0xA0


class NotDer(ValueError):
    pass


class Item(NamedTuple):
    tag: int
    whole: bytes
    content: bytes


def items(data: bytes) -> list[Item]:
    """
    :raises NotDer: also for a length that could be written shorter, and for what is cut.
    """
    return list(_items(data))


def _items(data: bytes) -> Iterator[Item]:
    at = 0
    while at < len(data):
        item = first(data, at)
        yield item
        at += len(item.whole)


def first(data: bytes, at: int = 0) -> Item:
    """The item that begins there, whatever follows it.

    :raises NotDer: see `items`.
    """
    if len(data) < at + 2:
        raise NotDer("it is cut")
    size, start = data[at + 1], at + 2
    if size >= 0x80:
        octets = data[start : start + (size & 0x7F)]
        start, size = start + len(octets), int.from_bytes(octets)
    end = start + size
    item = Item(data[at], data[at:end], data[start:end])
    if end > len(data) or wrap(item.tag, item.content) != item.whole:
        raise NotDer("it is not written in DER")
    return item


def only(data: bytes, tag: int) -> bytes:
    """The content of the one item that there is.

    :raises NotDer: there is another, more, or none.
    """
    found = items(data)
    if len(found) != 1 or found[0].tag != tag:
        raise NotDer("another item was expected")
    return found[0].content


def wrap(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    octets = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def integer(value: int) -> bytes:
    return wrap(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))
