from django.urls import path

from matching import feeds
from matching.views import saved
from matching.views.search import Search

app_name = "search"
urlpatterns = [
    path("", Search.as_view(), name="search"),
    path("save/", saved.SaveSearch.as_view(), name="save"),
    path("by-mail/", saved.SearchByMail.as_view(), name="by-mail"),
    path("feeds/<str:token>/", feeds.SearchFeed(), name="feed"),
    path("saved/", saved.Searches.as_view(), name="saved"),
    path("saved/<int:pk>/", saved.SearchDetail.as_view(), name="saved-search"),
    path("saved/<int:pk>/change/", saved.ChangeSearch.as_view(), name="change"),
    path("saved/<int:pk>/pause/", saved.PauseSearch.as_view(), name="pause"),
    path("saved/<int:pk>/resume/", saved.ResumeSearch.as_view(), name="resume"),
    path("saved/<int:pk>/feed/", saved.FeedAddress.as_view(), name="feed-address"),
    path("saved/<int:pk>/delete/", saved.DeleteSearch.as_view(), name="delete"),
]
