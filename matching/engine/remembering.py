"""An embedder that knows what it has just read."""

from collections.abc import Sequence

import numpy as np

from matching.engine.dense import Embedder, Role, Vectors

REMEMBERED = 4000  # sentences


class Remembering:
    """For sentences: a wish meets many solutions. Threads share it; what one forgets another still holds."""

    def __init__(self, inner: Embedder) -> None:
        self.inner, self.name, self.dim, self.cap = inner, inner.name, inner.dim, inner.cap
        self.seen: dict[tuple[Role, str], Vectors] = {}

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        seen = self.seen
        if len(seen) > REMEMBERED:
            seen = self.seen = {}
        if new := sorted({text for text in texts if (role, text) not in seen}):
            vectors = self.inner.encode(new, role)
            seen.update(((role, text), vector) for text, vector in zip(new, vectors, strict=True))
        return np.array([seen[role, text] for text in texts])
