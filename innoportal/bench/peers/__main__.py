"""`python -m innoportal.bench.peers DIR...`: the engine and its peers on the same sets, told as Markdown.

PostgreSQL is the portal's own, its data under `INNOPORTAL_DATA`, else `.data/bench`.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench"))

from innoportal import embedded, servers
from innoportal.bench.peers import markdown
from innoportal.bench.peers.comparing import Comparison
from innoportal.bench.peers.judging import judge
from innoportal.bench.peers.postgres import ts_rank
from innoportal.bench.peers.systems import Peer
from innoportal.servers.postgres import Postgres
from matching.engine import dense, evaluate, linked
from matching.engine.version import ENGINE_VERSION


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.peers", description=__doc__)
    parser.add_argument(
        "folders", type=Path, nargs="+", metavar="DIR", help="a set as evaluate_matching reads"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the tables, instead of printing them")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where vectors of texts are kept")
    return parser.parse_args()


def compare(sets: Sequence[linked.LinkedSet], cache: Path, postgresql: Peer) -> Comparison:
    embedders = [dense.Cached(model, cache) for model in dense.load_embedders()]
    judged = [one for data in sets for one in judge(data, embedders, postgresql)]
    return Comparison({data.name: sizes(data) for data in sets}, judged)


def sizes(data: linked.LinkedSet) -> dict[str, int]:
    links = sum(map(len, data.links.values()))
    return {"wishes": len(data.wishes), "solutions": len(data.solutions), "links": links}


def main() -> int:
    asked = options()
    data = embedded.data_dir()
    try:
        sets = [linked.read(folder) for folder in asked.folders]
        with servers.in_use([Postgres(data)]), ts_rank(embedded.database_url(data)) as postgresql:
            found = compare(sets, asked.cache or evaluate.cache_folder(), postgresql)
    except (linked.InputError, embedded.EmbeddedError) as error:
        sys.stderr.write(f"innoportal.bench.peers: {error}\n")
        return 2
    if asked.json:
        figures = {"engine": ENGINE_VERSION, **found.as_dict()}
        asked.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if asked.markdown:
        asked.markdown.write_text(markdown.write(found), "utf-8")
    else:
        sys.stdout.write(markdown.write(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
