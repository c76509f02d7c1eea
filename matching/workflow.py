from journal.workflow import Workflow
from matching.models import Duplicate, Match

S = Match.Status
D = Duplicate.Status

WORKFLOW = Workflow(
    {
        "shortlist": ({S.SUGGESTED}, S.SHORTLISTED),
        "review": ({S.SUGGESTED, S.SHORTLISTED, S.WANTING}, S.REVIEW),
        "want": ({S.REVIEW}, S.WANTING),
        "approve": ({S.REVIEW}, S.APPROVED),
        "decline": ({S.SUGGESTED, S.SHORTLISTED, S.REVIEW, S.WANTING}, S.DECLINED),
        "reopen": ({S.DECLINED}, S.SHORTLISTED),
        "start_trial": ({S.APPROVED}, S.ON_TRIAL),
        "close": ({S.APPROVED, S.ON_TRIAL}, S.CLOSED),
    },
    refusals={"want", "decline", "reopen", "close"},
)

# Who judged wrongly judges again: both verbs lead from the other's end.
DUPLICATES = Workflow(
    {
        "same": ({D.FOUND, D.DIFFERENT}, D.SAME),
        "not_same": ({D.FOUND, D.SAME}, D.DIFFERENT),
    }
)
