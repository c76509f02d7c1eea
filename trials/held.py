"""What is held about who runs, measures, steers and signs for trials."""

from django.utils.translation import gettext_lazy as _

from accounts.fates import WORK
from accounts.holding import File, Holding, Rows
from trials.duties import open_reports, open_trials

HELD = Holding(
    title=_("Trials"),
    files=(
        File(
            "trials",
            _("Trials that you run or began, and what you entered for them"),
            (
                Rows("trials.Trial", "engineer", "key reference status kind starts_on ends_on"),
                Rows("trials.Trial", "created_by", "key reference status kind created_at"),
                Rows("trials.Booking", "made_by", "trial__reference venue__slug made_at cancelled_at"),
                Rows("trials.Benefit", "entered_by", "trial__reference basis_en basis_zh entered_at"),
                Rows("trials.Upload", "made_by", "trial__reference filename made_at"),
                Rows("trials.SensorToken", "made_by", "trial__reference hint made_at revoked_at"),
                Rows("trials.Survey", "made_by", "trial__reference intro_en intro_zh made_at"),
                Rows("trials.Voice", "decided_by", "is_released decided_at"),
            ),
        ),
        File(
            "trial-log",
            _("What you wrote in the logs, minutes and plans of trials, and what you were asked to do there"),
            (
                Rows(
                    "trials.LogEntry",
                    "written_by",
                    "trial__reference kind on text_en text_zh reason_en reason_zh written_at",
                ),
                Rows(
                    "trials.Meeting",
                    "written_by",
                    "trial__reference on decisions_en decisions_zh written_at",
                ),
                Rows("trials.Action", "owner", "meeting__trial__reference what due_on done_on"),
                Rows("trials.Milestone", "reached_by", "trial__reference title_en title_zh reached_on"),
                Rows(
                    "trials.Risk", "owner", "trial__reference title_en title_zh mitigation_en mitigation_zh"
                ),
                Rows(
                    "trials.ChangeRequest",
                    "proposed_by",
                    "trial__reference status what_en what_zh why_en why_zh proposed_at",
                ),
                Rows(
                    "trials.ReportDue",
                    "handed_in_by",
                    "trial__reference kind number text_en text_zh handed_in_at",
                ),
            ),
        ),
        File(
            "reports",
            _("Reports that you drafted, were to verify, signed or corrected; uses that you confirmed"),
            (
                Rows("trials.Report", "created_by", "reference trial__reference version status created_at"),
                Rows("trials.Report", "assigned", "reference trial__reference version status"),
                Rows("trials.Report", "verifier", "reference version statement interests published_at"),
                Rows("trials.Erratum", "written_by", "report__reference number text_en text_zh written_at"),
                Rows(
                    "trials.Amendment",
                    "proposed_by",
                    "report__reference number status kind reason_en reason_zh text_en text_zh proposed_at",
                ),
                Rows("trials.Amendment", "agreed_by", "report__reference number kind agreed_at"),
                Rows(
                    "trials.Confirmation",
                    "created_by",
                    "key status solution__reference statement_en statement_zh created_at",
                ),
                Rows("trials.Confirmation", "confirmed_by", "key status solution__reference confirmed_at"),
            ),
        ),
    ),
    fates={
        "trials.Action.owner": WORK,
        "trials.Amendment.agreed_by": WORK,
        "trials.Amendment.proposed_by": WORK,
        "trials.Benefit.entered_by": WORK,
        "trials.Booking.made_by": WORK,
        "trials.ChangeRequest.proposed_by": WORK,
        "trials.Confirmation.confirmed_by": WORK,
        "trials.Confirmation.created_by": WORK,
        "trials.Erratum.written_by": WORK,
        "trials.LogEntry.written_by": WORK,
        "trials.Meeting.written_by": WORK,
        "trials.Milestone.reached_by": WORK,
        "trials.Report.assigned": WORK,
        "trials.Report.created_by": WORK,
        "trials.Report.verifier": WORK,
        "trials.ReportDue.handed_in_by": WORK,
        "trials.Risk.owner": WORK,
        "trials.SensorToken.made_by": WORK,
        "trials.Survey.made_by": WORK,
        "trials.Trial.created_by": WORK,
        "trials.Trial.engineer": WORK,
        "trials.Upload.made_by": WORK,
        "trials.Voice.decided_by": WORK,
    },
    duties=(open_trials, open_reports),
)
