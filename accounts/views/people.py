from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import DetailView, FormView, UpdateView

from accounts import services, throttling
from accounts.forms import InvitationForm, ProfileForm
from accounts.models import Invitation, Membership, Organisation, User, Verification

EVENTS = 20
TOLD = {
    "invite": gettext_lazy("Someone was invited"),
    "invite_again": gettext_lazy("An invitation was sent again"),
    "uninvite": gettext_lazy("An invitation was taken back or declined"),
    "join": gettext_lazy("A member joined"),
    "add_member": gettext_lazy("A member was added"),
    "change_role": gettext_lazy("A role was changed"),
    "remove_member": gettext_lazy("A member was removed"),
    "register": gettext_lazy("The organisation was registered"),
    "ask_to_join": gettext_lazy("Someone asked to join"),
    "accept_join": gettext_lazy("A request to join was accepted"),
    "decline_join": gettext_lazy("A request to join was declined"),
    "expire_join": gettext_lazy("A request to join expired without an answer"),
    "withdraw_join": gettext_lazy("A request to join was taken back"),
    "suspect": gettext_lazy("The portal office thinks that there is another entry of it"),
    "absorb": gettext_lazy("Another entry of the same organisation was merged into this one"),
    "ask_verification": gettext_lazy("Verification was asked for"),
    "verify": gettext_lazy("The portal office verified the organisation"),
    "refuse_verification": gettext_lazy("The portal office did not verify the organisation"),
    "revoke_verification": gettext_lazy("The verification was taken back"),
}
ASKED = 5  # of the latest requests to join, on a person's own page
SHOWN = 12  # wishes, and solutions, on the page of an organisation


class Profile(LoginRequiredMixin, UpdateView):
    """A person's own name and language, where they belong, and who has invited them."""

    form_class = ProfileForm
    template_name = "accounts/profile.html"

    def get_object(self, queryset=None) -> User:
        return User.objects.get(
            pk=self.request.user.pk
        )  # a name being typed is not yet the name in the header

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            **kwargs,
            memberships=user.memberships.select_related("organisation").order_by("pk"),
            asked=user.join_requests.select_related("organisation").order_by("-asked_at", "-pk")[:ASKED],
            invitations=Invitation.objects.for_user(user).select_related("organisation").order_by("pk"),
            roles=[
                label
                for value, label in user._meta.get_field("roles").base_field.choices
                if value in user.roles
            ],
        )

    def get_success_url(self) -> str:
        messages.success(self.request, _("Saved."))
        return reverse("people:profile")


class AnswerInvitation(LoginRequiredMixin, View):
    """Yes or no to an invitation of one's own; those of others do not exist here."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        invitation = get_object_or_404(Invitation.objects.for_user(request.user), pk=pk)
        answer(request, invitation)
        return redirect("people:profile")


def answer(request: HttpRequest, invitation: Invitation) -> None:
    if request.POST.get("answer") != "accept":
        services.decline(invitation, by=request.user)
        messages.success(request, _("The invitation is gone."))
        return
    try:
        services.accept(invitation, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("You are a member now."))


class Invited(LoginRequiredMixin, View):
    """The link of a mail: looking at it changes nothing, so no scanner of mails can use it up."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = services.by_token(token)
        context = {"invitation": invitation, "token": token}
        return render(request, "accounts/invited.html", context, status=200 if invitation else 404)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = services.by_token(token)
        if invitation is None:
            return self.get(request, token)
        answer(request, invitation)
        return redirect("people:profile")


