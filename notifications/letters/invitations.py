"""Who is asked by mail to join an organisation."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, override

from accounts.invitations import token_of
from accounts.models import Invitation
from accounts.models.invitations import INVITATION_LASTS
from notifications.letters.drawing import Draft, draws, part, two
from notifications.letters.services import post
from notifications.models import Letter

TEMPLATE = "accounts/mail/invitation"


def send(invitation_id: int) -> Letter:
    """In the language of who invites, and in the other."""
    address = Invitation.objects.values_list("email", flat=True).get(pk=invitation_id)
    language = get_language() or "en"
    return post("invitation", address, good_for=INVITATION_LASTS, about=invitation_id, language=language)


@draws("invitation")
def drawn(letter: Letter) -> Draft | None:
    """With the link that holds now, however often it was sent again meanwhile."""
    rows = Invitation.objects.select_related("organisation", "invited_by").filter(pk=letter.object_id or 0)
    invitation = rows.first()
    if invitation is None or invitation.is_expired:
        return None
    return written(invitation, letter.details["language"])


def written(invitation: Invitation, language: str) -> Draft:
    parts = []
    for one in two(language):
        with override(one):
            link = settings.SITE_URL + reverse("people:invited", args=[token_of(invitation)])
            said = {
                "organisation": str(invitation.organisation.name),
                "inviter": " ".join(invitation.invited_by.name.split()),
                "link": link,
            }
        parts.append(part(TEMPLATE, one, said))
    return Draft(invitation.email, parts, why="invitation")
