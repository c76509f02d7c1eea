from journal.workflow import Workflow
from trials.models import Report, Trial

S = Trial.Status
R = Report.Status

TRIAL = Workflow(
    {
        "lock": ({S.PLANNING}, S.LOCKED),
        "start": ({S.LOCKED}, S.RUNNING),
        "pause": ({S.RUNNING}, S.PAUSED),
        "resume": ({S.PAUSED}, S.RUNNING),
        "finish": ({S.RUNNING}, S.MEASURED),
        "report": ({S.MEASURED, S.STOPPED}, S.REPORTING),
        "close": ({S.REPORTING}, S.CLOSED),
        "stop": ({S.PLANNING, S.LOCKED, S.RUNNING, S.PAUSED}, S.STOPPED),
    },
    refusals={"pause", "stop"},
)

REPORT = Workflow(
    {
        "hand_to_vendor": ({R.DRAFT}, R.COMMENT),
        "comment": ({R.COMMENT}, R.VERIFICATION),
        "close_comment": ({R.COMMENT}, R.VERIFICATION),
        "send_back": ({R.VERIFICATION}, R.DRAFT),
        "publish": ({R.VERIFICATION}, R.PUBLISHED),
        "supersede": ({R.PUBLISHED}, R.SUPERSEDED),
        "withdraw": ({R.PUBLISHED}, R.WITHDRAWN),
    },
    refusals={"send_back", "withdraw"},
)
