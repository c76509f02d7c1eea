"""The terms of the glossary: added, changed, taken out of use and put back, each with what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, record
from matching.engine.glossary import Concept, Glossary, shipped
from matching.engine.terms import Fault, faults
from matching.models import Term
from matching.models.terms import hash_of, searchable
from matching.services import glossaries
from matching.services.rereading import mark_due


class Faulty(ValueError):
    """A concept that cannot join the glossary: by the line of a file, or under 0, what is wrong."""

    def __init__(self, found: dict[int, list[Fault]]) -> None:
        super().__init__(f"{sum(map(len, found.values()))} faults")
        self.found = found


@dataclass(frozen=True)
class TermRow:
    """One line of a file."""

    line: int
    concept: Concept
    note: str = ""


@dataclass(frozen=True)
class Counts:
    added: int = 0
    changed: int = 0
    unchanged: int = 0


@transaction.atomic
def add_term(concept: Concept, *, by: User | None, note: str = "") -> Term:
    """Read texts with a further concept, or with another one under a key of the engine's own.

    :raises Faulty: it has faults, or its key is that of a term.
    """
    before = _begin()
    if Term.objects.filter(key=concept.id).exists():
        raise Faulty({0: [Fault("taken", "key", name=concept.id, other=concept.id)]})
    _check(before.with_terms([concept]), concept.id)
    term = Term(key=concept.id)
    _write(term, concept, note, by)
    _follow(before)
    record(term, "add", by=by, details=_said(concept))
    return term


@transaction.atomic
def edit_term(term: Term, concept: Concept, *, by: User | None, note: str = "") -> Entry:
    """Other names under the same key.

    :raises Faulty: they have faults.
    """
    before = _begin()
    old = Term.objects.select_for_update().get(pk=term.pk)
    if old.is_active:
        _check(before.with_terms([concept]), concept.id)
    _write(term, concept, note, by)
    _follow(before)
    return record(term, "edit", by=by, details={**_said(concept), "before": _said(old.concept)})


@transaction.atomic
def deactivate_term(term: Term, *, by: User) -> Entry:
    """Read texts without it; a concept of the engine's own, whose place it took, is back.

    :raises IllegalTransition: it is out of use already.
    :raises Faulty: another term has a name of the concept that would be back.
    """
    before = _begin()
    _switch(term, False, by)
    _check(without(before, term.key), term.key)
    _follow(before)
    return record(term, "deactivate", by=by, details=_said(term.concept))


@transaction.atomic
def activate_term(term: Term, *, by: User) -> Entry:
    """Put it back to use.

    :raises IllegalTransition: it is in use already.
    :raises Faulty: another concept has one of its names by now.
    """
    before = _begin()
    _switch(term, True, by)
    _check(before.with_terms([term.concept]), term.key)
    _follow(before)
    return record(term, "activate", by=by, details=_said(term.concept))


@transaction.atomic
def import_terms(rows: Sequence[TermRow], *, by: User | None) -> Counts:
    """Terms of a file: all of them, or nothing. The same file twice changes nothing.

    :raises Faulty: by line.
    """
    before = _begin()
    check_rows(rows, before)
    known = {term.key: term for term in Term.objects.filter(key__in=[row.concept.id for row in rows])}
    changed = [row for row in rows if not _is_there(known.get(row.concept.id), row)]
    entries = []
    for row in changed:
        term = known.get(row.concept.id) or Term(key=row.concept.id)
        entries.append((term, "edit" if term.pk else "add", _said(row.concept)))
        term.is_active = True
        _write(term, row.concept, row.note, by)
    _follow(before)
    for left, (term, verb, details) in zip(range(len(entries) - 1, -1, -1), entries, strict=True):
        record(term, verb, by=by, details={**details, "left": left})  # with the last, what follows begins
    added = sum(verb == "add" for _term, verb, _details in entries)
    return Counts(added, len(entries) - added, len(rows) - len(entries))


def check_rows(rows: Sequence[TermRow], before: Glossary) -> None:
    """:raises Faulty: by line."""
    after = before.with_terms(row.concept for row in reversed(rows))  # of two with one key, the first
    found: dict[int, list[Fault]] = {}
    seen: set[str] = set()
    for row in rows:
        key = row.concept.id
        if key in seen:
            found[row.line] = [Fault("twice", "key", name=key, other=key)]
        elif wrong := faults(row.concept, after):
            found[row.line] = wrong
        seen.add(key)
    if found:
        raise Faulty(found)


def without(glossary: Glossary, key: str) -> Glossary:
    """With the engine's own concept under this key, or none."""
    own = shipped().concepts.get(key)
    return glossary.with_terms([own]) if own else glossary.without(key)


def _begin() -> Glossary:
    """The glossary before a change, which nobody else changes until the end of the transaction."""
    glossaries.lock()
    return glossaries.current(max_age=0).glossary


def _follow(before: Glossary) -> None:
    """What may name what has changed is due to be read anew, from the same commit on."""
    mark_due(before, glossaries.read().glossary)
    transaction.on_commit(glossaries.forget)


def _check(after: Glossary, key: str) -> None:
    if key in after.concepts and (wrong := faults(after.concepts[key], after)):
        raise Faulty({0: wrong})


def _switch(term: Term, on: bool, by: User) -> None:
    now = timezone.now()
    rows = Term.objects.filter(pk=term.pk, is_active=not on)
    if not rows.update(is_active=on, changed_at=now, changed_by=by):
        raise IllegalTransition(_("This term is in use already.") if on else _("This term is not in use."))
    term.is_active, term.changed_at, term.changed_by = on, now, by


def _write(term: Term, concept: Concept, note: str, by: User | None) -> None:
    term.english, term.chinese = list(concept.english), list(concept.chinese)
    term.simplified, term.note = list(concept.simplified), note
    term.names = searchable("\n".join((*concept.english, *concept.chinese, *concept.simplified)))
    term.content_hash = hash_of(concept)
    term.changed_at, term.changed_by = timezone.now(), by
    term.__dict__.pop("concept", None)
    term.save()


def _is_there(term: Term | None, row: TermRow) -> bool:
    return bool(
        term and term.is_active and term.content_hash == hash_of(row.concept) and term.note == row.note
    )


def _said(concept: Concept) -> dict[str, Any]:
    """What the journal keeps of a concept."""
    names = {"english": concept.english, "chinese": concept.chinese, "simplified": concept.simplified}
    return {"key": concept.id, **{field: list(found) for field, found in names.items()}}
