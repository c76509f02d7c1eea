"""Prepared things without a model: their words are given, their vectors drawn from a seed."""

import zlib

import numpy as np

from matching.engine import Prepared, PreparedPassage


def vector(seed, dim=8):
    drawn = np.random.default_rng(zlib.crc32(seed.encode())).standard_normal(dim).astype(np.float32)
    return drawn / np.linalg.norm(drawn)


def thing(key, *versions, role="solution", models=("m",)):
    """Versions are (lang, words) pairs."""
    return Prepared(
        key,
        role,
        tuple(
            PreparedPassage(
                lang, tuple(words.split()), (), {m: vector(f"{m} {key} {lang} {words}") for m in models}
            )
            for lang, words in versions
        ),
    )
