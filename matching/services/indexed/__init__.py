"""The second retriever: passages in PostgreSQL, found by HNSW and GIN (docs/engine.md, "Two retrievers")."""

from matching.services.indexed.retriever import Indexed, current
from matching.services.indexed.sampling import forget
from matching.services.indexed.writing import follow, is_on, leave

__all__ = ["Indexed", "current", "follow", "forget", "is_on", "leave"]
