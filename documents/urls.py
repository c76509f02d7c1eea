from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [path("<uuid:key>/", views.Download.as_view(), name="download")]
