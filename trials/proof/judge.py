"""Judges a signed report by its data and the public keys alone, and names what was changed in it."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from trials.proof.canonical import NotCanonical, check, digest, leaves, pointer, readable
from trials.proof.signing import TYPE, PublicKey, fits, moment, statement

FIELDS = ("type", "algorithm", "key_id", "hash", "manifest", "payload", "signature")

Status = Literal[
    "genuine",
    "pages_unconfirmed",
    "superseded",
    "withdrawn",
    "changed",
    "untrusted_key",
    "broken_chain",
    "unregistered",
    "unreadable",
]

EXIT_CODES: dict[Status, int] = {
    "genuine": 0,
    "changed": 1,
    "untrusted_key": 1,
    "broken_chain": 1,
    "unregistered": 1,
    "unreadable": 2,
    "pages_unconfirmed": 3,
    "superseded": 4,
    "withdrawn": 4,
}
EXITS = (
    "exit: 0 genuine, 1 not genuine or not confirmed, 2 cannot be checked, 3 data genuine but not the pages, "
    "4 genuine but superseded or withdrawn"
)
MAX_LINES = 40


@dataclass(frozen=True)
class Finding:
    """``path`` is written as people write it, ``claims[0].verdict``; "" when it concerns the whole file."""

    code: str
    path: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """``payload`` may be shown as signed only when ``is_signed``.

    ``errata``: hash and moment of each correction that the file carries, all of them whole.
    """

    status: Status
    findings: tuple[Finding, ...] = ()
    payload: dict[str, Any] | None = None
    hash: str = ""
    key_id: str = ""
    errata: tuple[tuple[str, str], ...] = ()

    @property
    def genuine(self) -> bool:
        return self.status == "genuine"

    @property
    def is_signed(self) -> bool:
        """Nothing in the data was changed, whether the report still stands or not."""
        return self.status in ("genuine", "pages_unconfirmed", "superseded", "withdrawn")

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths that were changed, added or removed."""
        return tuple(finding.path for finding in self.findings if finding.path)

    @property
    def sentence(self) -> str:
        about = "This report"
        if self.payload and isinstance(self.payload.get("reference"), str):
            about = f"{self.payload['reference']} version {self.payload.get('version')}"
        return SENTENCES[self.status].format(about=about)

    def but(self, status: Status, *findings: Finding) -> "Verdict":
        """The same file, seen further."""
        return replace(self, status=status, findings=self.findings + findings)


SENTENCES: dict[Status, str] = {
    "genuine": "{about} is genuine: nothing was changed since it was signed.",
    "pages_unconfirmed": "{about}: the signed data is genuine; the pages of the PDF could not be confirmed.",
    "superseded": "{about} is genuine, but a newer version has replaced it.",
    "withdrawn": "{about} is genuine, but was WITHDRAWN.",
    "changed": "NOT GENUINE: this file was changed after it was signed.",
    "untrusted_key": "NOT CONFIRMED: no key that is trusted vouches for this file.",
    "broken_chain": "{about} is genuine, but does not follow the report given as the one before it.",
    "unregistered": "NOT CONFIRMED: {about} is not in the register of published reports.",
    "unreadable": "This file cannot be checked.",
}


def unreadable(text: str, code: str = "unreadable") -> Verdict:
    return Verdict("unreadable", (Finding(code, "", text),))


def verify(
    envelope: Any, keys: dict[str, PublicKey], previous_hash: str | None = None, *, kind: str = TYPE
) -> Verdict:
    """``previous_hash``: what should stand before this one, "" when it should be the first."""
    wrong = _wrong_shape(envelope)
    if wrong:
        return Verdict("unreadable", (Finding("shape", "", wrong),))
    extra = tuple(difference("added", name) for name in sorted(set(envelope) - set(FIELDS)))
    found = _judge({name: envelope[name] for name in FIELDS}, keys, kind)
    if extra:
        return Verdict("changed", extra + found.findings, found.payload, found.hash, found.key_id)
    if found.genuine and previous_hash is not None:
        return _with_link(found, previous_hash)
    return found


def _wrong_shape(envelope: Any) -> str:
    if not isinstance(envelope, dict):
        return f"a signed report is an object, not {type(envelope).__name__}"
    missing = [name for name in FIELDS if name not in envelope]
    if missing:
        return f"not a signed report: {', '.join(missing)} is missing"
    for name in FIELDS:
        wanted = dict if name in ("manifest", "payload") else str
        if not isinstance(envelope[name], wanted):
            return f"not a signed report: {name} is {type(envelope[name]).__name__}"
    listed = envelope["manifest"].get("leaves")
    if not isinstance(listed, dict) or not all(isinstance(value, str) for value in listed.values()):
        return "not a signed report: manifest.leaves is not a list of digests"
    try:
        check(envelope)
    except NotCanonical as error:
        return str(error)
    return ""


