"""The key that signs reports, and the public keys of all that ever did."""

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone

from trials.proof.signing import PublicKey, key_document, load_keys, load_pem, new_key, to_pem


def private_file() -> Path:
    return Path(settings.REPORT_KEY_FILE)


def public_file() -> Path:
    """Beside the private key: the set that the portal publishes, retired keys included."""
    return private_file().with_suffix(".public.json")


def signing_key() -> Ed25519PrivateKey:
    """Made on first use, readable by its owner alone; of two processes that make one, the first wins.

    :raises KeyUnusable: the file is no Ed25519 key.
    """
    if not private_file().exists():
        make()
    return load_pem(private_file().read_bytes())


def public_keys() -> dict[str, PublicKey]:
    """By key id; empty while nothing was ever signed."""
    if not public_file().exists():
        return {}
    return load_keys(json.loads(public_file().read_text()))


def make(*, valid_from: datetime | None = None) -> PublicKey:
    """A first key, or the one that is there already."""
    private_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = new_key()
    if _place(private_file(), to_pem(key), over=False):
        _publish([PublicKey(key.public_key(), valid_from or timezone.now())])
    return _current()


def rotate() -> PublicKey:
    """A new key from now on; the old one keeps vouching for what it signed until now."""
    now = timezone.now()
    old = _current()
    key = new_key()
    retired = PublicKey(old.key, old.valid_from, now, old.revoked)
    others = [one for one in public_keys().values() if one.id != old.id]
    _publish([*others, retired, PublicKey(key.public_key(), now)])
    _place(private_file(), to_pem(key), over=True)
    return _current()


def _current() -> PublicKey:
    key = signing_key().public_key()
    listed = public_keys()
    found = PublicKey(key, timezone.now())
    if found.id not in listed:  # the set was lost, or the key was brought from elsewhere
        _publish([*listed.values(), found])
    return public_keys()[found.id]


def _publish(keys: list[PublicKey]) -> None:
    text = json.dumps(key_document(keys), indent=2) + "\n"
    _place(public_file(), text.encode(), over=True, mode=0o644)


def _place(path: Path, data: bytes, *, over: bool, mode: int = 0o600) -> bool:
    """The whole file or nothing, at once; tells whether it is ours that stands there."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        os.fchmod(handle, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if over:
            Path(name).replace(path)
            return True
        os.link(name, path)
    except FileExistsError:
        return False
    finally:
        Path(name).unlink(missing_ok=True)
    return True
