from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("quarantine/", views.Quarantine.as_view(), name="quarantine"),
    path("<uuid:key>/", views.Download.as_view(), name="download"),
    path("<uuid:key>/original/", views.Original.as_view(), name="original"),
    path("<uuid:key>/preview/", views.Preview.as_view(), name="preview"),
    path("<uuid:key>/picture/", views.Picture.as_view(), name="picture"),
    path("<uuid:key>/rescan/", views.Rescan.as_view(), name="rescan"),
    path("<uuid:key>/discard/", views.Discard.as_view(), name="discard"),
]
