from django.urls import path

from solutions import doors
from solutions.views import answering, documents, listing, queue, workspace, writing

app_name = "solutions"
urlpatterns = [
    path("", listing.SolutionList.as_view(), name="list"),
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
    path("workspace/", workspace.Workspace.as_view(), name="workspace"),
    path("<slug:slug>/", listing.SolutionDetail.as_view(), name="detail"),
    path("<slug:slug>/edit/", writing.EditSolution.as_view(), name="edit"),
    path("<slug:slug>/documents/", documents.AttachDocument.as_view(), name="attach"),
    *doors.urls(),
]
