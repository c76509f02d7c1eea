from django.urls import path

from trials import feeds
from trials.views import checking, pieces, reports, trials, verbs, workspace

app_name = "trials"
urlpatterns = [
    path("trials/", trials.TrialList.as_view(), name="list"),
    path("trials/workspace/", workspace.WorkspacePiece.as_view(), name="workspace"),
    path("trials/plan/<str:slug>/", trials.PlanTrial.as_view(), name="plan"),
    path("trials/<str:slug>/", trials.TrialDetail.as_view(), name="detail"),
    path("trials/<str:slug>/edit/", trials.EditPlan.as_view(), name="edit"),
    path("trials/<str:slug>/measurements/", trials.Measurements.as_view(), name="measurements"),
    path("trials/<str:slug>/measurements.csv", trials.MeasurementsFile.as_view(), name="measurements-file"),
    path("trials/<str:slug>/lock/", verbs.LockTrial.as_view(), name="lock"),
    path("trials/<str:slug>/tick/", verbs.TickItem.as_view(), name="tick"),
    path("trials/<str:slug>/start/", verbs.StartTrial.as_view(), name="start"),
    path("trials/<str:slug>/pause/", verbs.PauseTrial.as_view(), name="pause"),
    path("trials/<str:slug>/resume/", verbs.ResumeTrial.as_view(), name="resume"),
    path("trials/<str:slug>/finish/", verbs.FinishTrial.as_view(), name="finish"),
    path("trials/<str:slug>/stop/", verbs.StopTrial.as_view(), name="stop"),
    path("trials/<str:slug>/report/", verbs.DraftReport.as_view(), name="draft-report"),
    path("trials/<str:slug>/log/", verbs.LogOnTrial.as_view(), name="log"),
    path("trials/<str:slug>/spend/", verbs.SpendOnTrial.as_view(), name="spend"),
    path("reports/", reports.ReportList.as_view(), name="reports"),
    path("reports/feed/", feeds.PublishedReports(), name="feed"),
    path("reports/that-answer/", pieces.ReportsThatAnswer.as_view(), name="reports-that-answer"),
    path("reports/<str:slug>/", reports.ReportDetail.as_view(), name="report"),
    path("reports/<str:slug>/edit/", reports.EditReport.as_view(), name="report-edit"),
    path("reports/<str:slug>/report.pdf", reports.ReportPdf.as_view(), name="report-pdf"),
    path("reports/<str:slug>/report.json", reports.ReportJson.as_view(), name="report-json"),
    path("reports/<str:slug>/hand-to-vendor/", verbs.HandToVendor.as_view(), name="report-hand-to-vendor"),
    path("reports/<str:slug>/comment/", verbs.CommentOnReport.as_view(), name="report-comment"),
    path("reports/<str:slug>/close-comment/", verbs.CloseComment.as_view(), name="report-close-comment"),
    path("reports/<str:slug>/publish/", verbs.PublishReport.as_view(), name="report-publish"),
    path("reports/<str:slug>/send-back/", verbs.SendBackReport.as_view(), name="report-send-back"),
    path("reports/<str:slug>/erratum/", verbs.CorrectReport.as_view(), name="report-erratum"),
    path("reports/<str:slug>/withdraw/", verbs.WithdrawReport.as_view(), name="report-withdraw"),
    path("verify/", checking.VerifyFile.as_view(), name="verify"),
    path("verify/<str:slug>/", checking.VerifyReport.as_view(), name="verify-report"),
]
