from django.urls import path

from accounts.views import alike, joining, people, verification

app_name = "people"
ORGANISATION = "organisations/<slug:slug>/"
urlpatterns = [
    path("profile/", people.Profile.as_view(), name="profile"),
    path("invitations/<int:pk>/", people.AnswerInvitation.as_view(), name="answer-invitation"),
    path("invited/<str:token>/", people.Invited.as_view(), name="invited"),
    path("verifications/", verification.Queue.as_view(), name="verifications"),
    path("verifications/<int:pk>/", verification.Decide.as_view(), name="decide-verification"),
    path("verifications/<int:pk>/revoke/", verification.Revoke.as_view(), name="revoke-verification"),
    path("register/", joining.Register.as_view(), name="register"),
    path("join-requests/<int:pk>/", joining.AnswerJoin.as_view(), name="answer-join"),
    path("join-requests/<int:pk>/withdraw/", joining.WithdrawJoin.as_view(), name="withdraw-join"),
    path("alike/", alike.Pairs.as_view(), name="suspected-pairs"),
    path("alike/pair/", alike.PairByHand.as_view(), name="pair-by-hand"),
    path("alike/<int:pk>/", alike.Pair.as_view(), name="suspected-pair"),
    path(ORGANISATION, people.OrganisationDetail.as_view(), name="organisation"),
    path(f"{ORGANISATION}verification/", verification.Ask.as_view(), name="verification"),
    path(f"{ORGANISATION}join/", joining.AskToJoin.as_view(), name="ask-to-join"),
    path(f"{ORGANISATION}members/", people.Members.as_view(), name="members"),
    path(f"{ORGANISATION}members/<int:pk>/remove/", people.RemoveMember.as_view(), name="remove-member"),
    path(f"{ORGANISATION}members/<int:pk>/role/", people.ChangeRole.as_view(), name="change-role"),
    path(
        f"{ORGANISATION}invitations/<int:pk>/remove/",
        people.TakeBackInvitation.as_view(),
        name="take-back-invitation",
    ),
    path(
        f"{ORGANISATION}invitations/<int:pk>/send/",
        people.SendInvitationAgain.as_view(),
        name="send-invitation-again",
    ),
]
