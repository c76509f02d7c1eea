"""The matching engine: values in, values out. What other rooms may use of it is named here."""

from matching.engine.columns import Columns
from matching.engine.dense import Embedder, load_embedders
from matching.engine.duplicates import Nearness, Neighbours, is_repeat
from matching.engine.explain import Explanation, SentencePair, SharedConcept, Term, explain
from matching.engine.factors import Need, Offer
from matching.engine.feasibility import Feasibility, Gap, Reason
from matching.engine.improving import Change, improvements
from matching.engine.items import (
    Item,
    Passage,
    Prepared,
    PreparedPassage,
    from_record,
    passage_from_record,
    prepare,
    to_record,
)
from matching.engine.rank import DEFAULT_WEIGHTS, Contribution, Score, Weights, likeness, nearness, score
from matching.engine.reading import Span
from matching.engine.retriever import Near, Retriever
from matching.engine.scores import Hit
from matching.engine.snapshot import Snapshot
from matching.engine.version import ENGINE_VERSION

__all__ = [
    "DEFAULT_WEIGHTS",
    "ENGINE_VERSION",
    "Change",
    "Columns",
    "Contribution",
    "Embedder",
    "Explanation",
    "Feasibility",
    "Gap",
    "Hit",
    "Item",
    "Near",
    "Nearness",
    "Need",
    "Neighbours",
    "Offer",
    "Passage",
    "Prepared",
    "PreparedPassage",
    "Reason",
    "Retriever",
    "Score",
    "SentencePair",
    "SharedConcept",
    "Snapshot",
    "Span",
    "Term",
    "Weights",
    "explain",
    "from_record",
    "improvements",
    "is_repeat",
    "likeness",
    "load_embedders",
    "nearness",
    "passage_from_record",
    "prepare",
    "score",
    "to_record",
]
