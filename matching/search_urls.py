from django.urls import path

from matching.views.search import Search

app_name = "search"
urlpatterns = [path("", Search.as_view(), name="search")]
