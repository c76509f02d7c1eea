"""What the journal holds about a person: what they did, and what was done about their own account."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.holding import File, Holding, Rows
from accounts.models import Organisation, User


def own_capacity(capacity: str) -> str:
    """Who took another's place did so in that person's name, which is not theirs to have."""
    return "/".join(capacity.split("/")[:2])


class About(Rows):
    """Entries have no foreign key: of a membership the person stands in the details."""

    def of(self, user: User) -> Any:
        named = Q(noun=Organisation._meta.label_lower, details__person=user.pk)
        own = Q(noun=User._meta.label_lower, object_id=user.pk)
        return super().of(user).model._base_manager.filter(named | own)


HELD = Holding(
    title=_("Journal"),
    files=(
        File(
            "journal",
            _("What you did in the portal, as its journal has it for good"),
            (
                Rows(
                    "journal.Entry",
                    "actor_id",
                    "at noun reference verb from_status to_status actor_name capacity reason",
                    clean={"capacity": own_capacity},
                ),
            ),
        ),
        File(
            "journal-about-you",
            _("What was done about your account and your memberships, and when"),
            (About("journal.Entry", "object_id", "at noun verb"),),
        ),
    ),
)
