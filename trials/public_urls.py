"""Addresses by which strangers judge: proof, comparison, references, badges, data. Before those with any number."""

from django.urls import path

from trials.views import public

urlpatterns = [
    path("reports/compare/", public.CompareReports.as_view(), name="compare"),
    path("reports/<str:slug>/cite.bib", public.Cite.as_view(form="bib"), name="report-bibtex"),
    path("reports/<str:slug>/cite.ris", public.Cite.as_view(form="ris"), name="report-ris"),
    path("reports/<str:slug>/cite.csl.json", public.Cite.as_view(form="csl.json"), name="report-csl"),
    path("proof/solutions/<str:slug>/", public.ProofOfSolution.as_view(), name="proof-of-solution"),
    path(
        "proof/organisations/<slug:vendor>/",
        public.ProofOfOrganisation.as_view(),
        name="proof-of-organisation",
    ),
]
