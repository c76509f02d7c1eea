"""Rows of the index in the binary format of PostgreSQL: bytes as text cost a multiple."""

import io
import struct
from collections.abc import Iterator

from matching.engine.rows import Row

COLUMNS = (
    "p.key, p.lang, p.words, p.concepts, p.length, p.mentions, p.numbers, p.crowding[1], p.crowding[2],"
    " p.widths"
)
HEAD = 19  # bytes before the first row of a binary COPY without options
NOWHERE = (float("nan"), float("nan"))


def rows_by(cursor, sql: str) -> list[Row]:
    """The rows that a SELECT of COLUMNS gives."""
    return [row_of(fields) for fields in copied(cursor, sql)]


def copied(cursor, sql: str) -> Iterator[list[bytes]]:
    """The fields of each row; no bytes for one that is null."""
    file = io.BytesIO()
    cursor.copy_expert(f"COPY ({sql}) TO STDOUT (FORMAT binary)", file)
    data, at = file.getvalue(), HEAD
    while (count := int.from_bytes(data[at : at + 2], signed=True)) >= 0:
        at += 2
        fields = []
        for _ in range(count):
            start = at + 4
            at = start + max(0, int.from_bytes(data[at:start], signed=True))
            fields.append(data[start:at])
        yield fields


def row_of(fields: list[bytes]) -> Row:
    key, lang, words, concepts, length, mentions, numbers, english, chinese, widths = fields
    known = (*struct.unpack(">d", english), *struct.unpack(">d", chinese)) if english else NOWHERE
    whole = int.from_bytes
    return Row(
        key.decode(), whole(lang), words, concepts, whole(length), whole(mentions), numbers, known, widths
    )
