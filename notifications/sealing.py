"""Secrets that lie in the database encrypted by the portal's key: a copy of it alone tells none of them."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(secret: str, salt: str) -> str:
    return _box(salt).encrypt(secret.encode()).decode()


def opened(sealed: str, salt: str) -> str:
    """:raises cryptography.fernet.InvalidToken: it was sealed by another key, or for another use."""
    return _box(salt).decrypt(sealed.encode()).decode()


def _box(salt: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    found = [salted_hmac(salt, "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in found])
