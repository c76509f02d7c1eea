from django.urls import path

from solutions import doors, feeds
from solutions.views import (
    answering,
    coauthors,
    documents,
    listing,
    pitches,
    queue,
    versions,
    workspace,
    writing,
)

app_name = "solutions"
urlpatterns = [
    path("", listing.SolutionList.as_view(), name="list"),
    path("feed/", feeds.PublicSolutions(), name="feed"),
    path("write/", writing.StartSolution.as_view(), name="create"),
    path("write/<slug:key>/", writing.Tasks.as_view(), name="tasks"),
    path("write/<slug:key>/check/", writing.CheckSolution.as_view(), name="check"),
    path("write/<slug:key>/discard/", writing.DiscardDraft.as_view(), name="discard"),
    path("write/<slug:key>/<slug:step>/", writing.WriteStep.as_view(), name="step"),
    path("answer/", answering.AnswerWish.as_view(), name="answer-wish"),
    path("queue/", queue.Queue.as_view(), name="queue"),
    path("queue/check/", queue.Check.as_view(), name="queue-check"),
    path("queue/do/", queue.Do.as_view(), name="queue-do"),
    path("queue/done/<str:reference>/", queue.Done.as_view(), name="queue-done"),
    path("co-authors/<slug:key>/", coauthors.AnswerCoAuthor.as_view(), name="coauthor"),
    path("co-authors/<slug:key>/change/", coauthors.ChangeCoAuthor.as_view(), name="change-coauthor"),
    path("workspace/", workspace.Workspace.as_view(), name="workspace"),
    path("<slug:slug>/", listing.SolutionDetail.as_view(), name="detail"),
    path("<slug:slug>/edit/", writing.EditSolution.as_view(), name="edit"),
    path("<slug:slug>/documents/", documents.AttachDocument.as_view(), name="attach"),
    path("<slug:slug>/pitches/", pitches.Pitches.as_view(), name="pitches"),
    path("<slug:slug>/pitches/<slug:wish>/", pitches.EditPitch.as_view(), name="pitch"),
    path("<slug:slug>/pitches/<slug:wish>/withdraw/", pitches.WithdrawPitch.as_view(), name="withdraw-pitch"),
    path("<slug:slug>/co-authors/", coauthors.CoAuthors.as_view(), name="coauthors"),
    path("<slug:slug>/versions/", versions.Versions.as_view(), name="versions"),
    path("<slug:slug>/versions/<int:version>/", versions.VersionDetail.as_view(), name="version"),
    path("<slug:slug>/versions/<int:version>/hide/", versions.HideVersion.as_view(), name="hide-version"),
    path(
        "<slug:slug>/versions/confidential/<int:version>/",
        versions.ConfidentialVersion.as_view(),
        name="confidential-version",
    ),
    *doors.urls(),
]
