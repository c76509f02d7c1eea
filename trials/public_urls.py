"""Addresses by which strangers judge; before those that take any number."""

from django.urls import path

from trials.views import adopters, badges, data, public

urlpatterns = [
    path("reports/compare/", public.CompareReports.as_view(), name="compare"),
    path("reports/<str:slug>/cite.bib", public.Cite.as_view(form="bib"), name="report-bibtex"),
    path("reports/<str:slug>/cite.ris", public.Cite.as_view(form="ris"), name="report-ris"),
    path("reports/<str:slug>/cite.csl.json", public.Cite.as_view(form="csl.json"), name="report-csl"),
    path("reports/<str:slug>/badge/", badges.ReportBadge.as_view(), name="report-badge"),
    path(
        "reports/<str:slug>/badge/<int:claim>.svg", badges.BadgePicture.as_view(), name="report-badge-picture"
    ),
    path("reports/<str:slug>/badge/<int:claim>.json", badges.BadgeData.as_view(), name="report-badge-data"),
    path("reports/<str:slug>/badge/<int:claim>.html", badges.BadgeFrame.as_view(), name="report-badge-frame"),
    path("reports/<str:slug>/data/", data.ReportData.as_view(), name="report-data"),
    path("reports/<str:slug>/data/data.csv", data.DataFile.as_view(form="csv"), name="report-data-csv"),
    path(
        "reports/<str:slug>/data/data.parquet",
        data.DataFile.as_view(form="parquet"),
        name="report-data-parquet",
    ),
    path(
        "reports/<str:slug>/data/datapackage.json",
        data.DataDictionary.as_view(),
        name="report-data-dictionary",
    ),
    path("reports/<str:slug>/data/analysis.json", data.DataAnalysis.as_view(), name="report-data-analysis"),
    path("trials/<str:slug>/open-data/", data.OpenData.as_view(), name="open-data"),
    path("trials/<str:slug>/close-data/", data.CloseData.as_view(), name="close-data"),
    path("verify/badge/", badges.VerifyBadge.as_view(), name="verify-badge"),
    path("proof/solutions/<str:slug>/", public.ProofOfSolution.as_view(), name="proof-of-solution"),
    path("proof/solutions/<str:slug>/use/", adopters.WriteUse.as_view(), name="write-use"),
    path("proof/uses/<str:key>/", adopters.ConfirmationDetail.as_view(), name="confirmation"),
    path("proof/uses/<str:key>/confirm/", adopters.ConfirmUse.as_view(), name="confirm-use"),
    path("proof/uses/<str:key>/drop/", adopters.DropUse.as_view(), name="drop-use"),
    path("proof/uses/<str:key>/end/", adopters.EndUse.as_view(), name="end-use"),
    path(
        "proof/organisations/<slug:vendor>/",
        public.ProofOfOrganisation.as_view(),
        name="proof-of-organisation",
    ),
]
