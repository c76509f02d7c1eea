"""What is done with a draft while it is being written; each change under a lock of its row."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from innoportal.lib.writing.answers import Answers, Clash, Digests, digest, digests, merge


@dataclass(frozen=True)
class Saved:
    draft: Any
    clashes: list[Clash]


class Overtaken(Exception):
    """The draft says something else by now than what was checked."""


class ChangedElsewhere(Exception):
    """The thing itself was changed since its draft began; the clashes are where the draft changes it, too."""

    def __init__(self, clashes: list[Clash]) -> None:
        self.clashes = clashes


def held(draft: Any) -> Any:
    """Its row as it is now, locked until the end of the transaction.

    :raises ObjectDoesNotExist: it has become what it describes, or was thrown away.
    """
    return type(draft).objects.select_for_update(of=("self",)).get(pk=draft.pk)


@transaction.atomic
def save(
    draft: Any,
    *,
    by: User,
    step: str,
    typed: Answers,
    seen: Digests,
    tab: str = "",
    is_last: bool = True,
) -> Saved:
    """Keep what was typed, right or wrong; what somebody else has changed meanwhile is a clash, and stays.

    `tab` names the open page that this comes from: what it saved by itself it may replace, whether or not its
    answer reached it. After its last word, what was still under way from it is late: a clash as any other.

    :raises ObjectDoesNotExist: it has become what it describes, or was thrown away.
    """
    row = held(draft)
    answers, clashes = merge(row.answers, typed, seen, lambda name: bool(tab) and row.tabs.get(name) == tab)
    changed = [name for name in typed if answers.get(name) != row.answers.get(name)]
    if changed:
        row.revision += 1
        row.updated_at, row.updated_by = timezone.now(), by
    if is_last:
        row.tabs = {name: value for name, value in row.tabs.items() if name not in typed}
    elif tab:
        row.tabs |= dict.fromkeys(changed, tab)
    row.answers, row.step = answers, step
    row.save(update_fields=["answers", "tabs", "step", "revision", "updated_at", "updated_by"])
    return Saved(row, clashes)


def compare(draft: Any, now: Answers) -> None:
    """Before a draft replaces what its thing says `now`.

    What only the thing has changed would be lost as well: the draft still says what was there before.

    :raises ChangedElsewhere: the thing was changed past this draft.
    """
    if any(digest(now.get(name)) != draft.seen.get(name, "") for name in {*now, *draft.seen}):
        raise ChangedElsewhere(merge(now, draft.answers, draft.seen)[1])


def settle(row: Any, now: Answers, *, by: User, theirs: Collection[str] = ()) -> None:
    """Take what the thing says `now` into the locked draft: what only the thing changed, and `theirs`."""
    merged, clashes = merge(now, row.answers, row.seen)
    mine = {clash.field: clash.mine for clash in clashes if clash.field not in theirs}
    row.answers, row.seen = merged | mine, digests(now, now)
    row.revision += 1
    row.updated_at, row.updated_by = timezone.now(), by
    row.save(update_fields=["answers", "seen", "revision", "updated_at", "updated_by"])


def discard(draft: Any) -> None:
    draft.delete()
