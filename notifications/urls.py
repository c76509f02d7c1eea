from django.urls import path

from notifications import gallery, office, views

app_name = "notices"
urlpatterns = [
    path("", views.Inbox.as_view(), name="inbox"),
    path("read/", views.ReadAll.as_view(), name="read-all"),
    path("<int:pk>/", views.Open.as_view(), name="open"),
    path("settings/", views.Settings.as_view(), name="settings"),
    path("outbox/", office.Outbox.as_view(), name="outbox"),
    path("outbox/release/", office.Release.as_view(), name="release"),
    path("mails/", gallery.Gallery.as_view(), name="gallery"),
    path("mails/<str:name>/<str:code>.html", gallery.SampleHtml.as_view(), name="sample-html"),
    path("mails/<str:name>/", gallery.Sample.as_view(), name="sample"),
    path("follow/", views.FollowThing.as_view(), name="follow"),
    path("follows/<int:pk>/stop/", views.Unfollow.as_view(), name="unfollow"),
    path("unsubscribe/<str:token>/", views.Unsubscribe.as_view(), name="unsubscribe"),
]
