"""What waits for a person because of files that nobody can open, and what they wait for there."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role, User
from documents.models import Document
from innoportal.lib.promises import party
from innoportal.lib.work import MOST, Row

Scan = Document.Scan
GIVEN_UP = Q(scan=Scan.PENDING, due_at=None)
UNCOPIED = Q(scan=Scan.CLEAN, is_confidential=False, due_at=None) & ~Q(trouble="")


def work(user: User) -> Iterator[Row]:
    """Of an office two queries; of an owner one, and one for each noun that has such files."""
    if user.has_role(Role.OFFICE):
        yield from _unscanned()
    if mine := list(user.membership_roles):
        yield from _own(user, mine)


def _own(user: User, mine: list[int]) -> Iterator[Row]:
    """What must be deleted and attached anew, and what the office must have scanned."""
    stuck = Q(scan=Scan.REFUSED) | GIVEN_UP | UNCOPIED
    rows = Document.objects.in_quarantine().filter(stuck, organisation__in=mine)
    found = list(rows.order_by("uploaded_at", "pk")[:MOST])
    things = _things(found, user)
    for document in found:
        thing = things.get((document.noun, document.object_id))
        if thing is None:
            continue
        waits = document.scan == Scan.PENDING
        yield Row(
            task=party("office") if waits else _task(document),
            title=document.title,
            url=f"{thing.get_absolute_url()}#documents",
            note=thing.title,
            since=document.uploaded_at,
            mine=not waits,
        )


def _task(document: Document) -> str:
    if document.scan == Scan.REFUSED:
        return _("A virus was found: delete this file, and attach a clean one")
    return _("No copy could be made: delete this file, and attach it in another form")


def _things(documents: list[Document], user: User) -> dict[tuple[str, int], Any]:
    """What the files are about, as far as this person may see it."""
    keys: dict[str, list[int]] = {}
    for one in documents:
        keys.setdefault(one.noun, []).append(one.object_id)
    return {
        (noun, thing.pk): thing
        for noun, pks in keys.items()
        for thing in apps.get_model(noun)._default_manager.visible_to(user).filter(pk__in=pks)  # type: ignore[attr-defined]
    }


def _unscanned() -> Iterator[Row]:
    """Each file that was given up; of those that the scanner may still answer for, one row for all."""
    url = reverse("documents:quarantine")
    rows = Document.objects.pending().select_related("organisation").order_by("uploaded_at", "pk")
    for document in rows.filter(GIVEN_UP)[:MOST]:
        yield Row(
            task=_("The virus scanner gave no answer: have this file scanned again"),
            title=document.title,
            url=url,
            note=document.organisation.name,
            since=document.uploaded_at,
        )
    waiting = list(rows.exclude(GIVEN_UP).exclude(trouble="").values_list("uploaded_at", flat=True))
    if waiting:
        words = ngettext("%(count)s file waits", "%(count)s files wait", len(waiting))
        yield Row(
            task=_("The virus scanner does not answer: see to it"),
            title=words % {"count": len(waiting)},
            url=url,
            since=waiting[0],
        )
