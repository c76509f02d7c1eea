"""A wording of a published report put right beside it: numbered, signed as the report is, never a figure."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from journal.workflow import IllegalTransition, record
from trials import keys
from trials.models import Erratum, Report
from trials.proof.canonical import digest
from trials.proof.errata import SCRIPTS, TYPE, Said, misreadings
from trials.proof.parts import Bilingual
from trials.proof.shape import Misfit
from trials.proof.signing import moment, sign
from trials.proof.verify import verify
from trials.services.prose import take
from trials.services.telling import tell_followers, tell_parties

WRONG = {
    "absent": gettext_lazy("These words do not stand in that section as it was signed."),
    "figure": gettext_lazy(
        "This changes a figure, or a word that says how something came out. Announce a correction instead: "
        "a new version is made, verified and signed."
    ),
}


@transaction.atomic
def correct(report: Report, *, by: User, section: str, **words: str) -> Erratum:
    """``words``: was_en, now_en, text_en and the same in Chinese; what is missing is empty.

    :raises IllegalTransition: it is not the published version, or a corrected version is on its way.
    :raises ValidationError: by field: nothing is put right, words are not there, or a figure would change.
    """
    take(report)
    must_be_correctable(report)
    texts = {name: Bilingual(*(words.get(f"{name}_{one}", "").strip() for one in SCRIPTS)) for name in WORDS}
    _must_say_something(**texts)
    made = list(report.errata.filter(number__isnull=False).order_by("number"))
    said = _said(report, made, section, **texts)
    wrong = {path.replace(".", "_"): WRONG[code] for path, code, _why in misreadings(said, _payload(report))}
    if wrong:
        raise ValidationError(wrong)
    envelope = _signed(said)
    why = texts["text"]
    facts = {"written_at": moment(said.published_at), "number": said.number, "envelope": envelope}
    row = Erratum(report=report, written_by=by, text_en=why.en, text_zh=why.zh, **facts)
    row.full_clean()
    row.save()
    entry = record(report, "correct", by=by, details={"number": said.number, "hash": envelope["hash"]})
    told = {name: {"en": text.en, "zh": text.zh} for name, text in texts.items()}
    tell_parties(report, entry, "wording_corrected", number=said.number, **told)
    tell_followers(report, entry, "wording_corrected", number=said.number, **told)
    return row


WORDS = ("was", "now", "text")


def must_be_correctable(report: Report) -> None:
    """:raises IllegalTransition: it is not the published version, or a corrected version is on its way."""
    if report.status != Report.Status.PUBLISHED:
        raise IllegalTransition(_("Only a published report can be corrected."))
    if Report.objects.filter(trial=report.trial, version__gt=report.version).exists():
        raise IllegalTransition(_("A correction is on its way already."))


def _must_say_something(*, was: Bilingual, now: Bilingual, text: Bilingual) -> None:
    for script in SCRIPTS:
        if getattr(now, script) and not getattr(was, script):
            raise ValidationError({f"was_{script}": _("Copy the words that are to be read otherwise.")})
    if not was:
        raise ValidationError({"was_en": _("Copy the words that are to be read otherwise.")})
    if was == now:
        raise ValidationError({"now_en": _("Nothing is changed.")})
    if not text:
        raise ValidationError({"text_en": _("Say what is wrong, in English or Chinese.")})


def _payload(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = (report.envelope or {})["payload"]
    return found


def _said(
    report: Report, made: list[Erratum], section: str, *, was: Bilingual, now: Bilingual, text: Bilingual
) -> Said:
    """Dated now, but never before what it corrects or follows, should the clock have been set back."""
    last = made[-1] if made else None
    at = max(timezone.now(), report.published_at or timezone.now(), *(one.written_at for one in made))
    return Said(
        schema="innoportal-erratum/1",
        issuer=settings.SITE_URL,
        reference=_payload(report)["reference"],
        version=report.version,
        report_hash=report.payload_hash,
        number=len(made) + 1,
        section=section,  # type: ignore[arg-type]
        was=was,
        now=now,
        why=text,
        published_at=timezone.localtime(at).isoformat(),
        previous_hash=digest((last.envelope or {})["payload"]) if last else None,
    )


def _signed(said: Said) -> dict[str, Any]:
    """Signed, and checked as any reader would, because it cannot be taken back."""
    try:
        envelope = sign(said.to_dict(), keys.signing_key(), TYPE)
    except Misfit as error:
        raise ValidationError(_("The correction cannot be signed as it stands: %s") % error) from error
    found = verify(envelope, keys.public_keys(), said.previous_hash or "", kind=TYPE)
    if not found.genuine:
        why = "; ".join(one.message for one in found.findings)
        raise ValidationError(_("The correction cannot be signed as it stands: %s") % why)
    return envelope


def put_right(report: Report) -> dict[str, str]:
    """The words of the signed version with its corrections in them, by column, for the version to come.

    Words put right more often than they stand there were put right again: the last correction holds.
    """
    columns: dict[str, str] = {}
    made: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in report.errata.filter(number__isnull=False).order_by("number"):
        said = (row.envelope or {})["payload"]
        for script in SCRIPTS:
            if was := said["was"][script]:
                name, now = f"{said['section']}_{script}", said["now"][script]
                signed, earlier = getattr(report, name), made[name, was]
                is_again = bool(earlier) and len(earlier) >= signed.count(was)
                reads = earlier[-1] if is_again else was
                columns[name] = columns.get(name, signed).replace(reads or was, now, 1)
                earlier.append(now)
    return columns
