"""All keys that ever signed, for everybody; for the administrator also how they are changed."""

from typing import Any

from django.conf import settings
from django.db.models import Count, F
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from accounts.models import Role
from innoportal.lib.templatetags.languages import moment
from trials import keys
from trials.models import Report
from trials.proof.certificates import Certificate
from trials.proof.signing import PublicKey

STATES = {
    "active": (_("In use"), "green"),
    "retired": (_("Retired"), "grey"),
    "revoked": (_("Revoked"), "red"),
}


class KeyList(TemplateView):
    template_name = "trials/keys.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        administers = user.is_authenticated and (user.is_superuser or user.has_role(Role.AUDITOR))
        return super().get_context_data(
            **kwargs,
            rows=rows(signed_by() if administers else None),
            administers=administers,
            unprotected=not settings.REPORT_KEY_PASSWORD,
        )


def signed_by() -> dict[str, int]:
    """How many reports each key signed."""
    counted = Report.objects.signed().values(signer=F("envelope__key_id")).annotate(count=Count("pk"))
    return {row["signer"]: row["count"] for row in counted.order_by("signer")}


def rows(counts: dict[str, int] | None) -> list[dict[str, Any]]:
    """The newest first, keys before certificates."""
    signers = sorted(keys.public_keys().values(), key=lambda one: one.valid_from, reverse=True)
    seals = sorted(keys.certificates(), key=lambda one: one.valid_from, reverse=True)
    found = [
        {
            **_row(one),
            "kind": _("Key of signatures"),
            "label": _("Key"),
            "name": one.id,
            "reports": None if counts is None else counts.get(one.id, 0),
        }
        for one in signers
    ]
    return found + [
        {
            **_row(one),
            "kind": _("Certificate of PDF seals"),
            "label": _("Fingerprint (SHA-256)"),
            "name": one.fingerprint,
            "reports": None,
        }
        for one in seals
    ]


def _row(one: PublicKey | Certificate) -> dict[str, Any]:
    state = "revoked" if one.revoked else "retired" if one.valid_until else "active"
    word, colour = STATES[state]
    times = {name: getattr(one, name) for name in ("valid_from", "valid_until", "revoked_at")}
    told = {name: moment(at) for name, at in times.items()}
    return {"word": word, "colour": colour, "revoked": one.revoked, **told}
