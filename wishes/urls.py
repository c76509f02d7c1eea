from django.urls import path

from wishes import feeds
from wishes.views import approval, files, listing, queue, verbs, workspace, writing

app_name = "wishes"
urlpatterns = [
    path("", listing.WishList.as_view(), name="list"),
    path("feed/", feeds.OpenWishes(), name="feed"),
    path("write/", writing.StartWish.as_view(), name="create"),
    path("write/<slug:key>/", writing.Tasks.as_view(), name="tasks"),
    path("write/<slug:key>/check/", writing.CheckWish.as_view(), name="check"),
    path("write/<slug:key>/discard/", writing.DiscardDraft.as_view(), name="discard"),
    path("write/<slug:key>/<slug:step>/", writing.WriteStep.as_view(), name="step"),
    path("approval/<slug:slug>/", approval.Approval.as_view(), name="approval"),
    path("approval/<slug:slug>/steps/", approval.ChangeSteps.as_view(), name="steps"),
    path("approval/<slug:slug>/delegate/", approval.Delegate.as_view(), name="delegate"),
    path("approval/<slug:slug>/<int:pk>/revoke/", approval.Revoke.as_view(), name="revoke"),
    path("queue/", queue.Queue.as_view(), name="queue"),
    path("queue/check/", queue.Check.as_view(), name="queue-check"),
    path("queue/do/", queue.Do.as_view(), name="queue-do"),
    path("queue/done/<str:reference>/", queue.Done.as_view(), name="queue-done"),
    path("workspace/", workspace.WorkspacePiece.as_view(), name="workspace"),
    path("<str:slug>/", listing.WishDetail.as_view(), name="detail"),
    path("<str:slug>/edit/", writing.EditWish.as_view(), name="edit"),
    path("<str:slug>/documents/", files.AttachDocument.as_view(), name="attach"),
    path("<str:slug>/submit/", verbs.SubmitWish.as_view(), name="submit"),
    path("<str:slug>/endorse/", verbs.EndorseWish.as_view(), name="endorse"),
    path("<str:slug>/send-back/", verbs.SendBackWish.as_view(), name="send_back"),
    path("<str:slug>/return/", verbs.ReturnWish.as_view(), name="return"),
    path("<str:slug>/publish/", verbs.PublishWish.as_view(), name="publish"),
    path("<str:slug>/resolve/", verbs.ResolveWish.as_view(), name="resolve"),
    path("<str:slug>/expire/", verbs.ExpireWish.as_view(), name="expire"),
    path("<str:slug>/renew/", verbs.RenewWish.as_view(), name="renew"),
    path("<str:slug>/withdraw/", verbs.WithdrawWish.as_view(), name="withdraw"),
    path("<str:slug>/merge/", verbs.MergeWish.as_view(), name="merge"),
    path("<str:slug>/ask/", verbs.AskQuestion.as_view(), name="ask"),
    path("<str:slug>/answer/<int:pk>/", verbs.AnswerQuestion.as_view(), name="answer"),
    path("<str:slug>/answer/<int:pk>/correct/", verbs.CorrectAnswer.as_view(), name="correct"),
    path("<str:slug>/sponsor/", verbs.SponsorWish.as_view(), name="sponsor"),
    path("<str:slug>/leave/", verbs.LeaveWish.as_view(), name="leave"),
]
