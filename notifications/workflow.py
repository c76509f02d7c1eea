from journal.workflow import Workflow
from notifications.models import Announcement

S = Announcement.Status

ANNOUNCEMENTS = Workflow(
    {
        "confirm": ({S.DRAFT}, S.WAITING),
        "hold": ({S.DRAFT, S.WAITING}, S.HELD),  # until a second person has looked
        "release": ({S.HELD}, S.WAITING),
        "take_back": ({S.HELD, S.WAITING}, S.DRAFT),
        "send": ({S.WAITING}, S.SENT),
        "cancel": ({S.DRAFT, S.HELD, S.WAITING}, S.CANCELLED),
        "recall": ({S.SENT}, S.RECALLED),
    },
    refusals={"recall"},
)
