"""Where the texts of a language lie before a portal has any: what small collections are centred by.

The figures in means.npz are the models' own, over the names in the glossary;
`python -m matching.engine.means` computes them anew after a change of model.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine import glossary, text
from matching.engine.dense import ROLES, Embedder, load_embedders

TRUST = 10  # texts' worth


@cache
def table() -> Mapping[str, Any]:
    with as_file(files("matching.engine").joinpath("means.npz")) as path, np.load(path) as stored:
        return {name: stored[name].astype(np.float64) for name in stored.files}


def default(model: str, role: str, lang: str) -> Any:
    """The mean of a model that the engine knows; None for another."""
    return table().get(f"{model}.{role}.{text.script(lang)}")


def measure(embedders: Sequence[Embedder]) -> dict[str, Any]:
    english = [", ".join(name.lstrip("=") for name in c.english) for c in glossary.concepts().values()]
    chinese = [text.fold("、".join(c.chinese)).text for c in glossary.concepts().values()]
    return {
        f"{e.name}.{role}.{script}": e.encode(names, role).mean(axis=0).astype(np.float32)
        for e in embedders
        for role in ROLES
        for script, names in (("en", english), ("zh", chinese))
    }


if __name__ == "__main__":
    np.savez(Path(__file__).with_suffix(".npz"), **measure(load_embedders()))
