"""Saved searches: kept, read by the engine, changed, and what one would have brought."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from matching.engine import Item, Passage, PreparedPassage, likeness, prepare
from matching.engine.segments import CODES
from matching.engine.watching import ONE_SCRIPT, STORED, TWO_SCRIPTS, Watch, packed
from matching.models import EngineVersion, Kind, SavedSearch
from matching.services import arriving, glossaries, retrievers, shelf, versions
from matching.services.searching import LETTER, LONGEST, MODELS, asked, language_of
from notifications.models import Visitor
from topics.filters import carrying
from topics.models import Topic

MOST = 50  # saved searches of one person
SINCE = timedelta(days=90)  # of a preview
AT_ONCE = 256  # searches that are read anew in one go


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for, saved or not."""

    words: str
    kinds: Sequence[str] = ()  # none: all
    topics: Sequence[Topic] = ()

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True)
class Brought:
    kind: str
    thing: Any
    at: datetime


def spoken(words: str) -> str:
    """As the search box reads them: on one line.

    :raises ValidationError: there is no letter in them, or too many.
    """
    said = " ".join(words.replace("\0", " ").split())
    if not LETTER.search(said):
        raise ValidationError({"words": _("Say in words what you look for.")})
    if len(said) > LONGEST:
        raise ValidationError({"words": _("At most %(most)s characters.") % {"most": LONGEST}})
    return said


@transaction.atomic
def save_search(user: User, wanted: Wanted, *, name: str = "") -> SavedSearch:
    """Keep a search; from now on its owner hears of what is new and about it.

    :raises ValidationError: it says nothing, or the person has as many as anyone may.
    """
    words = said(wanted)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two clicks at once are counted one by one
    if SavedSearch.objects.filter(user=user).count() >= MOST:
        raise ValidationError(_("You have %(most)s saved searches. Delete one first.") % {"most": MOST})
    search = SavedSearch(user=user, name=called(name, words), words=words, kinds=list(wanted.kinds))
    return _kept(search, wanted)


def save_for_visitor(visitor: Visitor, wanted: Wanted, *, name: str) -> SavedSearch:
    """The same without an account; who asks again for the same has it once.

    :raises ValidationError: it says nothing, or the visitor has as many as anyone may.
    """
    words, kinds = said(wanted), list(wanted.kinds)
    own = SavedSearch.objects.filter(visitor=visitor)
    for one in own.filter(words=words, kinds=kinds):
        if set(one.topics.all()) == set(wanted.topics):
            return one
    if own.count() >= MOST:
        raise ValidationError(_("You have %(most)s saved searches. Delete one first.") % {"most": MOST})
    return _kept(SavedSearch(visitor=visitor, name=called(name, words), words=words, kinds=kinds), wanted)


def _kept(search: SavedSearch, wanted: Wanted) -> SavedSearch:
    if search.words:
        told(search, read([search.words])[0])
    search.save()
    search.topics.set(wanted.topics)
    return search


def said(wanted: Wanted) -> str:
    """Its words; none where it is all of some kinds.

    :raises ValidationError: it says nothing.
    """
    return spoken(wanted.words) if wanted.words.strip() or not wanted.kinds else ""


@transaction.atomic
def change_search(search: SavedSearch, wanted: Wanted, *, name: str = "") -> None:
    """Other words are read anew; what it has brought already is not told of again.

    :raises ValidationError: it says nothing.
    """
    words = said(wanted)
    if words and words != search.words:
        told(search, read([words])[0])
    search.words, search.name, search.kinds = words, called(name, words), list(wanted.kinds)
    search.save()
    search.topics.set(wanted.topics)


def called(name: str, words: str) -> str:
    """A name on one line; without one, the first of the words."""
    return (" ".join(name.replace("\0", " ").split()) or words or str(_("All that is new")))[:80]


def pause_search(search: SavedSearch) -> None:
    """Nothing comes until it is resumed, nor what came meanwhile."""
    SavedSearch.objects.filter(pk=search.pk, paused_at=None).update(paused_at=timezone.now())


def resume_search(search: SavedSearch) -> None:
    SavedSearch.objects.filter(pk=search.pk).update(paused_at=None)


