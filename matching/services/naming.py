"""Which public things may name a concept, by whichever retriever is in use: no text is read for it."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

import numpy as np
from django.db.models import Q

from matching.engine import Snapshot
from matching.engine.dense import ROLES
from matching.engine.glossary import Concept
from matching.engine.lexical import term_id
from matching.engine.naming import Needs, all_needs, holding
from matching.engine.text import LANGUAGES
from matching.models import IndexedPassage
from matching.services import retrievers
from matching.services.indexed import Indexed
from matching.services.indexed.bases import Ground


def may_name(held: retrievers.Held, concepts: Sequence[Concept]) -> dict[str, set[int]]:
    """Ids by side; who names one of them is among these, and some others that have the same words."""
    retriever = held.retriever
    if isinstance(retriever, Snapshot):
        return {role: _ids(holding(retriever, role, concepts)) for role in ROLES}
    if isinstance(retriever, Indexed) and (ground := retriever.held.ground):
        wanted = [needs for concept in concepts for needs in all_needs(concept)]
        return {role: _ids(_indexed(ground, number, wanted)) for number, role in enumerate(ROLES)}
    return {role: set() for role in ROLES}  # nothing was ever read


def _ids(keys: set[str]) -> set[int]:
    return {int(key[1:]) for key in keys}


def _indexed(ground: Ground, role: int, wanted: Sequence[Needs]) -> set[str]:
    """As `engine.naming.holding` finds it in the postings."""
    found: set[str] = set()
    for lang in range(len(LANGUAGES)):
        rows = IndexedPassage.objects.filter(basis=ground.pk, role=role, lang=lang)
        any_of = [_has(ground, role, lang, needs) for needs in wanted]
        if any_of:
            found |= set(rows.filter(reduce(or_, any_of)).values_list("key", flat=True))
    return found


def _has(ground: Ground, role: int, lang: int, needs: Needs) -> Q:
    condition = Q()
    for group in needs:
        ids = np.array([term_id(token) for token in sorted(group)], np.uint64)
        condition &= Q(terms__overlap=ground.marked(ids, role, lang, "words").tolist())
    return condition or Q(pk__isnull=False)
