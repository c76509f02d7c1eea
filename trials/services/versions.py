"""The version of a report that follows a published one: begun from its words, its figures from the record."""

from trials.analysis import overall
from trials.models import SECTIONS, Report
from trials.services.correcting import put_right
from trials.services.prose import COLUMNS, is_edited, write_from_record


def next_version(report: Report, *, by: int) -> Report:
    """A draft with the words of the signed version, its corrected wordings in them; `by`: whose it is."""
    kept = {name: getattr(report, name) for name in (*COLUMNS, "valid_years")}
    return Report.objects.create(
        trial=report.trial,
        version=report.version + 1,
        verdict=report.verdict,
        created_by_id=by,
        **kept | put_right(report) | {"drafted": dict(report.drafted)},
    )


def draft_after(report: Report) -> Report | None:
    """The version that is to replace it; None while nobody began one."""
    later = Report.objects.filter(trial=report.trial, version__gt=report.version)
    return later.order_by("-version").first()


def follow_record(draft: Report, report: Report) -> None:
    """The draft's verdict, and each section that nobody has written in, as the record has it now."""
    verdicts = [claim.verdict for claim in draft.trial.claims.order_by("position", "pk")]
    draft.verdict = overall(verdicts, stopped=report.verdict == Report.Verdict.STOPPED)
    write_from_record(draft, [section for section in SECTIONS if not is_edited(draft, section)])
    draft.save(update_fields=["verdict", "drafted", *COLUMNS])
