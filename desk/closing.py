"""What of the workspace goes with an account that its person closes."""

from typing import Any

from accounts.fates import Closing


def forget_views(rows: Any, closing: Closing) -> None:
    rows.filter(organisation=None, is_for_office=False).delete()
