"""`python -m innoportal.bench --json FILE`: fill a portal of its own, measure it, write every figure.

The portal's data are under `INNOPORTAL_DATA`, else `.data/bench`; a second run uses them again.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from innoportal.bench import further

ALIEN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "INNOPORTAL_REDIS_DATABASE")


def settle() -> None:
    """A portal as in service, on servers of its own, whatever .env names."""
    for name in ALIEN:
        os.environ.pop(name, None)
    os.environ["INNOPORTAL_ENV"] = os.devnull
    os.environ["DJANGO_SETTINGS_MODULE"] = "innoportal.settings"
    os.environ |= {"DEBUG": "false", "HTTPS": "false", "DEMONSTRATION": "false"}
    os.environ |= {"API_RATE_ANON": "1000000/min", "API_RATE_USER": "1000000/min"}
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench"))
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m innoportal.bench",
        description=__doc__,
        epilog=further.listed(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", type=Path, required=True, help="where every figure is written")
    parser.add_argument("--wishes", type=int, default=5000)
    parser.add_argument("--solutions", type=int, default=20000)
    parser.add_argument("--matches", type=int, default=10, help="for each public wish")
    parser.add_argument("--seconds", type=float, default=10, help="of load on each page")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    parser.add_argument("--also", nargs="*", default=[], help="modules that print one line of JSON each")
    parser.add_argument(
        "--data", type=Path, help="sets for evaluate_matching and the peers, one folder each; takes long"
    )
    parser.add_argument("--all", action="store_true", help="then what takes long, too (see below)")
    return parser.parse_args()


def main() -> None:
    asked = options()
    settle()
    from innoportal import embedded, servers

    data = embedded.data_dir()
    with servers.in_use(servers.wanted(data)):
        filled = fill(data, asked)
        found = {"scale": filled, **measured(data, asked)}
    for module in asked.also:
        found |= json.loads(run(module, stdout=subprocess.PIPE))
    if asked.data:
        found["matching"] = matching(asked.data)
        found["peers"] = peers(asked.data)
        found["growth"] = growth(asked.data)
    if asked.all:
        found["further"] = further.measured(asked.data)
    asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def fill(data: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Fill the portal when it is empty.

    :raises SystemExit: it is filled, but not with so many.
    """
    memory, size = data / "scale.json", {"wishes": asked.wishes, "solutions": asked.solutions}
    size["matches"] = asked.matches
    run("innoportal.prepare")
    if not memory.exists():
        numbers = [f"--{name}={count}" for name, count in size.items()]
        run("innoportal.bench.filling", *numbers)
        memory.write_text(json.dumps(size))
    if json.loads(memory.read_text()) != size:
        raise SystemExit(
            f"{data} holds a portal of another size; remove it, or name another INNOPORTAL_DATA."
        )
    return size


def measured(data: Path, asked: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    from innoportal.bench.measuring import measure, table
    from innoportal.bench.publishing import publish
    from innoportal.bench.serving import machine, serving

    here = machine()
    with serving(data) as web:
        rows = measure(web, asked.seconds, asked.only)
        published = publish(web)
    print(table(rows))  # noqa: T201
    return {"machine": here, "seconds": asked.seconds, "pages": rows, "publishing": published}


def matching(sets: Path) -> dict[str, Any]:
    """The engine's figures on each set whose links are known, by the command that tells them."""
    found = {}
    for qrels in sorted(sets.glob("**/qrels.tsv")):
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            command = ["manage.py", "evaluate_matching", str(qrels.parent), "--json", file.name]
            subprocess.run([sys.executable, *command], check=True)  # noqa: S603
            found[qrels.parent.name] = json.loads(Path(file.name).read_text())
    return found


def peers(sets: Path) -> dict[str, Any]:
    """The engine beside other ways to rank, on the same sets, with what chance may do."""
    folders = [str(qrels.parent) for qrels in sorted(sets.glob("**/qrels.tsv"))]
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        run("innoportal.bench.peers", *folders, "--json", file.name)
        told: dict[str, Any] = json.loads(Path(file.name).read_text())
    return told


def growth(sets: Path) -> dict[str, Any]:
    """Speed and memory of the engine on collections grown from the same sets."""
    folders = sorted({str(file.parent) for file in sets.glob("**/*.jsonl")})
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        run("innoportal.bench.scale", *folders, "--json", file.name)
        told: dict[str, Any] = json.loads(Path(file.name).read_text())
    return told


def run(module: str, *arguments: str, stdout: int | None = None) -> str:
    """What it printed, if `stdout` is a pipe; else that goes where ours goes."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=True, stdout=stdout, text=True)  # noqa: S603
    return done.stdout or ""


if __name__ == "__main__":
    main()
