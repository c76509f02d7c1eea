"""The signature: a third person vouches, the portal signs, and the chain goes on by one."""

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from journal.models import Entry, next_reference
from journal.workflow import IllegalTransition, record
from matching import services as matching_services
from matching.models import Match
from trials import keys
from trials.models import Erratum, Report, Trial
from trials.models.ladder import Rung
from trials.proof.payload import Bilingual, Correction
from trials.proof.shape import Misfit
from trials.proof.signing import sign
from trials.proof.verify import verify
from trials.sentences import joined
from trials.services.amended import report_before
from trials.services.assigning import must_be_signed_first
from trials.services.booking import release
from trials.services.correcting import must_be_correctable
from trials.services.planning import held
from trials.services.prose import take
from trials.services.record import pair
from trials.services.reporting import must_be_independent
from trials.services.snapshot import snapshot
from trials.services.telling import tell_builders, tell_followers, tell_parties, tell_relying
from trials.services.versions import next_version
from trials.workflow import REPORT, TRIAL
from wishes import services as wishes_services
from wishes.models import Wish

CHAIN = 0x1220  # the advisory lock under which the chain grows


@transaction.atomic
def verify_and_publish(report: Report, *, by: User, statement: str, interests: str) -> Entry:
    """Sign what the record says, publish it, and end the trial.

    One at a time: each report names the hash of the one published before it, and two may not name the same.

    :raises PermissionDenied: the verifier is not independent.
    :raises ValidationError: the statement or the declaration is missing, or the payload cannot be made.
    """
    must_be_independent(report, by)
    if not by.has_role(Role.VERIFIER):
        raise ValidationError(_("Only a verifier signs reports."))
    statement, interests = statement.strip(), interests.strip()
    if not statement or not interests:
        raise ValidationError(_("Write your statement and declare your interests, even if there are none."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN])
    take(report)
    if not REPORT["publish"].allows(report):
        raise IllegalTransition(_("Only a report under verification can be published."))
    held(report.trial)  # its log and its money stay as they are until the signature
    must_be_independent(report, by)  # again, now that nobody can change it any more
    must_be_signed_first(report, by)
    entry = _publish(report, by, statement, interests)
    _supersede(report, by)
    if report.trial.status == Trial.Status.REPORTING:
        _close(report, by)
    tell_parties(report, entry, "published")
    tell_followers(report, entry, "published")
    return entry


def _publish(report: Report, by: User, statement: str, interests: str) -> Entry:
    key = keys.signing_key()  # before the time is taken: a key vouches only for what comes after it was made
    before = Report.objects.tail()
    old = report_before(report)
    reference = _base(old) if old else next_reference("R")
    facts: dict[str, Any] = {"verifier": by, "statement": statement, "interests": interests}
    previous_hash, at = before.payload_hash if before else "", _after(before)
    envelope = _signed(
        report,
        key,
        **facts,
        reference=reference,
        at=at,
        previous_hash=previous_hash,
        corrects=_correction(old),
    )
    return REPORT["publish"].apply(
        report,
        by=by,
        details={"payload_hash": envelope["hash"], "previous_hash": previous_hash},
        reference=f"{reference}-v{report.version}" if old else reference,
        published_at=at,
        envelope=envelope,
        payload_hash=envelope["hash"],
        previous_hash=previous_hash,
        **facts,
    )


def _signed(report: Report, key: Ed25519PrivateKey, *, previous_hash: str, **facts: Any) -> dict[str, Any]:
    """Signed, and checked as any reader would, because what is published cannot be taken back."""
    try:
        envelope = sign(snapshot(report, previous_hash=previous_hash, **facts).to_dict(), key)
    except Misfit as error:
        raise ValidationError(_("The report cannot be signed as it stands: %s") % error) from error
    found = verify(envelope, keys.public_keys(), previous_hash)
    if not found.genuine:
        why = "; ".join(finding.message for finding in found.findings)
        raise ValidationError(_("The report cannot be signed as it stands: %s") % why)
    return envelope


def _after(before: Report | None) -> datetime:
    """Now; but a clock that was set back does not put a report before the one it follows."""
    now = timezone.now()
    return max(now, before.published_at or now) if before else now


def _base(old: Report) -> str:
    """The number that all versions share."""
    return (old.reference or "").partition("-v")[0]


def _correction(old: Report | None) -> Correction | None:
    if old is None:
        return None
    reasons = [pair(one, "text") for one in old.errata.filter(number=None).order_by("pk")]
    if not reasons:
        return Correction(
            old.version, old.payload_hash, Bilingual(**(old.envelope or {})["payload"]["summary"])
        )
    both = (
        reasons if len(reasons) == 1 else [Bilingual(one.en or one.zh, one.zh or one.en) for one in reasons]
    )
    return Correction(old.version, old.payload_hash, joined(*both))


def _supersede(report: Report, by: User) -> None:
    for old in Report.objects.filter(
        trial=report.trial, version__lt=report.version, status=Report.Status.PUBLISHED
    ):
        entry = REPORT["supersede"].apply(old, by=by)
        tell_relying(report, old, entry)


def _close(report: Report, by: User) -> None:
    """Trial and match are over; the wish is resolved when all was met where it wants it, else open again."""
    trial = report.trial
    held(trial)
    TRIAL["close"].apply(trial, by=by)
    release(trial, by=by)  # days booked after the measuring had ended
    match = Match.objects.select_for_update(of=("self",)).get(pk=trial.match_id)
    if match.status in (Match.Status.APPROVED, Match.Status.ON_TRIAL):
        reason = _("The trial report is published.")
        matching_services.close(match, by=by, reason=reason, report=report.reference or "")
    wish = Wish.objects.select_for_update(of=("self",)).get(pk=match.wish_id)
    on_site = not (trial.rung and Rung(trial.rung).is_before_site)
    if report.verdict == Report.Verdict.MET and on_site and wish.status in Wish.OPEN_TO_OFFERS:
        wishes_services.resolve(wish, by=by)


@transaction.atomic
def erratum(report: Report, *, by: User, text_en: str = "", text_zh: str = "") -> Report:
    """Say what is wrong with a published report, for good, and begin the version that corrects it.

    :raises IllegalTransition: it is not the published version, or a correction is on its way already.
    """
    take(report)
    must_be_correctable(report)
    made = Erratum(report=report, written_by=by, text_en=text_en.strip(), text_zh=text_zh.strip())
    made.full_clean()
    made.save()
    entry = record(report, "erratum", by=by, details={"erratum": made.pk})
    fresh = next_version(report, by=by.pk)
    record(fresh, "draft", by=by, details={"corrects": report.reference})
    tell_parties(report, entry, "corrected", text={"en": made.text_en, "zh": made.text_zh})
    tell_followers(report, entry, "corrected", text={"en": made.text_en, "zh": made.text_zh})
    return fresh


@transaction.atomic
def withdraw_report(report: Report, *, by: User, reason: str) -> Entry:
    """Take a published report back; its page stays, with the reason."""
    given: dict[str, Any] = {"withdrawn_at": timezone.now(), "withdrawal": reason.strip()}
    entry = REPORT["withdraw"].apply(report, by=by, reason=reason, **given)
    tell_parties(report, entry, "withdrawn")
    tell_builders(report, entry, "withdrawn")
    tell_followers(report, entry, "withdrawn")
    return entry
