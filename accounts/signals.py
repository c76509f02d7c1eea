"""What happens to an organisation, for the rooms above: the journal writes it down."""

from django.dispatch import Signal

changed = Signal()
"""In the change's transaction: sender = Organisation, `organisation`, `verb`, `by`, `reason`, `details`."""

person_changed = Signal()
"""In the change's transaction: sender = User, `person`, `verb`, `by`, `details` without any address."""
