from django.urls import path

from wishes import feeds, views

app_name = "wishes"
urlpatterns = [
    path("", views.WishList.as_view(), name="list"),
    path("feed/", feeds.OpenWishes(), name="feed"),
    path("write/", views.CreateWish.as_view(), name="create"),
    path("workspace/", views.WorkspacePiece.as_view(), name="workspace"),
    path("<str:slug>/", views.WishDetail.as_view(), name="detail"),
    path("<str:slug>/edit/", views.EditWish.as_view(), name="edit"),
    path("<str:slug>/submit/", views.SubmitWish.as_view(), name="submit"),
    path("<str:slug>/endorse/", views.EndorseWish.as_view(), name="endorse"),
    path("<str:slug>/send-back/", views.SendBackWish.as_view(), name="send_back"),
    path("<str:slug>/return/", views.ReturnWish.as_view(), name="return"),
    path("<str:slug>/publish/", views.PublishWish.as_view(), name="publish"),
    path("<str:slug>/resolve/", views.ResolveWish.as_view(), name="resolve"),
    path("<str:slug>/expire/", views.ExpireWish.as_view(), name="expire"),
    path("<str:slug>/renew/", views.RenewWish.as_view(), name="renew"),
    path("<str:slug>/withdraw/", views.WithdrawWish.as_view(), name="withdraw"),
    path("<str:slug>/merge/", views.MergeWish.as_view(), name="merge"),
    path("<str:slug>/ask/", views.AskQuestion.as_view(), name="ask"),
    path("<str:slug>/answer/<int:pk>/", views.AnswerQuestion.as_view(), name="answer"),
    path("<str:slug>/sponsor/", views.SponsorWish.as_view(), name="sponsor"),
]