def _judge(envelope: dict[str, Any], keys: dict[str, PublicKey], kind: str) -> Verdict:
    payload = envelope["payload"]
    said = {name: value for name, value in envelope.items() if name not in ("payload", "signature")}
    signer = _signer(said, envelope["signature"], keys)
    facts = (payload, digest(payload), envelope["key_id"])
    if signer:  # so the manifest is what was signed, and tells what happened to the payload
        changes = _compare(envelope["manifest"]["leaves"], payload)
        if not changes and said != statement(payload, signer.id, kind):
            # cannot be, unless another kind of document was put in its place
            changes = (difference("changed", "type" if said["type"] != kind else "hash"),)
        return (
            Verdict("changed", changes, *facts) if changes else _dated(Verdict("genuine", (), *facts), signer)
        )
    return Verdict(*_unsigned(said, envelope["signature"], payload, keys, kind), *facts)


def _signer(said: dict[str, Any], signature: str, keys: dict[str, PublicKey]) -> PublicKey | None:
    key = keys.get(said["key_id"])
    return key if key and fits(key.key, signature, said) else None


def _compare(listed: dict[str, str], payload: dict[str, Any]) -> tuple[Finding, ...]:
    """What differs between the signed digests and the payload, in the order of the payload."""
    here = {pointer(path): (path, digest(leaf)) for path, leaf in leaves(payload)}
    found = []
    for name, (path, value) in here.items():
        if name not in listed:
            found.append(difference("added", readable(path)))
        elif listed[name] != value:
            found.append(difference("changed", readable(path)))
    gone = [name for name in listed if name not in here]
    return tuple(found + [difference("removed", _from_pointer(name)) for name in gone])


def _unsigned(
    said: dict[str, Any], signature: str, payload: dict[str, Any], keys: dict[str, PublicKey], kind: str
) -> tuple[Status, tuple[Finding, ...]]:
    """The signature does not fit what stands in the file: find what does, or say what is known."""
    for key in keys.values():
        meant = statement(payload, key.id, kind)
        if fits(key.key, signature, meant):  # the payload is the signed one; something around it was altered
            listed = {pointer(path): (path, leaf) for path, leaf in leaves(meant)}
            around = {pointer(path): (path, leaf) for path, leaf in leaves(said)}
            names = [name for name in {**listed, **around} if listed.get(name) != around.get(name)]
            return "changed", tuple(difference("changed", _around(name)) for name in names)
    if said["key_id"] not in keys:
        text = f"the key {said['key_id'][:60]!r} is not among the keys given"
        return "untrusted_key", (Finding("unknown_key", "", text),)
    differing = _compare(said["manifest"]["leaves"], payload)
    text = "the signature does not fit the statement it stands under"
    if not differing:
        text += (
            "; the digests were written anew or the signature is another's, so no single field can be named"
        )
    return "changed", (difference("changed", "signature", text), *differing)


def _around(name: str) -> str:
    head, _, rest = name.removeprefix("/").partition("/")
    _, _, leaf = rest.partition("/")
    if head == "manifest" and rest.startswith("leaves/"):
        return f"manifest of {_from_pointer(leaf.replace('~1', '/').replace('~0', '~'))}"
    return head if not rest else f"{head}.{rest}"


def _from_pointer(name: str) -> str:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in name.split("/")[1:]]
    return readable(tuple(int(part) if part.isdecimal() and len(part) < 9 else part for part in parts))


def difference(code: str, path: str, message: str = "") -> Finding:
    return Finding(code, path, message or f"{path} was {code}")


def _dated(found: Verdict, key: PublicKey) -> Verdict:
    """A key vouches for what was published while it was valid."""
    if key.revoked:
        when = f" on {key.revoked_at.date().isoformat()}" if key.revoked_at else ""
        text = f"the key was revoked{when}: {key.revoked}"
        return found.but("untrusted_key", Finding("revoked_key", "", text))
    try:
        published = moment((found.payload or {})["published_at"])
    except (KeyError, TypeError, ValueError):
        text = "the report does not say when it was published"
        return found.but("untrusted_key", Finding("undated", "", text))
    if published < key.valid_from or (key.valid_until and published > key.valid_until):
        text = f"the key was not valid when the report was published ({published.isoformat()})"
        return found.but("untrusted_key", Finding("key_out_of_time", "", text))
    return found


def _with_link(found: Verdict, previous_hash: str) -> Verdict:
    named = (found.payload or {}).get("previous_hash") or ""
    if named == previous_hash:
        return found
    text = f"the report names {named[:16] or 'none'} as the one before it, not {previous_hash[:16] or 'none'}"
    return found.but("broken_chain", Finding("wrong_link", "", text))


def lines(found: Verdict) -> list[str]:
    """For the terminal: the sentence, then each finding; long lists are cut, and say so."""
    told = [f"  {printable(finding.message)}" for finding in found.findings[:MAX_LINES]]
    if len(found.findings) > MAX_LINES:
        told.append(f"  and {len(found.findings) - MAX_LINES:,} more")
    if found.hash and found.status != "unreadable":
        told.append(f"  hash {found.hash}")
    return [printable(found.sentence), *told]


def printable(text: str) -> str:
    """A hostile file must not write escape sequences to the reader's terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:1_000]
