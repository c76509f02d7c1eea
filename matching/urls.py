from django.urls import path

from matching.views import actions, conflicts, detail, pieces, queue

app_name = "matching"
urlpatterns = [
    path("", queue.Queue.as_view(), name="queue"),
    path("workspace/", pieces.Workspace.as_view(), name="workspace"),
    path("similar/", pieces.Similar.as_view(), name="similar"),
    path("conflicts/", conflicts.Conflicts.as_view(), name="conflicts"),
    path("of-wish/<slug:slug>/", pieces.OfWish.as_view(), name="of-wish"),
    path("of-solution/<slug:slug>/", pieces.OfSolution.as_view(), name="of-solution"),
    path("<slug:slug>/", detail.Detail.as_view(), name="detail"),
    path("<slug:slug>/review/", detail.GiveReview.as_view(), name="review"),
    path("<slug:slug>/shortlist/", actions.Shortlist.as_view(), name="shortlist"),
    path("<slug:slug>/open-review/", actions.OpenReview.as_view(), name="open-review"),
    path("<slug:slug>/decline/", actions.Decline.as_view(), name="decline"),
    path("<slug:slug>/reopen/", actions.Reopen.as_view(), name="reopen"),
    path("<slug:slug>/close/", actions.Close.as_view(), name="close"),
]
