"""The keys that sign reports and seal their PDFs, and the published list of all that ever did.

Private keys are files beside the list, readable by their owner alone and never in the database; a key that is
rotated out is destroyed, and what it signed keeps verifying by the list.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.conf import settings
from django.utils import timezone

from trials.proof.certificates import Certificate, listed, load_certificates, new_certificate
from trials.proof.register import Register
from trials.proof.sealing import Sealer
from trials.proof.signing import KeyUnusable, PublicKey, key_document, load_keys, load_pem, new_key, to_pem
from trials.proof.verify import Trust

Listed = TypeVar("Listed", PublicKey, Certificate)


class NoSuchKey(LookupError):
    """What was named is neither the id of a key nor the fingerprint of a certificate."""


def private_file() -> Path:
    return Path(settings.REPORT_KEY_FILE)


def seal_file() -> Path:
    """Private key and certificate of the PDFs' seal."""
    return private_file().with_suffix(".seal.pem")


def public_file() -> Path:
    """Beside the private key: the set that the portal publishes, retired keys included."""
    return private_file().with_suffix(".public.json")


def signing_key() -> Ed25519PrivateKey:
    """Made on first use, readable by its owner alone; of two processes that make one, the first wins.

    :raises KeyUnusable: the file is no Ed25519 key, or the password does not open it.
    """
    make()
    return _private()


def sealer() -> Sealer:
    """Made on first use, as the signing key.

    :raises KeyUnusable: the file does not hold an RSA key and its certificate.
    """
    if not seal_file().exists():
        with _alone():
            if not seal_file().exists():
                _new_seal()
    found = _load_seal()
    if found.certificate.fingerprint not in {one.fingerprint for one in certificates()}:
        with _alone():  # the set was lost, or the file was brought from elsewhere
            _publish(certificates=_followed(certificates(), found.certificate))
    return found


def public_document() -> dict[str, Any]:
    """As it is served; without keys while nothing was ever signed."""
    if not public_file().exists():
        return {"keys": [], "pdf_certificates": []}
    found: dict[str, Any] = json.loads(public_file().read_text())
    return found


def public_keys() -> dict[str, PublicKey]:
    """By key id; empty while nothing was ever signed."""
    document = public_document()
    return load_keys(document) if document["keys"] else {}


def certificates() -> tuple[Certificate, ...]:
    return load_certificates(public_document())


def trust(register: Register | None = None) -> Trust:
    """What this portal's own check believes."""
    return Trust(public_keys(), certificates(), register)


def make(*, valid_from: datetime | None = None) -> PublicKey:
    """A first key, or the one that is there already."""
    if not private_file().exists():
        with _alone():
            if not private_file().exists():
                _new_key(valid_from or timezone.now())
    found = _current()
    if found.id not in public_keys():  # the set was lost, or the key was brought from elsewhere
        with _alone():
            _publish(keys=_followed(public_keys().values(), found))
    return public_keys()[found.id]


def rotate() -> PublicKey:
    """A new key and a new certificate from now on; the old ones keep vouching for what they signed."""
    make()
    with _alone():
        _new_key(timezone.now())
        if seal_file().exists():
            _new_seal()
    return public_keys()[_current().id]


def revoke(name: str, *, reason: str) -> None:
    """From now on it vouches for nothing by itself; a key in use is replaced at once.

    :raises NoSuchKey: nothing listed is called so.
    :raises ValueError: it was revoked already, or no reason is given.
    """
    if not reason.strip():
        raise ValueError("a revocation needs its reason, which is published")
    with _alone():
        keys = [_revoked(one, one.id, name, reason) for one in public_keys().values()]
        seals = [_revoked(one, one.fingerprint, name, reason) for one in certificates()]
        if keys == list(public_keys().values()) and seals == list(certificates()):
            raise NoSuchKey(name)
        _publish(keys=keys, certificates=seals)
        if name == _current().id:
            _new_key(timezone.now())
        if seal_file().exists() and name == _load_seal().certificate.fingerprint:
            _new_seal()


def _revoked(one: Listed, called: str, name: str, reason: str) -> Listed:
    if called != name:
        return one
    if one.revoked:
        raise ValueError(f"{name} was revoked already")
    now = timezone.now()
    return replace(one, valid_until=one.valid_until or now, revoked=reason.strip(), revoked_at=now)


def _current() -> PublicKey:
    return PublicKey(_private().public_key(), timezone.now())


def _private() -> Ed25519PrivateKey:
    data = private_file().read_bytes()
    return load_pem(data, _password_of(data))


def _new_key(valid_from: datetime) -> None:
    """The private key first: a crash in between leaves a key that is listed when it is next used."""
    key = new_key()
    _place(private_file(), to_pem(key, _password()))
    _publish(keys=_followed(public_keys().values(), PublicKey(key.public_key(), valid_from)))


def _new_seal() -> None:
    key, certificate = new_certificate("InnoPortal reports", timezone.now())
    password = _password()
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    _place(seal_file(), pem + certificate.x509.public_bytes(serialization.Encoding.PEM))
    _publish(certificates=_followed(certificates(), certificate))


def _load_seal() -> Sealer:
    data = seal_file().read_bytes()
    try:
        key = serialization.load_pem_private_key(data, _password_of(data))
        known = x509.load_pem_x509_certificate(data)
    except (ValueError, TypeError) as error:
        raise KeyUnusable("the key of the PDFs' seal cannot be read, or the password does not fit") from error
    if not isinstance(key, RSAPrivateKey) or key.public_key() != known.public_key():
        raise KeyUnusable("the key of the PDFs' seal is not an RSA key with its own certificate")
    der = known.public_bytes(serialization.Encoding.DER)
    return Sealer(key, Certificate(der, known.not_valid_before_utc))


def _followed(known: Iterable[Listed], fresh: Listed) -> list[Listed]:
    """Those that were in use end where the new one begins."""
    ended: datetime = max(timezone.now(), fresh.valid_from)
    kept: list[Listed] = [one if one.valid_until else replace(one, valid_until=ended) for one in known]
    kept.append(fresh)
    return kept


def _publish(*, keys: Any = None, certificates: Any = None) -> None:
    document = public_document()
    if keys is not None:
        document |= key_document(keys)
    if certificates is not None:
        document |= {"pdf_certificates": listed(certificates)}
    _place(public_file(), (json.dumps(document, indent=2) + "\n").encode(), mode=0o644)


def _password_of(pem: bytes) -> bytes | None:
    """None for a file from before a password was set, which the next rotation replaces."""
    return _password() if b"ENCRYPTED" in pem else None


def _password() -> bytes | None:
    return settings.REPORT_KEY_PASSWORD.encode() or None


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time changes the files; never twice within one."""
    folder = private_file().parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _place(path: Path, data: bytes, mode: int = 0o600) -> None:
    """The whole file or nothing, at once."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        os.fchmod(handle, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
