"""What the engine knows of each text: its own words, and vectors mixed from those of the sources.

Reading 50,000 passages with both models would take an hour, and would say nothing more about the speed of a
search. So a vector here is that of the title it was mixed from, a quarter of the one that lent a sentence,
and some noise.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from django.utils import timezone

from innoportal.bench.mixing import Mixed
from innoportal.bench.sources import SUFFIXES, Source, parts
from innoportal.bench.things import BATCH, Made
from matching.engine import Prepared, PreparedPassage, text
from matching.engine.glossary import mentions
from matching.models import Profile
from matching.records import pack
from matching.services import shelf
from matching.texts import content_hash, engine_version, item_of, side_of

NOISE = 0.35  # length of the noise beside a vector of length one
Known = dict[tuple[int, str], dict[str, Any]]  # source, language → model → vector


def read(sources: list[Source]) -> Known:
    """The vectors of the titles, by the portal's own models."""
    places = [
        (i, lang, one.field("title", suffix))
        for i, one in enumerate(sources)
        for lang, suffix in SUFFIXES.items()
        if suffix in one.suffixes
    ]
    known: Known = {(i, lang): {} for i, lang, _ in places}
    for model in shelf.embedders():
        vectors = model.encode([text.fold(title).text for _, _, title in places], sources[0].side)  # type: ignore[arg-type]
        for (i, lang, _), vector in zip(places, vectors, strict=True):
            known[i, lang][model.name] = vector
    return known


def know(made: Made, sources: list[Source], seed: int) -> None:
    """Profiles of all that is public, as if it had been matched just now."""
    known, chance = read(sources), np.random.default_rng(seed)
    rows: list[Profile] = []
    for thing, mixed in zip(made.things, made.mixed, strict=True):
        if thing.is_public:
            rows.append(profile(thing, mixed, known, chance))
        if len(rows) == BATCH:
            Profile.objects.bulk_create(rows)
            rows = []
    Profile.objects.bulk_create(rows)


def profile(thing: Any, mixed: Mixed, known: Known, chance: np.random.Generator) -> Profile:
    item = item_of(thing)
    passages = tuple(
        PreparedPassage(
            passage.lang,
            (*words(passage.title), *words(passage.title), *by_line(passage.body, words)),
            (*concepts(passage.title), *by_line(passage.body, concepts)),
            vectors(known, mixed, passage.lang, chance),
        )
        for passage in item.passages
    )
    side, now = side_of(thing), timezone.now()
    return Profile(
        side=side,
        **{side: thing},
        content_hash=content_hash(item),
        engine_version=engine_version(),
        record=pack(Prepared(item.key, item.role, passages)),
        updated_at=thing.updated_at,
        seen_at=thing.updated_at,
        matched_at=now,
    )


def by_line(body: str, ask: Any) -> Iterator[str]:
    for line in body.splitlines():
        for sentence in parts(line):
            yield from ask(sentence)


@cache
def words(said: str) -> tuple[str, ...]:
    return tuple(token.text for token in text.tokens(said))


@cache
def concepts(said: str) -> tuple[str, ...]:
    return tuple(mention.concept for mention in mentions(said))


def vectors(known: Known, mixed: Mixed, lang: str, chance: np.random.Generator) -> dict[str, Any]:
    first = known[mixed.first, lang]
    second = known.get((mixed.second, lang), first)
    found = {}
    for name, vector in first.items():
        noise = chance.normal(0, NOISE / len(vector) ** 0.5, len(vector))
        moved = 0.75 * vector + 0.25 * second[name] + noise
        found[name] = (moved / np.linalg.norm(moved)).astype(np.float32)
    return found
