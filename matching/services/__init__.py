"""The verbs of this room."""

from matching.services.advising import GIVEN_BACK, Advice, advice, advise
from matching.services.arriving import arrive
from matching.services.duplicates import find_duplicates, not_same, same, sweep_duplicates
from matching.services.estimating import answered_wishes, estimate
from matching.services.explaining import explanation_of, improvements_of, with_reports
from matching.services.figures import calibration, precision_by_month
from matching.services.foreseeing import foresee
from matching.services.inventory import inventory
from matching.services.judging import (
    approvals,
    climb,
    close,
    declare_conflict,
    decline,
    open_review,
    reopen,
    review,
    shortlist,
    start_trial,
    why_not_judge,
)
from matching.services.learning import Lesson, activate, has_passed, is_legal, refit_ranker, verdicts
from matching.services.noticing import notice
from matching.services.outright import places
from matching.services.pairing import Unanswerable, match_of, matches_of, pair_of, thing_of
from matching.services.profiles import hide, profile, profiles
from matching.services.ranking import active_ranker
from matching.services.rematching import (
    Overtaken,
    matched_since,
    rematch_solution,
    rematch_solutions,
    rematch_wish,
    rematch_wishes,
)
from matching.services.replying import asked, replied
from matching.services.rereading import read_anew
from matching.services.runs import AlreadyRunning, Progress, active_run, cancel, progress, start
from matching.services.saved import (
    Brought,
    Wanted,
    change_search,
    pause_search,
    preview,
    resume_search,
    save_for_visitor,
    save_search,
)
from matching.services.searching import LONGEST, Result, search, similar, similar_text
from matching.services.sharding import WAKES, RunFailed, claim, rematch_all, wanted, work_once
from matching.services.sweeping import BATCH, batches, sweep
from matching.services.telling import parties_of
from matching.services.terms import (
    Faulty,
    TermRow,
    activate_term,
    add_term,
    check_rows,
    deactivate_term,
    edit_term,
    import_terms,
    without,
)

__all__ = [
    "BATCH",
    "GIVEN_BACK",
    "LONGEST",
    "WAKES",
    "Advice",
    "AlreadyRunning",
    "Brought",
    "Faulty",
    "Lesson",
    "Overtaken",
    "Progress",
    "Result",
    "RunFailed",
    "TermRow",
    "Unanswerable",
    "Wanted",
    "activate",
    "activate_term",
    "active_ranker",
    "active_run",
    "add_term",
    "advice",
    "advise",
    "answered_wishes",
    "approvals",
    "arrive",
    "asked",
    "batches",
    "calibration",
    "cancel",
    "change_search",
    "check_rows",
    "claim",
    "climb",
    "close",
    "deactivate_term",
    "declare_conflict",
    "decline",
    "edit_term",
    "estimate",
    "explanation_of",
    "find_duplicates",
    "foresee",
    "has_passed",
    "hide",
    "import_terms",
    "improvements_of",
    "inventory",
    "is_legal",
    "match_of",
    "matched_since",
    "matches_of",
    "not_same",
    "notice",
    "open_review",
    "pair_of",
    "parties_of",
    "pause_search",
    "places",
    "precision_by_month",
    "preview",
    "profile",
    "profiles",
    "progress",
    "read_anew",
    "refit_ranker",
    "rematch_all",
    "rematch_solution",
    "rematch_solutions",
    "rematch_wish",
    "rematch_wishes",
    "reopen",
    "replied",
    "resume_search",
    "review",
    "same",
    "save_for_visitor",
    "save_search",
    "search",
    "shortlist",
    "similar",
    "similar_text",
    "start",
    "start_trial",
    "sweep",
    "sweep_duplicates",
    "thing_of",
    "verdicts",
    "wanted",
    "why_not_judge",
    "with_reports",
    "without",
    "work_once",
]
