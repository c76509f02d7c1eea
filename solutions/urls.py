from django.urls import path

from solutions import doors, views

app_name = "solutions"
urlpatterns = [
    path("", views.SolutionList.as_view(), name="list"),
    path("new/", views.CreateSolution.as_view(), name="create"),
    path("answer/", views.AnswerWish.as_view(), name="answer-wish"),
    path("workspace/", views.Workspace.as_view(), name="workspace"),
    path("<slug:slug>/", views.SolutionDetail.as_view(), name="detail"),
    path("<slug:slug>/edit/", views.EditSolution.as_view(), name="edit"),
    path("<slug:slug>/documents/", views.AttachDocument.as_view(), name="attach"),
    *doors.urls(),
]
