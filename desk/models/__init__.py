from desk.models.actions import BulkAction
from desk.models.visits import Visit

__all__ = ["BulkAction", "Visit"]
