from journal.workflow import Workflow
from wishes.models import Call, Wish

S = Wish.Status
C = Call.Status

WORKFLOW = Workflow(
    {
        "submit": ({S.DRAFT, S.RETURNED}, S.ENDORSEMENT),
        "endorse": ({S.ENDORSEMENT}, S.SCREENING),
        "send_back": ({S.ENDORSEMENT}, S.RETURNED),
        "return": ({S.SCREENING}, S.RETURNED),
        "publish": ({S.SCREENING}, S.OPEN),
        "announce": ({S.DRAFT}, S.OPEN),  # of a rapid call
        "match": ({S.OPEN}, S.MATCHED),
        "unmatch": ({S.MATCHED}, S.OPEN),
        "start_trial": ({S.OPEN, S.MATCHED}, S.ON_TRIAL),
        "end_trial": ({S.ON_TRIAL}, S.OPEN),
        "resolve": ({S.OPEN, S.MATCHED, S.ON_TRIAL}, S.RESOLVED),
        "expire": ({S.OPEN}, S.EXPIRED),
        "renew": ({S.OPEN, S.EXPIRED}, S.OPEN),
        "withdraw": ({S.DRAFT, S.ENDORSEMENT, S.SCREENING, S.RETURNED, S.OPEN, S.MATCHED}, S.WITHDRAWN),
        "merge": ({S.SCREENING, S.OPEN}, S.MERGED),
    },
    refusals={"send_back", "return", "withdraw", "merge"},
)

CALLS = Workflow(
    {
        "submit": ({C.DRAFT}, C.WAITING),
        "return": ({C.WAITING}, C.DRAFT),
        "publish": ({C.DRAFT, C.WAITING}, C.ANNOUNCED),
        "open": ({C.ANNOUNCED}, C.OPEN),
        "close": ({C.OPEN}, C.CLOSED),
        "extend": ({C.OPEN, C.CLOSED}, C.OPEN),
        "withdraw": ({C.DRAFT, C.WAITING, C.ANNOUNCED, C.OPEN}, C.WITHDRAWN),
    },
    refusals={"return", "withdraw"},
)
