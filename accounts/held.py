"""What this room, and what signs people in, hold about a person."""

from django.utils.translation import gettext_lazy as _

from accounts.closing import DUTIES, end_session, leave, revoke, withdraw
from accounts.fates import WORK, Fate, goes, stays
from accounts.holding import File, Holding, Rows

HELD = Holding(
    title=_("People and organisations"),
    files=(
        File(
            "profile",
            _("Your name, your addresses, your language and your roles"),
            (
                Rows(
                    "accounts.User",
                    "pk",
                    "email name language roles is_staff is_superuser date_joined last_login",
                ),
                Rows("account.EmailAddress", "user", "email verified primary"),
            ),
        ),
        File(
            "security",
            _("Where you are signed in, and your second factor (without its secret)"),
            (
                Rows("usersessions.UserSession", "user", "created_at last_seen_at ip user_agent"),
                Rows("mfa.Authenticator", "user", "type created_at last_used_at"),
            ),
        ),
        File(
            "organisations",
            _("Your organisations, and how you came to belong to them"),
            (
                Rows("accounts.Membership", "user", "organisation__slug organisation__name_en role since"),
                Rows(
                    "accounts.JoinRequest",
                    "person",
                    "organisation__slug words asked_at outcome reason decided_at",
                ),
                Rows("accounts.Invitation", "email", "organisation__slug role invited_at", by_address=True),
            ),
        ),
        File(
            "delegations",
            _("Whose place you take, who takes yours, and what of it you arranged"),
            tuple(
                Rows(
                    "accounts.Delegation",
                    by,
                    "organisation__slug kind first_on last_on made_at revoked_at",
                )
                for by in ("giver", "deputy", "made_by", "revoked_by")
            ),
        ),
        File(
            "people-decisions",
            _("What you asked for and decided about organisations and their members"),
            (
                Rows("accounts.JoinRequest", "decided_by", "organisation__slug outcome reason decided_at"),
                Rows("accounts.Invitation", "invited_by", "organisation__slug role invited_at"),
                Rows("accounts.Verification", "asked_by", "organisation__slug note asked_at"),
                Rows(
                    "accounts.Verification",
                    "decided_by",
                    "organisation__slug is_verified checked reason decided_at",
                ),
                Rows("accounts.Verification", "revoked_by", "organisation__slug revoked_for revoked_at"),
                Rows("accounts.SuspectedPair", "decided_by", "decision note decided_at"),
            ),
        ),
        File(
            "administration",
            _("What you changed in the administrators' part"),
            (
                Rows(
                    "admin.LogEntry",
                    "user",
                    "action_time action_flag content_type__app_label content_type__model object_id",
                ),
            ),
        ),
    ),
    excused={"accounts.Organisation.people": "the same rows as accounts.Membership.user"},
    fates={
        "account.EmailAddress.user": goes("An address is how somebody is reached, and free again."),
        "usersessions.UserSession.user": Fate("Signed out everywhere, at once.", end_session),
        "mfa.Authenticator.user": goes("The secret of a second factor."),
        "accounts.Membership.user": Fate("Who has gone belongs nowhere.", leave),
        "accounts.Organisation.people": stays("The same rows as accounts.Membership.user."),
        "accounts.JoinRequest.person": Fate("Taken back; its words say who somebody is.", withdraw),
        "accounts.Invitation.email": goes("Who has the address next must not come by an old right."),
        "accounts.Delegation.giver": Fate("Ends; the row tells who could act.", revoke),
        "accounts.Delegation.deputy": Fate("Ends; the row tells who could act.", revoke),
        "accounts.Delegation.made_by": WORK,
        "accounts.Delegation.revoked_by": WORK,
        "accounts.Invitation.invited_by": WORK,
        "accounts.JoinRequest.decided_by": WORK,
        "accounts.SuspectedPair.decided_by": WORK,
        "accounts.Verification.asked_by": WORK,
        "accounts.Verification.decided_by": WORK,
        "accounts.Verification.revoked_by": WORK,
        "admin.LogEntry.user": WORK,
    },
    duties=DUTIES,
)
