from django.urls import path

from notifications import by_mail, figures, gallery, office, views
from notifications.announcing import views as announcing
from notifications.bounces import views as bounces
from notifications.hooks import views as hooks
from notifications.opening import views as opening
from notifications.texts import views as words

app_name = "notices"
ANNOUNCED = "announcements/<int:pk>/"
ONE = "webhooks/<str:key>/"
urlpatterns = [
    path("", views.Inbox.as_view(), name="inbox"),
    path("read/", views.ReadAll.as_view(), name="read-all"),
    path("<int:pk>/", views.Open.as_view(), name="open"),
    path("settings/", views.Settings.as_view(), name="settings"),
    path("calendar/", views.CalendarAddress.as_view(), name="calendar-address"),
    path("outbox/", office.Outbox.as_view(), name="outbox"),
    path("outbox/release/", office.Release.as_view(), name="release"),
    path("figures/", figures.Figures.as_view(), name="figures"),
    path("addresses/", bounces.Addresses.as_view(), name="addresses"),
    path("addresses/stop/", bounces.Suppress.as_view(), name="suppress-address"),
    path("addresses/<int:pk>/", bounces.Lift.as_view(), name="lift-address"),
    path("settings/address/", bounces.MyAddressWorks.as_view(), name="address-works"),
    path("mails/", gallery.Gallery.as_view(), name="gallery"),
    path("mails/<str:name>/<str:code>.html", gallery.SampleHtml.as_view(), name="sample-html"),
    path("mails/<str:name>/", gallery.Sample.as_view(), name="sample"),
    path("mails/<str:name>/draft/", words.Draft.as_view(), name="draft"),
    path("mails/<str:name>/words/<str:code>/", words.Words.as_view(), name="words"),
    path("mails/<str:name>/use/", words.Use.as_view(), name="use-words"),
    path("mails/<str:name>/drop/", words.Drop.as_view(), name="drop-words"),
    path("mails/<str:name>/original/", words.Restore.as_view(), name="restore-words"),
    path("mails/<str:name>/test/", words.TestMail.as_view(), name="test-mail"),
    path("announcements/", announcing.Announcements.as_view(), name="announcements"),
    path("announcements/new/", announcing.Create.as_view(), name="announce"),
    path(f"{ANNOUNCED}", announcing.Detail.as_view(), name="announcement"),
    path(f"{ANNOUNCED}edit/", announcing.Edit.as_view(), name="edit-announcement"),
    path(f"{ANNOUNCED}<str:code>.html", announcing.Html.as_view(), name="announcement-html"),
    path(f"{ANNOUNCED}confirm/", announcing.Confirm.as_view(), name="confirm-announcement"),
    path(f"{ANNOUNCED}release/", announcing.Release.as_view(), name="release-announcement"),
    path(f"{ANNOUNCED}take-back/", announcing.TakeBack.as_view(), name="take-back-announcement"),
    path(f"{ANNOUNCED}recall/", announcing.Recall.as_view(), name="recall-announcement"),
    path(f"{ANNOUNCED}cancel/", announcing.Cancel.as_view(), name="cancel-announcement"),
    path("follow/", views.FollowThing.as_view(), name="follow"),
    path("follows/<int:pk>/stop/", views.Unfollow.as_view(), name="unfollow"),
    path("by-mail/", by_mail.FollowByMail.as_view(), name="follow-by-mail"),
    path("by-mail/sent/", by_mail.Sent.as_view(), name="sent"),
    path("by-mail/move/", by_mail.Move.as_view(), name="move"),
    path("by-mail/confirm/<str:token>/", by_mail.Confirm.as_view(), name="confirm"),
    path("by-mail/<str:token>/", by_mail.Manage.as_view(), name="by-mail"),
    path("by-mail/<str:token>/stop/<int:pk>/", by_mail.Stop.as_view(), name="stop"),
    path("by-mail/<str:token>/leave/", by_mail.Leave.as_view(), name="leave"),
    path("unsubscribe/<str:token>/", views.Unsubscribe.as_view(), name="unsubscribe"),
    path("opened/<str:token>.gif", opening.Opened.as_view(), name="opened"),
    path("webhooks/", hooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/new/", hooks.CreateWebhook.as_view(), name="create-webhook"),
    path("webhooks/of/<slug:slug>/", hooks.Webhooks.as_view(), name="organisation-webhooks"),
    path(
        "webhooks/of/<slug:slug>/new/",
        hooks.CreateWebhook.as_view(),
        name="create-organisation-webhook",
    ),
    path(ONE, hooks.WebhookDetail.as_view(), name="webhook"),
    path(f"{ONE}edit/", hooks.EditWebhook.as_view(), name="edit-webhook"),
    path(f"{ONE}test/", hooks.TestWebhook.as_view(), name="test-webhook"),
    path(f"{ONE}secret/", hooks.RotateSecret.as_view(), name="rotate-webhook"),
    path(f"{ONE}stop/", hooks.StopWebhook.as_view(), name="stop-webhook"),
    path(f"{ONE}start/", hooks.StartWebhook.as_view(), name="start-webhook"),
    path(f"{ONE}remove/", hooks.RemoveWebhook.as_view(), name="remove-webhook"),
    path(f"{ONE}replay/", hooks.Replay.as_view(), name="replay-webhook"),
    path(f"{ONE}messages/<int:pk>/", hooks.Message.as_view(), name="webhook-message"),
    path(f"{ONE}messages/<int:pk>/replay/", hooks.ReplayOne.as_view(), name="replay-webhook-message"),
]
