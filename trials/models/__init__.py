from trials.models.amendment import Amendment
from trials.models.benefit import Benefit
from trials.models.booking import Booking
from trials.models.change import ChangeRequest
from trials.models.claim import Claim
from trials.models.confirmation import Confirmation
from trials.models.due import ReportDue
from trials.models.erratum import Erratum
from trials.models.incident import Incident
from trials.models.judging import Judging
from trials.models.log import LogEntry
from trials.models.measurement import Measurement
from trials.models.meeting import Action, Meeting
from trials.models.milestone import Milestone
from trials.models.money import BudgetLine
from trials.models.paper import Paper
from trials.models.report import LONGEST, SECTIONS, Report, ReportQuerySet
from trials.models.risk import Impact, Likelihood, Risk
from trials.models.rollup import Rollup
from trials.models.sensor import Sensor, SensorToken
from trials.models.steered import Steered
from trials.models.subjects import Side
from trials.models.survey import Respondent, Survey, SurveyAnswer, SurveyCode, SurveyQuestion, Voice
from trials.models.term import Term
from trials.models.trial import Trial, TrialQuerySet
from trials.models.upload import Upload
from trials.models.venue import Venue

__all__ = [
    "LONGEST",
    "SECTIONS",
    "Action",
    "Amendment",
    "Benefit",
    "Booking",
    "BudgetLine",
    "ChangeRequest",
    "Claim",
    "Confirmation",
    "Erratum",
    "Impact",
    "Incident",
    "Judging",
    "Likelihood",
    "LogEntry",
    "Measurement",
    "Meeting",
    "Milestone",
    "Paper",
    "Report",
    "ReportDue",
    "ReportQuerySet",
    "Respondent",
    "Risk",
    "Rollup",
    "Sensor",
    "SensorToken",
    "Side",
    "Steered",
    "Survey",
    "SurveyAnswer",
    "SurveyCode",
    "SurveyQuestion",
    "Term",
    "Trial",
    "TrialQuerySet",
    "Upload",
    "Venue",
    "Voice",
]
