from journal.workflow import Workflow
from matching.models import Match

S = Match.Status

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
