"""Who sees to the mails that wait, and who may only look."""

import rules

from accounts.roles import is_administrator, is_auditor, is_office

rules.add_perm("notifications.view_outbox", is_office | is_auditor | is_administrator)
rules.add_perm("notifications.manage_outbox", is_office | is_administrator)
