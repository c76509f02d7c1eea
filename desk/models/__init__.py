from desk.models.actions import BulkAction
from desk.models.saved import LISTS, SavedView, SavedViewQuerySet
from desk.models.visits import Visit

__all__ = ["LISTS", "BulkAction", "SavedView", "SavedViewQuerySet", "Visit"]
