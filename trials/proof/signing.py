"""Ed25519 keys and the signed envelope of a report."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trials.proof.canonical import canonical, digest, leaves, pointer

TYPE = "innoportal-signed-report/1"
ALGORITHM = "Ed25519"
MANIFEST = "sha-256 of each leaf's RFC 8785 form, by JSON pointer"


class KeyUnusable(ValueError):
    """The text given is not a key that can sign or verify a report."""


@dataclass(frozen=True)
class PublicKey:
    """A key and the time in which it may have signed; a retired key keeps verifying what it signed then."""

    key: Ed25519PublicKey
    valid_from: datetime
    valid_until: datetime | None = None
    revoked: str = ""  # the reason; a revoked key vouches for nothing, because a thief can write any date
    revoked_at: datetime | None = None

    @property
    def id(self) -> str:
        return key_id(self.key)


def new_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def to_pem(key: Ed25519PrivateKey, password: bytes | None = None) -> bytes:
    """PKCS 8, encrypted when a password is given."""
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def load_pem(pem: bytes, password: bytes | None = None) -> Ed25519PrivateKey:
    """The reason never quotes the PEM: it would end in a log.

    :raises KeyUnusable: for anything but an Ed25519 private key.
    """
    try:
        key = serialization.load_pem_private_key(pem, password)
    except (ValueError, TypeError) as error:  # TypeError: a password missing or not needed
        raise KeyUnusable("the signing key cannot be read: not PEM, or the password does not fit") from error
    except Exception as error:
        raise KeyUnusable("the signing key is of a kind that is not supported") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable("the signing key is not an Ed25519 key")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """The RFC 7638 thumbprint: anyone can compute it from the key, so an id cannot be borrowed."""
    return b64(hashlib.sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": _x(key)})).digest())


def manifest(payload: dict[str, Any]) -> dict[str, str]:
    """A digest for each leaf, so that a check can say which one was changed."""
    return {pointer(path): digest(leaf) for path, leaf in leaves(payload)}


def statement(payload: dict[str, Any], signer: str, kind: str = TYPE) -> dict[str, Any]:
    """What is signed: it binds the payload by digests, so it still verifies when the payload is altered."""
    return {
        "type": kind,
        "algorithm": ALGORITHM,
        "key_id": signer,
        "hash": digest(payload),
        "manifest": {"algorithm": MANIFEST, "leaves": manifest(payload)},
    }


def sign(payload: dict[str, Any], key: Ed25519PrivateKey, kind: str = TYPE) -> dict[str, Any]:
    """The envelope; Ed25519 is deterministic, so signing the same payload again gives the same file.

    :raises NotCanonical: when the payload holds what canonical JSON cannot say in one way.
    """
    said = statement(payload, key_id(key.public_key()), kind)
    return {**said, "payload": payload, "signature": b64(key.sign(canonical(said)))}


def to_bytes(envelope: dict[str, Any]) -> bytes:
    """The file that is published and attached to the PDF: canonical, so it too is the same everywhere."""
    return canonical(envelope)


def fits(key: Ed25519PublicKey, signature: str, said: dict[str, Any]) -> bool:
    """Whether the key signed this statement; a signature that is no base64url of 64 bytes fits nothing."""
    try:
        raw = base64.b64decode(signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True)
        key.verify(raw, canonical(said))
    except (ValueError, InvalidSignature):
        return False
    # base64 has spare bits: another spelling of the same bytes is a changed file.
    return b64(raw) == signature


def key_document(keys: Iterable[PublicKey]) -> dict[str, Any]:
    """The JWK set (RFC 7517, RFC 8037) served at ``/.well-known/innoportal-keys.json``."""
    return {"keys": [_jwk(key) for key in sorted(keys, key=lambda key: key.valid_from)]}


def _jwk(key: PublicKey) -> dict[str, Any]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "alg": "EdDSA",
        "kid": key.id,
        "x": _x(key.key),
        "valid_from": key.valid_from.isoformat(),
        "valid_until": key.valid_until and key.valid_until.isoformat(),
        "revoked": key.revoked,
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }


def load_keys(document: Any) -> dict[str, PublicKey]:
    """Keys by id; the id written in the document must be the key's own thumbprint.

    :raises KeyUnusable: when the document is not such a set.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        raise KeyUnusable('the key file is not a key set: it has no list "keys"')
    found = [_read_jwk(number, entry) for number, entry in enumerate(listed)]
    return {key.id: key for key in found}


def _read_jwk(number: int, entry: Any) -> PublicKey:
    try:
        if (entry["kty"], entry["crv"]) != ("OKP", "Ed25519"):
            raise KeyUnusable(f"keys[{number}] is not an Ed25519 key")
        raw = base64.urlsafe_b64decode(entry["x"] + "=" * (-len(entry["x"]) % 4))
        until = entry.get("valid_until")
        key = PublicKey(
            Ed25519PublicKey.from_public_bytes(raw),
            moment(entry["valid_from"]),
            moment(until) if until else None,
            str(entry.get("revoked") or ""),
            moment(entry["revoked_at"]) if entry.get("revoked_at") else None,
        )
    except KeyUnusable:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise KeyUnusable(f"keys[{number}] cannot be read: a field is missing or wrong") from error
    if entry.get("kid") != key.id:
        raise KeyUnusable(f"keys[{number}] carries an id that is not its own")
    return key


def moment(text: str) -> datetime:
    """An ISO 8601 time with its offset; without one it names no moment.

    :raises ValueError: when it is not one.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time needs its offset")
    return time


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _x(key: Ed25519PublicKey) -> str:
    return b64(key.public_bytes_raw())
