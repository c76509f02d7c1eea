from journal.workflow import Workflow
from matching.models import Answer, Duplicate, Match

S = Match.Status
D = Duplicate.Status
A = Answer.Status

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
        "climb": ({S.CLOSED}, S.APPROVED),
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

# What is decided on an answer to a rapid call; its solution goes its own way.
ANSWERS = Workflow(
    {
        "shortlist": ({A.NEW, A.WANTING}, A.SHORTLISTED),
        "want": ({A.NEW, A.SHORTLISTED}, A.WANTING),
        "reply": ({A.WANTING}, A.NEW),
        "decline": ({A.NEW, A.WANTING, A.SHORTLISTED}, A.DECLINED),
        "reconsider": ({A.SHORTLISTED, A.WANTING, A.DECLINED}, A.NEW),
    },
    refusals={"want", "decline", "reconsider"},
)
