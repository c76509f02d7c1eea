"""Secrets of endpoints, and signatures by Standard Webhooks (https://www.standardwebhooks.com/)."""

import base64
import secrets
from datetime import UTC, datetime

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from standardwebhooks import Webhook as Signer

from notifications.models import Webhook

PREFIX = "whsec_"
SALT = "notifications.webhook"


def new_secret() -> str:
    """Of 32 bytes; the specification asks for 24 to 64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def seal(secret: str) -> str:
    """Encrypted by the portal's key: a copy of the database alone signs nothing."""
    return _box().encrypt(secret.encode()).decode()


def opened(sealed: str) -> str:
    return _box().decrypt(sealed.encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    found = [salted_hmac(SALT, "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in found])


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