@dataclass(frozen=True)
class Read:
    """What an engine version and a glossary make of some words."""

    version: EngineVersion
    glossary: str
    passage: PreparedPassage


def read(every: Sequence[str], *, with_models: bool = True) -> list[Read]:
    """In one batch; without the models only the words and concepts."""
    version, known = versions.serving(), glossaries.current()
    items = [
        Item(f"q{i}", "wish", (Passage(language_of(words), "", words),)) for i, words in enumerate(every)
    ]
    models = shelf.embedders(version.model_names) if with_models else ()
    return [
        Read(version, known.fingerprint, one.passages[0]) for one in prepare(items, models, known.glossary)
    ]


def told(search: SavedSearch, found: Read) -> None:
    """Put into its columns what was read; vectors stay where no model was asked."""
    passage = found.passage
    search.engine_version, search.glossary = found.version.name, found.glossary
    search.lang = CODES[passage.lang]
    search.terms, search.concepts = packed(passage.tokens), packed(passage.concepts)
    if passage.vectors:
        vectors = [passage.vectors[name] for name in sorted(passage.vectors)]
        search.vectors = np.concatenate(vectors).astype(STORED).tobytes()


def read_anew() -> int:
    """What another engine version has read, or, without the models, another glossary; how many searches."""
    version, known = versions.serving(), glossaries.current()
    count = 0
    while rows := list(SavedSearch.objects.unread(version.name, known.fingerprint).order_by("pk")[:AT_ONCE]):
        for with_models in (True, False):
            some = [row for row in rows if (row.engine_version != version.name) == with_models]
            for row, found in zip(
                some, read([row.words for row in some], with_models=with_models) if some else [], strict=True
            ):
                words = row.words
                told(row, found)
                fields = ("engine_version", "glossary", "lang", "terms", "concepts", "vectors")
                same = SavedSearch.objects.filter(pk=row.pk, words=words)  # not edited meanwhile
                same.update(**{name: getattr(row, name) for name in fields})
        count += len(rows)
    return count


def preview(wanted: Wanted, *, since: timedelta = SINCE) -> list[Brought]:
    """What the search would have brought in the last days, the newest first; only what is public now.

    :raises ValidationError: it says nothing.
    """
    words = said(wanted)
    after = timezone.now() - since
    found = [
        one
        for side, model in MODELS.items()
        if wanted.wants(side)
        for one in _searched(words, side, _narrowed(model, after, wanted.topics))
    ]
    kinds = [kind for kind in (Kind.CALL, Kind.REPORT) if wanted.wants(kind)]
    watch = Watch.of([asked(words, retrievers.held()).passages[0]]) if words else None
    found += [Brought(*one) for one in arriving.brought(watch, kinds, wanted.topics, after)]
    return sorted(found, key=lambda one: (one.at, one.thing.pk), reverse=True)


def _narrowed(model: Any, after: datetime, topics: Iterable[Topic]) -> QuerySet:
    at = arriving.PUBLISHED[model._meta.label_lower]
    rows = model.objects.public().filter(**{f"{at}__gte": after}).annotate(came_at=F(at))
    wanted = Q()
    for topic in topics:
        wanted |= Q(pk__in=carrying(model, topic))
    return rows.filter(wanted)


def _searched(words: str, side: str, rows: QuerySet) -> Iterator[Brought]:
    """By the search of the search box, among these rows and judged by the limits of saved searches."""
    pks = list(rows.values_list("pk", flat=True))
    if not words or not pks:
        yield from (Brought(side, thing, thing.came_at) for thing in rows)  # type: ignore[attr-defined]
        return
    held, keys = retrievers.held(), {f"{side[0]}{pk}" for pk in pks}
    hits = held.retriever.search(asked(words, held), side, len(pks), keys, crowded=False)  # type: ignore[arg-type]
    limits = {1.0: ONE_SCRIPT, 0.0: TWO_SCRIPTS}
    near = [int(hit.key[1:]) for hit in hits if likeness(hit.signals) >= limits[hit.signals["same_script"]]]
    for thing in rows.for_cards().filter(pk__in=near):  # type: ignore[attr-defined]
        yield Brought(side, thing, thing.came_at)
