"""What a check found, in the reader's language: a word, a sentence, what was seen, and what differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trials.models import Report
from trials.places import place_said
from trials.proof.canonical import leaves, readable
from trials.proof.judge import Finding, Verdict

MOST = 40  # differences that are listed
LONGEST = 300  # characters of a value that are shown

# Word, tone of the panel, icon, sentence.
OUTCOMES = {
    "genuine": (
        _("Valid"),
        "met",
        "verified",
        _(
            "This is the report as it was signed and published. Nothing in it was changed, and it "
            "is in force."
        ),
    ),
    "superseded": (
        _("True copy, but replaced"),
        "partly_met",
        "warning",
        _(
            "This is a true copy of a report published here, but a newer version has replaced it. "
            "Use the newer one."
        ),
    ),
    "withdrawn": (
        _("True copy, but withdrawn"),
        "not_met",
        "warning",
        _("This is a true copy of a report published here, but it was withdrawn. Do not rely on it."),
    ),
    "changed": (
        _("Altered"),
        "not_met",
        "warning",
        _("Not genuine: this file was changed after it was signed. Do not rely on it."),
    ),
    "pages_unconfirmed": (
        _("Data valid, pages not confirmed"),
        "inconclusive",
        "question",
        _("The signed data in this file is genuine; that its pages show that data could not be confirmed."),
    ),
    "unknown_key": (
        _("Unknown key"),
        "not_met",
        "warning",
        _(
            "Not confirmed: this file is signed, but not by a key of this portal. Anyone can sign "
            "a file with a "
            "key of their own."
        ),
    ),
    "revoked_key": (
        _("Key revoked"),
        "not_met",
        "warning",
        _(
            "Not confirmed: the key that signed this file was revoked, and this portal did not "
            "publish this report "
            "while the key was good."
        ),
    ),
    "untrusted_key": (
        _("Key not valid"),
        "not_met",
        "warning",
        _("Not confirmed: no key of this portal vouches for this file."),
    ),
    "unregistered": (
        _("Not ours"),
        "not_met",
        "warning",
        _("Not confirmed: this portal never published this report, whatever key has signed it."),
    ),
    "foreign": (
        _("Not ours"),
        "inconclusive",
        "question",
        _("This file is no report of this portal: it carries no signed report."),
    ),
    "broken_chain": (
        _("Chain broken"),
        "not_met",
        "warning",
        _("The report is genuine, but does not follow the report before it."),
    ),
    "unreadable": (
        _("Cannot be checked"),
        "inconclusive",
        "question",
        _("This file cannot be checked: it is damaged, cut short, or not a PDF or JSON file."),
    ),
}
FINDINGS = {
    "added": _("%(path)s was added"),
    "removed": _("%(path)s was removed"),
    "changed": _("%(path)s was changed"),
    "pages_same": _("The pages were drawn again from the signed data and are the same."),
    "pages_unknown": _("The pages could not be compared with the signed data."),
    "pages": _("The pages rest on the signed data alone."),
    "sealed": _("The seal of the PDF is whole and covers every byte of the file."),
    "unknown_seal": _("The PDF is sealed with a certificate that this portal does not list."),
    "revoked_seal": _(
        "The certificate of the PDF's seal was revoked since; load the PDF again from this portal."
    ),
    "unknown_key": _("The key is not among those that this portal lists."),
    "revoked_key": _("The key was revoked."),
    "key_out_of_time": _("The key was not in use when the report says it was published."),
    "undated": _("The report does not say when it was published."),
    "vouched_by_register": _(
        "This portal's register holds this very report from before the key was revoked: it is "
        "the published one."
    ),
    "in_register": _("This portal's register lists it as published and in force."),
    "superseded": _("This portal's register lists it as replaced by a newer version."),
    "withdrawn": _("This portal's register lists it as withdrawn."),
    "correction_not_in_register": _("This portal's register does not hold one of its corrections."),
    "not_in_register": _("This portal's register does not hold it."),
    "wrong_link": _("The report that should stand before it is another one."),
    "foreign": _("It carries no signed report."),
    "corrected": _("%(path)s: the correction is whole, and belongs to this report."),
    "erratum": _("%(path)s: the correction is not as it was signed."),
    "shape": _("It is JSON, but not a signed report."),
}
PLACES = {
    "pages of the PDF": _("the pages of the PDF"),
    "seal of the PDF": _("the seal of the PDF"),
    "signature": _("the signature"),
    "key_id": _("the name of the key"),
    "hash": _("the hash"),
}


@dataclass(frozen=True)
class Difference:
    path: str
    said: str  # the same in words, "" where there are none
    here: str | None  # None: it is not there
    published: str | None


def outcome(found: Verdict) -> str:
    """The name in `OUTCOMES`: a verdict's status, or closer where the finding says more."""
    last = found.findings[-1].code if found.findings else ""
    if found.status == "untrusted_key" and last in ("unknown_key", "unknown_seal"):
        return "unknown_key"
    if found.status == "untrusted_key" and last == "revoked_key":
        return "revoked_key"
    if found.status == "unreadable" and last in ("shape", "foreign"):
        return "foreign"
    return found.status


def shown(found: Verdict, original: Report | None = None) -> dict[str, Any]:
    """``original``: the published report that the file says it is."""
    word, tone, icon, sentence = OUTCOMES[outcome(found)]
    differing = list(differences(found, original)) if original else []
    places = {one.path for one in differing}  # which the table says better
    findings = [one for one in found.findings if one.code != "lacks_correction"]  # which are counted beside
    return {
        "status": found.status,
        "word": word,
        "tone": tone,
        "icon": icon,
        "sentence": sentence,
        "findings": [_said(one) for one in findings[:MOST] if not (differing and one.path in places)],
        "details": [one.message for one in found.findings if one.code in ("unreadable", "foreign", "shape")],
        "differences": differing[:MOST],
        "more": max(len(differing) - MOST, 0, len(findings) - MOST),
        "hash": found.hash,
        "key_id": found.key_id,
    }


def _said(one: Finding) -> Any:
    text = FINDINGS.get(one.code)
    if text is None:
        return one.message
    return text % {"path": PLACES.get(one.path, one.path)} if one.path else text


def original_of(found: Verdict) -> Report | None:
    """The published report of the same hash, or else of the number and version that the file names."""
    public = Report.objects.public()
    report = public.filter(payload_hash=found.hash).first() if found.hash else None
    payload = found.payload or {}
    reference, version = payload.get("reference"), payload.get("version")
    if report or not isinstance(reference, str) or not isinstance(version, int) or not 0 < version < 10_000:
        return report
    named = Q(reference=reference[:40]) | Q(reference=f"{reference[:32]}-v{version}")
    return public.filter(named, version=version).first()


def differences(found: Verdict, original: Report) -> Iterator[Difference]:
    """Value by value, what the file says otherwise than what was published; also where a "
    "forger signed anew."""
    if found.is_signed or not found.payload or not original.envelope:
        return
    here = {path: _text(leaf) for path, leaf in leaves(found.payload)}
    published = {path: _text(leaf) for path, leaf in leaves(original.envelope["payload"])}
    for path in {**here, **published}:
        if here.get(path) != published.get(path):
            said = place_said(path, get_language() or "en")
            yield Difference(readable(path), said, here.get(path), published.get(path))


def _text(leaf: Any) -> str:
    return (leaf if isinstance(leaf, str) else repr(leaf))[:LONGEST]
