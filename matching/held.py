"""What is held about who judges matches, and who saved a search."""

from django.utils.translation import gettext_lazy as _

from accounts.fates import WORK, goes, loses
from accounts.holding import File, Holding, Rows

HELD = Holding(
    title=_("Matches"),
    files=(
        File(
            "searches",
            _("Your saved searches, also those by e-mail without an account"),
            (
                Rows("matching.SavedSearch", "user", "name words kinds made_at paused_at"),
                Rows(
                    "matching.SavedSearch",
                    "visitor__email",
                    "name words kinds made_at paused_at",
                    by_address=True,
                ),
            ),
        ),
        File(
            "reviews",
            _("Your reviews of matches, what you declared to be a conflict of interest, and how you judged"),
            (
                Rows("matching.Review", "expert", "match__key round verdict ground reason at"),
                Rows("matching.Conflict", "expert", "organisation__slug reason declared_at"),
                Rows(
                    "matching.Judgement",
                    "person",
                    "kind ground wish__reference solution__reference at",
                ),
                Rows("matching.Duplicate", "decided_by", "key status decided_at"),
            ),
        ),
        File(
            "engine",
            _("Terms of the glossary that you changed, and runs of the matching that you started"),
            (
                Rows("matching.Term", "changed_by", "key english chinese note changed_at"),
                Rows("matching.RematchRun", "started_by", "state reason started_at finished_at"),
            ),
        ),
    ),
    fates={
        "matching.SavedSearch.user": goes("What somebody waits for."),
        "matching.Judgement.person": loses(
            "The engine learns from a verdict, not from who gave it.", person=None
        ),
        "matching.Review.expert": WORK,
        "matching.Conflict.expert": WORK,
        "matching.Duplicate.decided_by": WORK,
        "matching.Term.changed_by": WORK,
        "matching.RematchRun.started_by": WORK,
    },
)
