"""The words of a report: a person's, around figures that stay the record's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from innoportal.lib.writing.answers import Clash, Digests, merge
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from trials.models import SECTIONS, Report
from trials.placeholders import name_of, typed_figures, unknown
from trials.proof.payload import Bilingual
from trials.services.drafting import Drafter, filled
from trials.services.facts import Facts, facts
from trials.services.record import pair, target_unit

COLUMNS = tuple(f"{section}_{script}" for section in SECTIONS for script in ("en", "zh"))
# Where a typed share or amount would pass for a result.
OF_RESULTS = ("summary", "results", "incidents", "voices", "benefit")


class NotConfirmed(Exception):
    """A person's own words would be written over."""


@dataclass(frozen=True)
class Saved:
    entry: Entry | None
    clashes: list[Clash]


@dataclass(frozen=True)
class Since:
    """What the record says otherwise by now than when the section was drafted."""

    old: Bilingual
    new: Bilingual


def take(report: Report) -> None:
    """Hold the row for this transaction, as it is now."""
    report.refresh_from_db(from_queryset=Report.objects.select_for_update(of=("self",)))


def write_from_record(report: Report, sections: Iterable[str]) -> None:
    """Begin these sections anew, unsaved, and keep what the record said."""
    known = facts(report)
    drafter = Drafter(report, known)
    for section in sections:
        text = drafter.section(section)
        _put(report, section, text)
        said = filled(text, known)
        report.drafted[section] = {"en": text.en, "zh": text.zh, "said_en": said.en, "said_zh": said.zh}


def _put(report: Report, section: str, text: Bilingual) -> None:
    setattr(report, f"{section}_en", text.en)
    setattr(report, f"{section}_zh", text.zh)


@transaction.atomic
def update_report(report: Report, *, by: User, **prose: Any) -> Entry:
    """Change the prose of a draft; verdict and figures cannot be typed.

    :raises IllegalTransition: it is no draft any more.
    :raises ValidationError: a text is too long, or names what the record does not have.
    """
    _hold_draft(report)
    return _write(report, by, prose)


@transaction.atomic
def save_prose(report: Report, *, by: User, typed: Mapping[str, Any], seen: Digests) -> Saved:
    """Keep what was typed since `seen`; what somebody else has changed meanwhile is a clash, and stays.

    :raises IllegalTransition: it is no draft any more.
    :raises ValidationError: a text is too long, or names what the record does not have.
    """
    _hold_draft(report)
    stored = {name: getattr(report, name) for name in typed}
    merged, clashes = merge(stored, dict(typed), seen)
    changed = {name: text for name, text in merged.items() if text != stored[name]}
    return Saved(_write(report, by, changed) if changed else None, clashes)


@transaction.atomic
def write_again(report: Report, *, by: User, section: str, is_sure: bool = False) -> Entry:
    """Write one section anew from the record.

    :raises IllegalTransition: it is no draft any more.
    :raises NotConfirmed: a person wrote in it, and nobody said that this may go.
    """
    _hold_draft(report)
    if is_edited(report, section) and not is_sure:
        raise NotConfirmed
    write_from_record(report, [section])
    report.save(update_fields=[f"{section}_en", f"{section}_zh", "drafted"])
    return record(report, "edit", by=by, details={"again": section})


def _hold_draft(report: Report) -> None:
    take(report)
    if report.status != Report.Status.DRAFT:
        raise IllegalTransition(_("Only a draft can be edited."))


def _write(report: Report, by: User, prose: Mapping[str, Any]) -> Entry:
    for name, text in prose.items():
        if name not in (*COLUMNS, "valid_years"):
            raise TypeError(f"a report's prose has no {name!r}")
        setattr(report, name, text)
    must_be_known({name: text for name, text in prose.items() if name in COLUMNS}, facts(report))
    report.full_clean()
    report.save(update_fields=list(prose))
    return _told(report, by)


def _told(report: Report, by: User) -> Entry:
    """What one person writes in a row is one line of the log, however often it saves itself."""
    last = Entry.objects.about(report).order_by("-pk").first()
    if last and last.verb == "edit" and last.actor_id == by.pk and not last.details:
        return last
    return record(report, "edit", by=by)


def must_be_known(prose: Mapping[str, str], known: Facts) -> None:
    """:raises ValidationError: naming, by column, what stands in braces and is no figure of the record."""
    wrong = {name: _not_known(found) for name, text in prose.items() if (found := unknown(text, known))}
    if wrong:
        raise ValidationError(wrong)


def _not_known(names: list[str]) -> str:
    listed = ", ".join(f"{{{name}}}" for name in names)
    return (
        _("The record has no figure named %s. Choose one of the list, or write {{ and }} for plain braces.")
        % listed
    )


def is_edited(report: Report, section: str) -> bool:
    """Whether a person wrote in it since it was drafted."""
    begun = report.drafted.get(section)
    text = pair(report, section)
    return bool(text) if begun is None else (text.en, text.zh) != (begun["en"].strip(), begun["zh"].strip())


def since_drafted(report: Report, known: Facts) -> dict[str, Since]:
    """By section, where the record would have it begin otherwise now."""
    drafter, found = Drafter(report, known), {}
    for section in SECTIONS:
        begun = report.drafted.get(section)
        now = filled(drafter.section(section), known)
        if begun and (begun["said_en"], begun["said_zh"]) != (now.en, now.zh):
            found[section] = Since(Bilingual(begun["said_en"], begun["said_zh"]), now)
    return found


def told(report: Report, section: str, known: Facts) -> Bilingual:
    """A section as it is read, with its figures; a name that the record has lost stays as it was typed."""
    text = pair(report, section)
    lost = {name_of(name) for one in (text.en, text.zh) for name in unknown(one, known)}
    return filled(text, known | {name: Bilingual(f"{{{name}}}", f"{{{name}}}") for name in lost})


def typed_in(report: Report, sections: Iterable[str] = SECTIONS) -> dict[str, list[str]]:
    """By column, figures that somebody typed, which no reader can tell from measured ones."""
    units = {unit for claim in report.trial.claims.all() for unit in (claim.unit, target_unit(claim))}
    found = {}
    for section in sections:
        for script in ("en", "zh"):
            column = f"{section}_{script}"
            if figures := typed_figures(getattr(report, column), units):
                found[column] = figures
    return found


def label_of(column: str) -> str:
    return str(cast("models.Field", Report._meta.get_field(column)).verbose_name)


def must_be_of_the_record(report: Report) -> None:
    """
    :raises ValidationError: a section tells results with figures of its own, or names what is not known.
    """
    must_be_known({name: getattr(report, name) for name in COLUMNS}, facts(report))
    if wrong := typed_in(report, OF_RESULTS):
        raise ValidationError(
            [
                _("%(where)s: %(figures)s was typed. Name the record's figure, such as {claim 1 effect}.")
                % {"where": label_of(name), "figures": ", ".join(figures)}
                for name, figures in wrong.items()
            ]
        )
