from desk.models.visits import Visit

__all__ = ["Visit"]
