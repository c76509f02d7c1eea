from django.urls import path

from wishes import calendars, feeds
from wishes.views import calls

app_name = "calls"
urlpatterns = [
    path("", calls.CallList.as_view(), name="list"),
    path("feed/", feeds.PublicCalls(), name="feed"),
    path("calendar.ics", calendars.calls, name="calendar"),
    path("new/", calls.AddCall.as_view(), name="create"),
    path("rapid/", calls.AddRapidCall.as_view(), name="create-rapid"),
    path("<str:slug>/", calls.CallDetail.as_view(), name="detail"),
    path("<str:slug>/calendar.ics", calendars.call, name="calendar-of"),
    path("<str:slug>/edit/", calls.EditCall.as_view(), name="edit"),
    path("<str:slug>/submit/", calls.SubmitCall.as_view(), name="submit"),
    path("<str:slug>/return/", calls.ReturnCall.as_view(), name="return"),
    path("<str:slug>/publish/", calls.PublishCall.as_view(), name="publish"),
    path("<str:slug>/open/", calls.OpenCall.as_view(), name="open"),
    path("<str:slug>/close/", calls.CloseCall.as_view(), name="close"),
    path("<str:slug>/extend/", calls.ExtendCall.as_view(), name="extend"),
    path("<str:slug>/withdraw/", calls.WithdrawCall.as_view(), name="withdraw"),
    path("<str:slug>/gather/", calls.GatherWish.as_view(), name="gather"),
    path("<str:slug>/let-go/<int:pk>/", calls.LetWishGo.as_view(), name="let_go"),
]
