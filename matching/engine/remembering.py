"""An embedder that knows what it has read, in this process or in another."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from matching.engine.dense import VERSIONS, Embedder, Role, Vectors

REMEMBERED = 4000  # sentences
HALF = np.dtype("<f2")  # of one byte a number, the pair shown is another in one case of a hundred


class Kept(Protocol):
    """Where processes share what they have read; what is lost is read again."""

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]: ...

    def set_many(self, values: Mapping[str, bytes]) -> object: ...


class Remembering:
    """For sentences: a wish meets many solutions. Threads share it; what one forgets another still holds.

    A vector takes two bytes a number, also where it was read, so that every process explains alike.
    """

    def __init__(self, inner: Embedder, kept: Kept | None = None) -> None:
        self.inner, self.name, self.dim, self.cap = inner, inner.name, inner.dim, inner.cap
        self.kept = kept
        self.seen: dict[tuple[Role, str], Vectors] = {}

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        seen = self.seen
        if len(seen) > REMEMBERED:
            seen = self.seen = {}
        if new := sorted({text for text in texts if (role, text) not in seen}):
            seen.update(((role, text), vector) for text, vector in self.found(new, role).items())
        return np.array([seen[role, text] for text in texts], np.float32).reshape(len(texts), self.dim)

    def found(self, texts: Sequence[str], role: Role) -> dict[str, Vectors]:
        """From where they are kept, or read and put there."""
        keys = {text: self.key(text, role) for text in texts}
        known = self.kept.get_many(list(keys.values())) if self.kept is not None else {}
        packed = {text: known[key] for text, key in keys.items() if len(known.get(key, b"")) == self.size}
        if new := [text for text in texts if text not in packed]:
            read = dict(zip(new, map(pack, self.inner.encode(new, role)), strict=True))
            if self.kept is not None:
                self.kept.set_many({keys[text]: vector for text, vector in read.items()})
            packed |= read
        return {text: unpack(vector) for text, vector in packed.items()}

    @property
    def size(self) -> int:
        """Bytes of a vector."""
        return self.dim * HALF.itemsize

    def key(self, text: str, role: Role) -> str:
        seen = f"{self.name}\0{VERSIONS.get(self.name, '')}\0{role}\0{text}"
        return hashlib.blake2b(seen.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def pack(vector: Vectors) -> bytes:
    return np.asarray(vector, HALF).tobytes()


def unpack(packed: bytes) -> Vectors:
    return np.frombuffer(packed, HALF).astype(np.float32)
