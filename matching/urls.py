from django.urls import path

from matching.views import (
    actions,
    conflicts,
    detail,
    duplicates,
    engine,
    pieces,
    queue,
    rankers,
    terms,
    writing,
)

app_name = "matching"
urlpatterns = [
    path("", queue.Queue.as_view(), name="queue"),
    path("workspace/", pieces.Workspace.as_view(), name="workspace"),
    path("similar/", pieces.Similar.as_view(), name="similar"),
    path("while-writing/", writing.WhileWriting.as_view(), name="while-writing"),
    path("conflicts/", conflicts.Conflicts.as_view(), name="conflicts"),
    path("rankers/", rankers.Rankers.as_view(), name="rankers"),
    path("rankers/<int:pk>/activate/", rankers.Activate.as_view(), name="activate-ranker"),
    path("engine/", engine.Engine.as_view(), name="engine"),
    path("engine/terms/", terms.Terms.as_view(), name="terms"),
    path("engine/terms/add/", terms.AddTerm.as_view(), name="add-term"),
    path("engine/terms/<slug:key>/edit/", terms.EditTerm.as_view(), name="edit-term"),
    path("engine/terms/<slug:key>/deactivate/", terms.DeactivateTerm.as_view(), name="deactivate-term"),
    path("engine/terms/<slug:key>/activate/", terms.ActivateTerm.as_view(), name="activate-term"),
    path("duplicates/", duplicates.Duplicates.as_view(), name="duplicates"),
    path("duplicates/of-wish/<slug:slug>/", duplicates.DuplicatesOfWish.as_view(), name="duplicates-of-wish"),
    path(
        "duplicates/of-solution/<slug:slug>/",
        duplicates.DuplicatesOfSolution.as_view(),
        name="duplicates-of-solution",
    ),
    path("duplicates/<slug:slug>/same/", duplicates.Same.as_view(), name="same"),
    path("duplicates/<slug:slug>/not-same/", duplicates.NotSame.as_view(), name="not-same"),
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
