"""What is held about who writes, screens, endorses and answers wishes."""

from django.utils.translation import gettext_lazy as _

from accounts.fates import WORK, Fate
from accounts.holding import File, Holding, Rows, visible
from wishes.closing import leave_steps, open_wishes

HELD = Holding(
    title=_("Wishes"),
    files=(
        File(
            "wishes",
            _("Wishes and calls that you wrote, and drafts that you began where you belong today"),
            (
                Rows(
                    "wishes.Wish",
                    "created_by",
                    "key reference status organisation__slug title_en title_zh created_at published_at",
                    only=visible,
                ),
                Rows(
                    "wishes.WishDraft",
                    "author",
                    "key organisation__slug step answers updated_at",
                    only=visible,
                ),
                Rows("wishes.WishDraft", "updated_by", "key organisation__slug updated_at", only=visible),
                Rows(
                    "wishes.Call",
                    "created_by",
                    "key reference status title_en title_zh created_at published_at",
                    only=visible,
                ),
            ),
        ),
        File(
            "wish-questions",
            _("Questions on wishes that you asked, and your answers to those of others"),
            (
                Rows(
                    "wishes.Question",
                    "asked_by",
                    "wish__reference organisation__slug is_name_hidden text asked_at",
                ),
                Rows("wishes.Question", "answered_by", "wish__reference answer answered_at"),
                Rows("wishes.FormerAnswer", "answered_by", "question__wish__reference text answered_at"),
                Rows("wishes.ScreeningQuestion", "answered_by", "about answer answered_at"),
            ),
        ),
        File(
            "wish-decisions",
            _("Your endorsements, what you gave back, and the conditions that you accepted"),
            (
                Rows("wishes.Endorsement", "person", "wish__reference round at words"),
                Rows("wishes.Endorsement", "in_place_of", "wish__reference round at"),
                Rows("wishes.EndorsementStep", "people", "organisation__slug name_en begun_at ended_at"),
                Rows("wishes.WishReturn", "returned_by", "wish__reference said returned_at"),
                Rows("wishes.AnnexAcceptance", "person", "organisation__slug version accepted_at"),
            ),
        ),
    ),
    fates={
        "wishes.EndorsementStep.people": Fate("Nobody waits for who has gone.", leave_steps),
        "wishes.AnnexAcceptance.person": WORK,
        "wishes.Call.created_by": WORK,
        "wishes.Endorsement.in_place_of": WORK,
        "wishes.Endorsement.person": WORK,
        "wishes.FormerAnswer.answered_by": WORK,
        "wishes.Question.answered_by": WORK,
        "wishes.Question.asked_by": WORK,
        "wishes.ScreeningQuestion.answered_by": WORK,
        "wishes.Wish.created_by": WORK,
        "wishes.WishDraft.author": WORK,
        "wishes.WishDraft.updated_by": WORK,
        "wishes.WishReturn.returned_by": WORK,
    },
    duties=(open_wishes,),
)
