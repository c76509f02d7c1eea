"""What the workspace holds about a person."""

from django.utils.translation import gettext_lazy as _

from accounts.fates import WORK, Fate, goes
from accounts.holding import File, Holding, Rows
from desk.closing import forget_views

HELD = Holding(
    title=_("Workspace"),
    files=(
        File(
            "workspace",
            _("Your saved views, when you last came, and what you did to many things in one go"),
            (
                Rows(
                    "desk.SavedView",
                    "owner",
                    "list query name organisation__slug is_for_office is_default made_at",
                ),
                Rows("desk.Visit", "user", "last_at before_at"),
                Rows("desk.BulkAction", "by", "reference noun verb begun_at ended_at"),
            ),
        ),
    ),
    fates={
        "desk.SavedView.owner": Fate("Those for themselves go, those that others use stay.", forget_views),
        "desk.Visit.user": goes("When somebody came is nobody else's business."),
        "desk.BulkAction.by": WORK,
    },
)
