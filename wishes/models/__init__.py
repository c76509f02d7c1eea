from wishes.models.annex import Annex, AnnexAcceptance, AnnexQuerySet
from wishes.models.call import Call, CallQuerySet
from wishes.models.drafts import WishDraft
from wishes.models.endorsing import Endorsement, EndorsementStep
from wishes.models.former_answers import FormerAnswer
from wishes.models.screening import ScreeningQuestion, WishReturn
from wishes.models.wish import LONG, TITLE, Kpi, Question, Sponsor, Wish, WishQuerySet

__all__ = [
    "LONG",
    "TITLE",
    "Annex",
    "AnnexAcceptance",
    "AnnexQuerySet",
    "Call",
    "CallQuerySet",
    "Endorsement",
    "EndorsementStep",
    "FormerAnswer",
    "Kpi",
    "Question",
    "ScreeningQuestion",
    "Sponsor",
    "Wish",
    "WishDraft",
    "WishQuerySet",
    "WishReturn",
]
