"""What is held about who offers solutions, and whom others nominated."""

from django.utils.translation import gettext_lazy as _

from accounts.fates import WORK, Fate
from accounts.holding import File, Holding, Rows, visible
from solutions.closing import forget_contact, open_solutions

HELD = Holding(
    title=_("Solutions"),
    files=(
        File(
            "solutions",
            _("Solutions that you wrote, and drafts that you began where you belong today"),
            (
                Rows(
                    "solutions.Solution",
                    "created_by",
                    "key reference status organisation__slug title_en title_zh created_at listed_at",
                    only=visible,
                ),
                Rows(
                    "solutions.SolutionDraft",
                    "author",
                    "key organisation__slug step answers updated_at",
                    only=visible,
                ),
                Rows(
                    "solutions.SolutionDraft", "updated_by", "key organisation__slug updated_at", only=visible
                ),
                Rows("solutions.Version", "by", "solution__reference number verb at"),
            ),
        ),
        File(
            "offers",
            _("Wishes that you answered with a solution, and co-authors that you invited"),
            (
                Rows(
                    "solutions.Interest", "created_by", "solution__reference wish_reference pitch created_at"
                ),
                Rows(
                    "solutions.CoAuthor",
                    "invited_by",
                    "solution__reference organisation__slug invited_at accepted_at",
                ),
            ),
        ),
        File(
            "nominations",
            _("Vendors that you nominated, and nominations that came to your address"),
            (
                Rows(
                    "solutions.Nomination",
                    "created_by",
                    "key status vendor_name title_en title_zh words created_at",
                ),
                Rows(
                    "solutions.Nomination",
                    "contact_email",
                    "key status vendor_name contact_name contact_email title_en title_zh created_at",
                    by_address=True,
                ),
            ),
        ),
    ),
    fates={
        "solutions.Nomination.contact_email": Fate(
            "The address and the name are a person's.", forget_contact
        ),
        "solutions.Nomination.created_by": WORK,
        "solutions.Solution.created_by": WORK,
        "solutions.SolutionDraft.author": WORK,
        "solutions.SolutionDraft.updated_by": WORK,
        "solutions.Version.by": WORK,
        "solutions.Interest.created_by": WORK,
        "solutions.CoAuthor.invited_by": WORK,
    },
    duties=(open_solutions,),
)
