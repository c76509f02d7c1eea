"""`python -m innoportal.bench.sentences DIR...`: the share of highlighted sentence pairs that carry the link.

DIRs are sets as `evaluate_matching` reads; of those without known sentences (`cases`) it says so.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from innoportal.bench.peers.chance import intervals, probabilities
from innoportal.bench.sentences.cases import cases
from innoportal.bench.sentences.choosing import ENGINE, WAYS, Pair, chosen_elsewhere, is_right, pair, warm
from matching.engine import dense, linked
from matching.engine.evaluate import cache_folder

BEFORE = "USE"  # what the explanation showed before words were counted
Found = dict[str, Any]


def rows(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """By set and by whether both texts are of one script."""
    found: dict[str, list[Pair]] = {}
    for one in pairs:
        where = "within a script" if one.case.same_script else "across scripts"
        found.setdefault(f"{one.case.source}, {one.case.kind}, {where}", []).append(one)
    return dict(sorted(found.items()))


def figures(pairs: Sequence[Pair]) -> Found:
    """For each way the share that is right, its interval, and p of its difference from the engine."""
    names = list(WAYS)
    values = np.array([[is_right(one, WAYS[name]) for name in names] for one in pairs])
    groups = np.unique([one.case.group for one in pairs], return_inverse=True)[1]
    low, high = intervals(values, groups)
    unlike = probabilities(values - values[:, [names.index(ENGINE)]], groups)
    return {
        "pairs": len(pairs),
        "texts": int(groups.max()) + 1,
        "chance": float(np.mean([one.case.chance() for one in pairs])),
        "ways": {
            name: {
                "share": float(values[:, i].mean()),
                "low": float(low[i]),
                "high": float(high[i]),
                "p": None if name == ENGINE else float(unlike[i]),
                "better": bool(values[:, i].sum() > values[:, names.index(ENGINE)].sum()),
            }
            for i, name in enumerate(names)
        },
    }


def measure(sets: Sequence[linked.LinkedSet], embedders: Sequence[dense.Embedder]) -> Found:
    """:raises linked.InputError: no set has a pair of which the sentences are known."""
    known = {data.name: cases(data) for data in sets}
    every = [case for those in known.values() for case in those]
    if not every:
        raise linked.InputError("of none of these sets is it known which sentences link two texts")
    warm(every, embedders)
    pairs = {name: [pair(case, embedders) for case in those] for name, those in known.items() if those}
    all_pairs = [one for those in pairs.values() for one in those]
    return {
        "without known sentences": sorted(name for name, those in known.items() if not those),
        "rows": {name: figures(those) for name, those in rows(all_pairs).items()},
        "languages": by_languages(all_pairs),
        "weight chosen on the other sets": {
            name: {"weight": weight, "share": float(np.mean(right))}
            for name, (weight, right) in (chosen_elsewhere(pairs) if len(pairs) > 1 else {}).items()
        },
    }


def by_languages(pairs: Sequence[Pair]) -> Found:
    found: dict[str, list[Pair]] = {}
    for one in pairs:
        found.setdefault(f"{one.case.source}, {one.case.languages}", []).append(one)
    return {
        name: {"pairs": len(those), **{way: mean_right(those, way) for way in (ENGINE, BEFORE)}}
        for name, those in sorted(found.items())
    }


def mean_right(pairs: Sequence[Pair], way: str) -> float:
    return float(np.mean([is_right(one, WAYS[way]) for one in pairs]))


def markdown(found: Found) -> str:
    tables = [table(found["rows"]), languages(found["languages"]), elsewhere(found)]
    told = "\n\n".join("\n".join(lines) for lines in tables) + "\n"
    none = ", ".join(found["without known sentences"])
    return f"{told}\nNo sentence is known of: {none}.\n" if none else told


def table(rows: Mapping[str, Found]) -> Iterator[str]:
    yield f"| | pairs / texts | chance | {' | '.join(WAYS)} |"
    yield "|" + " --- |" * (3 + len(WAYS))
    for name, row in rows.items():
        cells = [cell(one) for one in row["ways"].values()]
        yield f"| {name} | {row['pairs']} / {row['texts']} | {share(row['chance'])} | {' | '.join(cells)} |"


def cell(one: Found) -> str:
    """° the difference from the engine may be noise, ▲ better than the engine by more than noise."""
    told = f"{share(one['share'])} ({share(one['low'])}–{share(one['high'])})"
    if one["p"] is None:
        return f"**{told}**"
    return f"{told} °" if one["p"] >= 0.05 else f"{told} ▲" if one["better"] else told


def languages(rows: Mapping[str, Found]) -> Iterator[str]:
    yield f"| | pairs | {ENGINE} | {BEFORE} |"
    yield "| --- | --- | --- | --- |"
    for name, row in rows.items():
        yield f"| {name} | {row['pairs']} | {share(row[ENGINE])} | {share(row[BEFORE])} |"


def elsewhere(found: Found) -> Iterator[str]:
    yield "| weight of words chosen on the other sets | weight | share |"
    yield "| --- | --- | --- |"
    for name, row in found["weight chosen on the other sets"].items():
        yield f"| {name} | {row['weight']:g} | {share(row['share'])} |"


def share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.sentences", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the tables, instead of printing them")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where vectors of sentences are kept")
    asked = parser.parse_args()
    embedders = [dense.Cached(model, asked.cache or cache_folder()) for model in dense.load_embedders()]
    try:
        found = measure([linked.read(folder) for folder in asked.folders], embedders)
    except linked.InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    told = markdown(found)
    if asked.markdown:
        asked.markdown.write_text(told)
    else:
        sys.stdout.write(told)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
