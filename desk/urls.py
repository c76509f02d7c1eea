from django.urls import path

from desk.views import saved

app_name = "desk"
urlpatterns = [
    path("", saved.ViewList.as_view(), name="views"),
    path("keep/", saved.Keep.as_view(), name="keep"),
    path("<int:pk>/change/", saved.Change.as_view(), name="change"),
    path("<int:pk>/remove/", saved.Remove.as_view(), name="remove"),
]
