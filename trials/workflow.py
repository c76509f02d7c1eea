from journal.workflow import Workflow
from trials.models import Amendment, ChangeRequest, Confirmation, Incident, Report, Trial

S = Trial.Status
R = Report.Status
N = Incident.Status
C = ChangeRequest.Status
U = Confirmation.Status
A = Amendment.Status

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

INCIDENT = Workflow(
    {
        "raise": ({N.LOGGED}, N.RAISED),
        "alarm": ({N.LOGGED}, N.RAISED),
        "acknowledge": ({N.RAISED}, N.ACKNOWLEDGED),
        "close": ({N.LOGGED, N.ACKNOWLEDGED}, N.CLOSED),
    },
    refusals={"close"},
)

CHANGE = Workflow(
    {
        "accept": ({C.PROPOSED}, C.ACCEPTED),
        "decline": ({C.PROPOSED}, C.DECLINED),
        "withdraw": ({C.PROPOSED}, C.WITHDRAWN),
    },
    refusals={"decline"},
)

CONFIRMATION = Workflow(
    {
        "confirm": ({U.PROPOSED}, U.CONFIRMED),
        "drop": ({U.PROPOSED}, U.DROPPED),
        "end": ({U.CONFIRMED}, U.ENDED),
    },
    refusals={"end"},
)

AMENDMENT = Workflow(
    {
        "agree": ({A.PROPOSED}, A.AGREED),
        "decline": ({A.PROPOSED}, A.DECLINED),
        "withdraw": ({A.PROPOSED}, A.WITHDRAWN),
    },
    refusals={"decline"},
)
