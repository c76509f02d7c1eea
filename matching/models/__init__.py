from matching.models.answer import Answer
from matching.models.conflict import Conflict
from matching.models.duplicate import Duplicate, DuplicateQuerySet
from matching.models.estimate import Estimate
from matching.models.judgement import Judgement
from matching.models.match import Match, MatchQuerySet
from matching.models.passages import Basis, IndexedPassage, PassageCount, TermCount
from matching.models.profile import Profile
from matching.models.ranker import Ranker, RankerQuerySet
from matching.models.review import Review
from matching.models.runs import EngineVersion, RematchRun, RematchShard
from matching.models.saved import Arrival, Found, Kind, SavedSearch, SavedSearchQuerySet
from matching.models.terms import Term

__all__ = [
    "Answer",
    "Arrival",
    "Basis",
    "Conflict",
    "Duplicate",
    "DuplicateQuerySet",
    "EngineVersion",
    "Estimate",
    "Found",
    "IndexedPassage",
    "Judgement",
    "Kind",
    "Match",
    "MatchQuerySet",
    "PassageCount",
    "Profile",
    "Ranker",
    "RankerQuerySet",
    "RematchRun",
    "RematchShard",
    "Review",
    "SavedSearch",
    "SavedSearchQuerySet",
    "Term",
    "TermCount",
]
