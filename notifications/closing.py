"""What of this room's goes with an account that its person closes."""

from typing import Any

from accounts.fates import Closing
from notifications.bounces.paths import mark
from notifications.models import Letter


def cancel_letters(rows: Any, closing: Closing) -> None:
    """Letters name no row of a person: they are found by the mark of the address, sent or not."""
    Letter.objects.filter(mark__in=[mark(one) for one in closing.addresses]).delete()
    rows.delete()
