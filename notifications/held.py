"""What is held about a person who is told of things, also before they had an account."""

from django.utils.translation import gettext_lazy as _

from accounts.fates import WORK, Fate, goes
from accounts.holding import File, Holding, Rows
from notifications.closing import cancel_letters

HELD = Holding(
    title=_("Notices"),
    files=(
        File(
            "follows",
            _("What you follow, and how you want to be told"),
            (
                Rows("notifications.Follow", "user", "noun object_id topic__slug since"),
                Rows(
                    "notifications.Preference",
                    "user",
                    "follows parties announcements hour weekday quiet_from quiet_until timezone "
                    "counts_opened",
                ),
            ),
        ),
        File(
            "follows-by-mail",
            _("What you follow by e-mail without an account, by the same address"),
            (
                Rows(
                    "notifications.Visitor",
                    "email",
                    "email language rhythm asked_at confirmed_at",
                    by_address=True,
                ),
                Rows(
                    "notifications.Follow",
                    "visitor__email",
                    "noun object_id topic__slug since",
                    by_address=True,
                ),
            ),
        ),
        File(
            "notices",
            _("Notices that came to you or wait for you: why, when they went out, when you read them"),
            (
                Rows(
                    "notifications.Notification",
                    "recipient",
                    "channel template url why created_at not_before held_at sent_at read_at attempts",
                ),
                Rows("notifications.Digest", "recipient", "created_at due_at held_at sent_at attempts"),
                Rows("notifications.Opening", "user", "templates sent_on opened_on"),
            ),
        ),
        File(
            "mail-trouble",
            _("Mails to your addresses that came back, and addresses that get none for that reason"),
            (
                Rows(
                    "notifications.Suppression",
                    "address",
                    "address why said since lifted_at",
                    by_address=True,
                ),
                Rows("notifications.Bounce", "address", "address kind status said at", by_address=True),
            ),
        ),
        File(
            "announcements",
            _("Announcements, words of mails and webhooks that you made or let go out"),
            (
                Rows(
                    "notifications.Announcement",
                    "made_by",
                    "subject_en subject_zh text_en text_zh status made_at sent_at",
                ),
                Rows("notifications.Announcement", "confirmed_by", "subject_en confirmed_for sent_at"),
                Rows("notifications.Announcement", "released_by", "subject_en sent_at"),
                Rows("notifications.Suppression", "lifted_by", "lifted_at lifted_for"),
                Rows("notifications.Wording", "made_by", "template language texts made_at used_at ended_at"),
                Rows("notifications.Webhook", "created_by", "organisation__slug note events created_at"),
            ),
        ),
    ),
    fates={
        "notifications.Follow.user": goes("What somebody wants to hear of."),
        "notifications.Preference.user": goes(
            "How somebody wants to be told, and the address of their calendar."
        ),
        "notifications.Opening.user": goes("Which mails were opened is counted while somebody allows it."),
        "notifications.Visitor.email": goes(
            "An address without an account, with what it follows and waits for."
        ),
        "notifications.Notification.recipient": goes(
            "Those that wait are cancelled, those that came were theirs."
        ),
        "notifications.Digest.recipient": goes("Those that wait are cancelled, those that came were theirs."),
        "notifications.Suppression.address": Fate(
            "An address; letters that wait for it go with it.", cancel_letters
        ),
        "notifications.Bounce.address": goes("An address, and what its mail server said."),
        "notifications.Suppression.lifted_by": WORK,
        "notifications.Announcement.made_by": WORK,
        "notifications.Announcement.confirmed_by": WORK,
        "notifications.Announcement.released_by": WORK,
        "notifications.Wording.made_by": WORK,
        "notifications.Webhook.created_by": WORK,
    },
)
