from django.urls import path

from accounts import views

app_name = "people"
urlpatterns = [
    path("profile/", views.Profile.as_view(), name="profile"),
    path("invitations/<int:pk>/", views.AnswerInvitation.as_view(), name="answer-invitation"),
    path("organisations/<slug:slug>/", views.OrganisationDetail.as_view(), name="organisation"),
    path("organisations/<slug:slug>/members/", views.Members.as_view(), name="members"),
    path(
        "organisations/<slug:slug>/members/<int:pk>/remove/",
        views.RemoveMember.as_view(),
        name="remove-member",
    ),
    path(
        "organisations/<slug:slug>/invitations/<int:pk>/remove/",
        views.TakeBackInvitation.as_view(),
        name="take-back-invitation",
    ),
]
