"""Who sees to the mails that wait, and who may only look."""

import rules

from accounts.models import Organisation, User
from accounts.roles import is_administrator, is_auditor, is_office
from notifications.models import Webhook

rules.add_perm("notifications.view_outbox", is_office | is_auditor | is_administrator)
rules.add_perm("notifications.manage_outbox", is_office | is_administrator)


@rules.predicate
def approves_for(user: User, organisation: Organisation | None = None) -> bool:
    """Of their own right, as who lets people in; the portal's own webhooks are the administrator's."""
    return organisation is not None and user.is_authenticated and user.is_own_approver_of(organisation.pk)


@rules.predicate
def owns(user: User, webhook: Webhook | None = None) -> bool:
    return webhook is not None and user.is_authenticated and user.is_own_approver_of(webhook.organisation_id)


rules.add_perm("notifications.manage_webhooks", approves_for | is_administrator)
rules.add_perm("notifications.view_webhook", owns | is_administrator)
rules.add_perm("notifications.change_webhook", owns | is_administrator)
