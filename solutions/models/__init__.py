from solutions.models.coauthors import CoAuthor, author_ids, coauthored, forget, of_authors
from solutions.models.drafts import SolutionDraft
from solutions.models.evidence import Evidence
from solutions.models.interests import Interest
from solutions.models.nominations import Nomination, StoppedAddress
from solutions.models.solution import LONG, Solution, SolutionQuerySet
from solutions.models.versions import Version

__all__ = [
    "LONG",
    "CoAuthor",
    "Evidence",
    "Interest",
    "Nomination",
    "Solution",
    "SolutionDraft",
    "SolutionQuerySet",
    "StoppedAddress",
    "Version",
    "author_ids",
    "coauthored",
    "forget",
    "of_authors",
]
