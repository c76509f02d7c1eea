"""A prepared text as bytes for one column: its words as compressed JSON, its vectors as plain floats."""

import json
import struct
import sys
import zlib

import numpy as np

from matching.engine import Prepared, PreparedPassage

HEAD = struct.Struct("<I")


def pack(prepared: Prepared) -> bytes:
    rows, vectors = [], []
    for passage in prepared.passages:
        models = sorted(passage.vectors)
        sizes = [[name, len(passage.vectors[name])] for name in models]
        rows.append([passage.lang, passage.tokens, passage.concepts, sizes])
        vectors += [np.asarray(passage.vectors[name], "<f4").tobytes() for name in models]
    head = zlib.compress(json.dumps([prepared.key, prepared.role, rows]).encode())
    return HEAD.pack(len(head)) + head + b"".join(vectors)


def unpack(record: bytes | memoryview) -> Prepared:
    body = bytes(record)
    (length,) = HEAD.unpack_from(body)
    at = HEAD.size + length
    key, role, rows = json.loads(zlib.decompress(body[HEAD.size : at]))
    passages = []
    for lang, tokens, concepts, sizes in rows:
        vectors = {}
        for name, size in sizes:
            vectors[name] = np.frombuffer(body, "<f4", size, at)
            at += 4 * size
        passages.append(PreparedPassage(lang, _shared(tokens), _shared(concepts), vectors))
    return Prepared(key, role, tuple(passages))


def _shared(words: list[str]) -> tuple[str, ...]:
    """Each word once in memory, however many of twenty thousand texts have it."""
    return tuple(sys.intern(word) for word in words)
