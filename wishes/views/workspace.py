from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.models import Role, User
from innoportal.lib.views import PartialMixin
from journal.clock import with_dues
from wishes.models import Question, Wish, WishDraft, WishQuerySet
from wishes.stand import committees_of, seat, stands
from wishes.writing import WRITER

MOST = 100  # waiting wishes that are looked at


def waiting_for(user: User, wishes: WishQuerySet) -> list[Wish]:
    """Of those that wait for a yes, the ones that this person may say it to now."""
    approves = [pk for pk in user.membership_roles if user.is_approver_of(pk)]
    rows = list(wishes.filter(organisation__in={*approves, *committees_of(user)})[:MOST])
    found = stands(rows) if rows else {}
    return [wish for wish in rows if seat(user, found[wish.pk])]


class WorkspacePiece(LoginRequiredMixin, PartialMixin, TemplateView):
    """What waits for this person among the wishes, and their organisations' own."""

    template_name = "wishes/workspace.html"
    partial = "piece"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        roles = user.membership_roles
        visible = Wish.objects.visible_to(user).select_related("organisation")
        mine = visible.filter(organisation__in=list(roles))
        drafts = WishDraft.objects.filter(organisation__in=list(roles)).order_by("-updated_at")
        drafts = drafts.select_related("organisation", "updated_by")
        status = Wish.Status
        questions = Question.objects.filter(wish__in=mine.public(), answered_at=None)
        screened = (
            visible.filter(status=status.SCREENING) if user.has_role(Role.OFFICE) else Wish.objects.none()
        )
        return super().get_context_data(
            **kwargs,
            to_endorse=with_dues(
                waiting_for(user, visible.filter(status=status.ENDORSEMENT).order_by("updated_at"))
            ),
            to_screen=with_dues(screened.order_by("endorsed_at")),
            to_answer=questions.select_related("wish").order_by("asked_at"),
            begun=[(WRITER.title_of(draft.answers), draft) for draft in drafts[:20]],
            mine=with_dues(mine.order_by("-updated_at", "-pk")[:50]),
            may_write=user.has_perm("wishes.add_wish"),
            today=timezone.localdate(),
        )
