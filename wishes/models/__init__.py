from wishes.models.drafts import WishDraft
from wishes.models.wish import LONG, TITLE, Kpi, Question, Sponsor, Wish, WishQuerySet

__all__ = ["LONG", "TITLE", "Kpi", "Question", "Sponsor", "Wish", "WishDraft", "WishQuerySet"]
