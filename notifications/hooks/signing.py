"""Secrets of endpoints, and signatures by Standard Webhooks (https://www.standardwebhooks.com/)."""

import base64
import secrets
from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer

from notifications import sealing
from notifications.models import Webhook

PREFIX = "whsec_"
SALT = "notifications.webhook"


def new_secret() -> str:
    """Of 32 bytes; the specification asks for 24 to 64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def seal(secret: str) -> str:
    """A copy of the database alone signs nothing."""
    return sealing.seal(secret, SALT)


def opened(sealed: str) -> str:
    return sealing.opened(sealed, SALT)


def headers(webhook: Webhook, message_id: str, body: str, now: datetime) -> dict[str, str]:
    """While a secret is being exchanged, signatures by the new one and by the one before."""
    sealed = [webhook.sealed]
    if webhook.sealed_before and webhook.before_until and now < webhook.before_until:
        sealed.append(webhook.sealed_before)
    at = now.astimezone(UTC)
    signed = [Signer(opened(one)).sign(message_id, at, body) for one in sealed]
    return {
        "Content-Type": "application/json",
        "User-Agent": "InnoPortal-Webhooks/1",
        "Connection": "close",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }
