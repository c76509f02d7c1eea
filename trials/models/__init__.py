from trials.models.benefit import Benefit
from trials.models.booking import Booking
from trials.models.claim import Claim
from trials.models.due import ReportDue
from trials.models.erratum import Erratum
from trials.models.log import LogEntry
from trials.models.measurement import Measurement
from trials.models.report import LONGEST, SECTIONS, Report, ReportQuerySet
from trials.models.rollup import Rollup
from trials.models.sensor import Sensor, SensorToken
from trials.models.subjects import Side
from trials.models.survey import Respondent, Survey, SurveyAnswer, SurveyCode, SurveyQuestion, Voice
from trials.models.term import Term
from trials.models.trial import Trial, TrialQuerySet
from trials.models.upload import Upload
from trials.models.venue import Venue

__all__ = [
    "LONGEST",
    "SECTIONS",
    "Benefit",
    "Booking",
    "Claim",
    "Erratum",
    "LogEntry",
    "Measurement",
    "Report",
    "ReportDue",
    "ReportQuerySet",
    "Respondent",
    "Rollup",
    "Sensor",
    "SensorToken",
    "Side",
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
