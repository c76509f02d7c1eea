"""What is done with a wish while it is being written; each change under a lock of its row."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from journal.workflow import IllegalTransition
from wishes import services
from wishes.answers import Answers, Clash, Digests, answers_of, digest, digests, merge
from wishes.models import Wish, WishDraft


@dataclass(frozen=True)
class Saved:
    draft: WishDraft
    clashes: list[Clash]


class Overtaken(Exception):
    """The draft says something else by now than what was checked."""


class ChangedElsewhere(Exception):
    """The wish itself was changed since its draft began; the clashes are where the draft changes it, too."""

    def __init__(self, clashes: list[Clash]) -> None:
        self.clashes = clashes


def start(*, by: User, organisation: Organisation) -> WishDraft:
    return WishDraft.objects.create(author=by, updated_by=by, organisation=organisation)


@transaction.atomic
def change(wish: Wish, *, by: User) -> WishDraft:
    """Begin to change a wish, or go on where a colleague began: there is one draft of a wish.

    :raises IllegalTransition: it has been handed in, so it can no longer be edited.
    """
    held = Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    if not held.is_editable:
        raise IllegalTransition(_("It has been handed in and can no longer be edited."))
    said = answers_of(held)
    begun = {"key": held.key, "organisation": held.organisation, "author": by, "updated_by": by}
    begun |= {"answers": said, "seen": digests(said, said)}
    return WishDraft.objects.get_or_create(wish=held, defaults=begun)[0]


@transaction.atomic
def save(
    draft: WishDraft,
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

    :raises WishDraft.DoesNotExist: it has become a wish, or was thrown away.
    """
    held = WishDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    answers, clashes = merge(held.answers, typed, seen, lambda name: bool(tab) and held.tabs.get(name) == tab)
    changed = [name for name in typed if answers.get(name) != held.answers.get(name)]
    if changed:
        held.revision += 1
        held.updated_at, held.updated_by = timezone.now(), by
    if is_last:
        held.tabs = {name: value for name, value in held.tabs.items() if name not in typed}
    elif tab:
        held.tabs |= dict.fromkeys(changed, tab)
    held.answers, held.step = answers, step
    held.save(update_fields=["answers", "tabs", "step", "revision", "updated_at", "updated_by"])
    return Saved(held, clashes)


@transaction.atomic
def finish(draft: WishDraft, *, by: User, revision: int, fields: Mapping[str, Any]) -> Wish:
    """Make it the wish that it describes, or the changes of one; `fields` are its answers, found right.

    :raises Overtaken: it is no longer at the `revision` that was found right.
    :raises ChangedElsewhere: the wish was changed past this draft.
    :raises IllegalTransition: the wish has been handed in meanwhile.
    :raises WishDraft.DoesNotExist: it has become a wish before, or was thrown away.
    """
    held = WishDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if held.revision != revision:
        raise Overtaken
    if held.wish_id is None:
        wish = services.create(
            by=by, author=held.author, organisation=held.organisation, key=held.key, **fields
        )
    else:
        wish = Wish.objects.select_for_update(of=("self",)).get(pk=held.wish_id)
        _compare(held, wish)
        services.update(wish, by=by, **fields)
    held.delete()
    return wish


def _compare(draft: WishDraft, wish: Wish) -> None:
    """What only the wish has changed would be lost as well: the draft still says what was there before."""
    now = answers_of(wish)
    if any(digest(now.get(name)) != draft.seen.get(name, "") for name in {*now, *draft.seen}):
        raise ChangedElsewhere(merge(now, draft.answers, draft.seen)[1])


@transaction.atomic
def settle(draft: WishDraft, *, by: User, theirs: Collection[str] = ()) -> WishDraft:
    """Take what the wish says now into the draft: what only the wish changed, and `theirs` of the rest."""
    held = WishDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if held.wish is not None:
        now = answers_of(held.wish)
        merged, clashes = merge(now, held.answers, held.seen)
        mine = {clash.field: clash.mine for clash in clashes if clash.field not in theirs}
        held.answers, held.seen = merged | mine, digests(now, now)
        held.revision += 1
        held.updated_at, held.updated_by = timezone.now(), by
        held.save(update_fields=["answers", "seen", "revision", "updated_at", "updated_by"])
    return held


def discard(draft: WishDraft) -> None:
    draft.delete()
