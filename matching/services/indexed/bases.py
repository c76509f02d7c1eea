"""The vectors of the index: what they are measured from, and those of passages and of queries.

The share of the models in a fused score is a sum of cosines, each divided by how far texts scatter along the
passage (`Ready.widths`). So a passage's vector holds the centred, normalised vector of each model divided by
that scatter, a query's holds its own, and their inner product is that share but for the scale of each model.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from matching.engine import Prepared, PreparedPassage
from matching.engine.dense import ROLES, Role
from matching.engine.fusion import MIXTURE
from matching.engine.lexical import Array, term_id
from matching.engine.ready import Ready
from matching.engine.sampled import Known
from matching.engine.segments import CODES, SCRIPTS, Segment
from matching.engine.statistics import Statistics
from matching.models import Basis

SIGN = 1 << 63
DRAWN = 20_000  # public texts of a role from which a basis is taken


@dataclass(frozen=True)
class Ground:
    """A basis as the engine wants it."""

    pk: int
    name: str  # no other basis ever has
    models: Mapping[str, int]  # name → dimension, by name
    known: Known

    @property
    def dim(self) -> int:
        return sum(self.models.values())

    def vectors(self, segment: Segment, role: Role) -> tuple[Array, Array]:
        """(rows, dim) the vectors of passages, and (rows, models) how far texts scatter along them."""
        counted = Statistics.of({role: (segment,)})
        statistics = replace(counted, centres=self.known.centres, spreads=self.known.spreads)
        ready = Ready.of(segment, role, statistics)
        if not self.models:
            return np.zeros((len(segment.keys), 0), np.float32), np.zeros((len(segment.keys), 0), np.float32)
        parts = [
            (segment.vectors[model].floats() - self.known.centres[model, role][segment.langs])
            / (ready.norms[model] * ready.widths[model])[:, None]
            for model in self.models
        ]
        return np.concatenate(parts, axis=1), np.stack([ready.widths[model] for model in self.models], axis=1)

    def asking(self, query: Prepared, passage: PreparedPassage, lang: int) -> Array:
        """The vector of a query to a language: of each model as much as it weighs in a score.

        A model that has not read the query says nothing.
        """
        same = SCRIPTS[lang] == SCRIPTS[CODES[passage.lang]]
        weights = MIXTURE.weights(self.models)
        return np.concatenate(
            [
                self.centred(model, query.role, passage)
                * np.float32(weights.get(model, (0.0, 0.0))[0 if same else 1])
                if model in passage.vectors
                else np.zeros(dim, np.float32)
                for model, dim in self.models.items()
            ]
        )

    def centred(self, model: str, role: Role, passage: PreparedPassage) -> Array:
        moved = passage.vectors[model] - self.known.centres[model, role][CODES[passage.lang]]
        unit: Array = moved / max(float(np.linalg.norm(moved)), 1e-9)
        return unit

    def marked(self, terms: Array, role: int, lang: int, kind: str) -> Array:
        """Ids of words or concepts as the index holds them, so that those of each language are apart."""
        mark = np.uint64(term_id(f"{self.pk} {role} {lang} {kind}"))
        found: Array = (terms ^ mark).view(np.int64)
        return found


def serving(version: str) -> Basis | None:
    """The basis by which what a version has read is found; the newest of those that are ready."""
    ready = Basis.objects.filter(engine_version=version, ready_at__isnull=False)
    return ready.defer("arrays").order_by("-ready_at").first()


def make(version: str, prepared: Sequence[Prepared]) -> Basis:
    """A basis of some texts, that nobody uses yet."""
    segments = {role: (Segment.build([p for p in prepared if p.role == role]),) for role in ROLES}
    statistics = Statistics.of(segments)
    file = io.BytesIO()
    arrays = {"centres": statistics.centres, "spreads": statistics.spreads}
    sizes = {f"sizes all {role}": np.array(len(segments[role][0].keys)) for role in ROLES}
    np.savez(
        file,
        allow_pickle=False,
        **sizes,
        **{f"{kind} {model} {role}": a for kind, of in arrays.items() for (model, role), a in of.items()},
    )
    return Basis.objects.create(engine_version=version, arrays=file.getvalue(), texts=len(prepared))


@lru_cache(4)
def ground(pk: int) -> Ground:
    """:raises Basis.DoesNotExist: it has been taken away."""
    basis = Basis.objects.get(pk=pk)
    with np.load(io.BytesIO(bytes(basis.arrays)), allow_pickle=False) as stored:
        arrays = {tuple(name.split()): stored[name] for name in stored.files}
    centres = {(model, role): a for (kind, model, role), a in arrays.items() if kind == "centres"}
    spreads = {(model, role): a for (kind, model, role), a in arrays.items() if kind == "spreads"}
    models = {model: centres[model, role].shape[1] for model, role in sorted(centres)}
    sizes = {role: int(a) for (kind, _, role), a in arrays.items() if kind == "sizes"}
    name = f"{pk}-{basis.created_at:%Y%m%d%H%M%S%f}"
    return Ground(pk, name, models, Known(centres, spreads, sizes))  # type: ignore[arg-type]


def complete(ground: Ground, prepared: Prepared) -> Prepared:
    """With a vector of each model of the basis: the middle, near to nothing, of one that has not read it."""
    passages = tuple(
        replace(
            passage,
            vectors={
                model: passage.vectors.get(
                    model, ground.known.centres[model, prepared.role][CODES[passage.lang]]
                )
                for model in ground.models
            },
        )
        for passage in prepared.passages
    )
    return replace(prepared, passages=passages)


def lot(key: str) -> int:
    """By chance, and the same for ever: the order in which `crowding.sample` draws."""
    return term_id(key) - SIGN
