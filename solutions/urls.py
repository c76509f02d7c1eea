from django.urls import path

from solutions import doors
from solutions.views import answering, editing, listing, workspace

app_name = "solutions"
urlpatterns = [
    path("", listing.SolutionList.as_view(), name="list"),
    path("new/", editing.CreateSolution.as_view(), name="create"),
    path("answer/", answering.AnswerWish.as_view(), name="answer-wish"),
    path("workspace/", workspace.Workspace.as_view(), name="workspace"),
    path("<slug:slug>/", listing.SolutionDetail.as_view(), name="detail"),
    path("<slug:slug>/edit/", editing.EditSolution.as_view(), name="edit"),
    path("<slug:slug>/documents/", editing.AttachDocument.as_view(), name="attach"),
    *doors.urls(),
]
