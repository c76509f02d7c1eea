"""Files of the checklist: which papers show an item, as one reader may have them."""

from typing import Any

from django.db.models import QuerySet

from documents.models import Document
from trials.models import Paper, Trial


def papers_of(trial: Trial, documents: QuerySet[Document]) -> dict[str, list[Any]]:
    """Of each item, those of `documents` that were attached to it; two queries."""
    items = dict(Paper.objects.filter(trial=trial).values_list("document_id", "item"))
    found: dict[str, list[Any]] = {item: [] for item in Trial.CHECKLIST}
    for document in documents.filter(pk__in=list(items)).order_by("pk"):
        found[items[document.pk]].append(document)
    return found