class OrganisationDetail(DetailView):
    """What the public knows of an organisation, and its public wishes and solutions."""

    model = Organisation
    template_name = "accounts/organisation.html"

    def get_queryset(self):
        return Organisation.objects.select_related("partnership", "merged_into")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The address of one that was merged leads to the one that stands."""
        self.object = self.get_object()
        if stands := self.object.merged_into:
            return redirect(stands, permanent=True)
        return self.render_to_response(self.get_context_data(object=self.object))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organisation = self.object
        # Asked for only where there is a badge, so that the page of everyone else takes no query more.
        verified = organisation.verifications.in_force().first() if organisation.is_confirmed else None
        may_manage = self.request.user.has_perm("accounts.manage_members_organisation", organisation)
        return super().get_context_data(
            **kwargs,
            wishes=organisation.wishes.public().for_cards().order_by("-published_at", "-pk")[:SHOWN],
            solutions=_offered(organisation),
            may_manage=may_manage,
            verified=verified,
            checked=[Verification.Check(one).label for one in verified.checked] if verified else [],
            may_read_approval=self.request.user.has_perm("wishes.view_approval", organisation),
        )


def _offered(organisation: Organisation) -> Any:
    """Its own solutions and those that it co-authors; by the registry: they are some floors above."""
    rows = apps.get_model("solutions", "Solution").objects.by_organisation(organisation)  # type: ignore[attr-defined]
    return rows.public().for_cards().order_by("-listed_at", "-pk")[:SHOWN]


class Managed(PermissionRequiredMixin):
    """For those who let people into an organisation."""

    permission_required = "accounts.manage_members_organisation"
    request: HttpRequest
    kwargs: dict[str, Any]

    def has_permission(self) -> bool:
        if not self.request.user.is_authenticated:
            return False
        self.organisation = get_object_or_404(Organisation, slug=self.kwargs["slug"])
        self.raise_exception = True
        return self.request.user.has_perm(self.permission_required, self.organisation)

    def back(self) -> HttpResponse:
        return redirect("people:members", self.organisation.slug)


class Members(Managed, FormView):
    form_class = InvitationForm
    template_name = "accounts/members.html"

    def form_valid(self, form: InvitationForm) -> HttpResponse:
        if not throttling.consume(self.request, action="invite", key=str(self.organisation.pk)):
            form.add_error(None, _("Too many invitations within an hour. Wait a little."))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        try:
            services.invite(self.organisation, by=self.request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The invitation waits for its owner to sign in and accept."))
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organisation = self.organisation
        return super().get_context_data(
            **kwargs,
            organisation=organisation,
            memberships=organisation.memberships.select_related("user").order_by("pk"),
            invitations=organisation.invitations.order_by("pk"),
            roles=Membership.Role.choices,
            asking=organisation.join_requests.waiting().select_related("person").order_by("pk"),
            events=told(organisation),
        )


def told(organisation: Organisation) -> list[dict[str, Any]]:
    """The latest of what happened to its people; by the registry: the journal is one floor above."""
    rows = apps.get_model("journal", "Entry").objects.about(organisation).filter(verb__in=TOLD)  # type: ignore[attr-defined]
    return [
        {
            "at": entry.at,
            "title": TOLD[entry.verb],
            "actor_name": entry.actor_name,
            "reason": entry.details.get("name", "") or entry.reason,
        }
        for entry in reversed(rows.order_by("-at", "-pk")[:EVENTS])
    ]


class ChangeRole(Managed, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        membership = get_object_or_404(Membership, organisation=self.organisation, pk=pk)
        try:
            services.change_role(membership, by=request.user, role=request.POST.get("role", ""))
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("The role is changed."))
        return self.back()


class SendInvitationAgain(Managed, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        invitation = get_object_or_404(Invitation, organisation=self.organisation, pk=pk)
        throttling.consume_or_stop(request, action="invite", key=str(self.organisation.pk))
        services.send_again(invitation, by=request.user)
        messages.success(request, _("Sent again. The link of before works no more."))
        return self.back()


class RemoveMember(Managed, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        membership = get_object_or_404(Membership, organisation=self.organisation, pk=pk)
        try:
            services.remove(membership, by=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("The person is no member any more."))
        return self.back()


class TakeBackInvitation(Managed, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        invitation = get_object_or_404(Invitation, organisation=self.organisation, pk=pk)
        services.decline(invitation, by=request.user)
        messages.success(request, _("The invitation is gone."))
        return self.back()
