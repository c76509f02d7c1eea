"""The sections of a report on its way, as its page and its editor show them."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Phrase, phrase
from innoportal.lib.differences import difference, shortened
from innoportal.lib.writing.answers import Clash
from innoportal.lib.writing.writer import LANGUAGES
from trials.models import SECTIONS, Report
from trials.proof.payload import Bilingual
from trials.services.drafting import Drafter, filled
from trials.services.facts import Facts, facts
from trials.services.prose import OF_RESULTS, Since, is_edited, since_drafted, told, typed_in

TITLES = {
    "summary": _("Summary"),
    "need": _("The need"),
    "solution": _("The solution"),
    "site": _("Site and conditions"),
    "results": _("Results"),
    "incidents": _("Incidents and downtime"),
    "voices": _("What users say"),
    "benefit": _("Cost and benefit"),
    "suits": _("Where it suits and where not"),
    "limits": _("Limits of the trial"),
    "conditions": _("Validity and conditions of use"),
}


def sections_told(report: Report, known: Facts) -> list[dict[str, Any]]:
    """Each section that says something, as a reader will read it."""
    found = []
    for section in SECTIONS:
        text = told(report, section, known)
        if text:
            found.append({"name": section, "title": TITLES[section], "text": phrase(text.en, text.zh)})
    return found


def sections_edited(report: Report, form: Any, clashes: list[Clash]) -> list[dict[str, Any]]:
    """Each section of the editor: its two texts, who wrote them, and what speaks against them."""
    typed, since = typed_in(report), since_drafted(report, form.known)
    scripts = ("zh", "en") if (get_language() or "").startswith("zh") else ("en", "zh")
    theirs = {clash.field: clash.theirs for clash in clashes}
    return [
        {
            "name": section,
            "title": TITLES[section],
            "fields": [
                {
                    "field": form[f"{section}_{script}"],
                    "theirs": theirs.get(f"{section}_{script}"),
                    "lang": LANGUAGES[script],
                }
                for script in scripts
            ],
            "is_edited": is_edited(report, section),
            "read": _read(told(report, section, form.known)),
            "typed": list(
                dict.fromkeys(one for script in scripts for one in typed.get(f"{section}_{script}", ()))
            ),
            "of_results": section in OF_RESULTS,
            "changes": _changes(since[section]) if section in since else [],
        }
        for section in SECTIONS
    ]


def _read(text: Bilingual) -> Phrase:
    return phrase(text.en, text.zh)


def _changes(since: Since) -> list[dict[str, Any]]:
    """In each language, what the record says otherwise."""
    pairs = (("en", since.old.en, since.new.en), ("zh-Hant", since.old.zh, since.new.zh))
    return [
        {"lang": lang, "pieces": shortened(difference(old, new))} for lang, old, new in pairs if old != new
    ]


def sections_fresh(report: Report, section: str) -> dict[str, Any]:
    """What stands in a section, and what the record would have there."""
    known = facts(report)
    fresh = filled(Drafter(report, known).section(section), known)
    now = told(report, section, known)
    return {
        "name": section,
        "title": TITLES[section],
        "now": phrase(now.en, now.zh),
        "fresh": phrase(fresh.en, fresh.zh),
    }


def figures_named(known: Facts) -> list[tuple[str, Phrase]]:
    """By which name prose calls each figure, and what it says in the reader's language."""
    return [(f"{{{name}}}", phrase(said.en, said.zh)) for name, said in known.items() if said]
