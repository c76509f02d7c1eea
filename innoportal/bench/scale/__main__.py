"""`python -m innoportal.bench.scale DIR... --sizes 10000,100000`: collections of any size, grown from sets.

Each size is measured in a process of its own. `ts_rank` is measured where `INNOPORTAL_DATA`, else
`.data/bench`, may hold a PostgreSQL of the portal's own.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is read
os.environ.setdefault("INNOPORTAL_DATA", ".data/bench")

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from innoportal import embedded, servers
from innoportal.bench.scale import markdown, sources
from innoportal.bench.scale.measuring import each
from innoportal.bench.scale.systems import MOST_RANKED
from innoportal.servers.postgres import Postgres
from matching.engine import dense, evaluate, linked
from matching.engine.version import ENGINE_VERSION

ALONE = {"INNOPORTAL_DATA": ".data/scale"}  # a portal that is taken apart
SHORT = 40  # texts that are embedded one by one


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.scale", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="with wishes or solutions")
    parser.add_argument("--sizes", type=sizes, default=[10_000, 100_000], help="solutions, e.g. 10000,100000")
    parser.add_argument("--queries", type=int, default=120)
    parser.add_argument(
        "--indexed",
        type=sizes,
        default=[],
        metavar="SIZES",
        help="sizes at which the index of PostgreSQL is measured, in the data directory .data/scale",
    )
    parser.add_argument("--memory", default="", help="maintenance_work_mem while its graphs are made")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the tables, instead of printing them")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where vectors of texts are kept")
    return parser.parse_args()


def sizes(said: str) -> list[int]:
    return [int(one.replace("_", "")) for one in said.split(",")]


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """:raises linked.InputError: a folder cannot be read."""
    models = dense.load_embedders()
    kept = [dense.Cached(model, asked.cache or evaluate.cache_folder()) for model in models]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        real = Path(folder) / "prepared"
        real.write_bytes(pickle.dumps(sources.read(asked.folders, kept)))
        more: list[str] = []
        if min(asked.sizes) <= MOST_RANKED:
            data = embedded.data_dir()
            stack.enter_context(servers.in_use([Postgres(data)]))
            more = ["--ts-rank", embedded.database_url(data)]
        return {
            "engine": ENGINE_VERSION,
            "cores": os.cpu_count(),
            "embedding": embedding(models, sources.titles(asked.folders, SHORT)),
            "sizes": [one("sized", real, size, asked.queries, more) for size in asked.sizes],
            "indexed": [
                one("indexed", real, size, asked.queries, ["--memory", asked.memory], ALONE)
                for size in asked.indexed
            ],
        }


def embedding(models: Sequence[dense.Embedder], titles: Sequence[str]) -> dict[str, Any]:
    """One short text with each model, and with all."""
    found = {model.name: each(partial(embed, [model]), titles)[1] for model in models}
    return {**found, "all": each(partial(embed, models), titles)[1]}


def embed(models: Sequence[dense.Embedder], title: str) -> None:
    for model in models:
        model.encode([title], "wish")


def one(
    module: str,
    real: Path,
    size: int,
    queries: int,
    more: Iterable[str],
    settings: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The figures that a module prints of one size."""
    command = [sys.executable, "-m", f"innoportal.bench.scale.{module}", "--prepared", str(real)]
    command += ["--size", str(size), "--queries", str(queries), *more]
    environment = {**os.environ, **(settings or {})}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> int:
    asked = options()
    try:
        found = measure(asked)
    except (linked.InputError, embedded.EmbeddedError) as error:
        sys.stderr.write(f"innoportal.bench.scale: {error}\n")
        return 2
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if asked.markdown:
        asked.markdown.write_text(markdown.write(found), "utf-8")
    else:
        sys.stdout.write(markdown.write(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
