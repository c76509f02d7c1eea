"""How a draft begins, and becomes the wish that it describes or the changes of one."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from innoportal.lib.writing import drafting
from innoportal.lib.writing.answers import digests
from journal.workflow import IllegalTransition
from wishes import calls, services
from wishes.answers import answers_of
from wishes.models import Call, Wish, WishDraft


def start(*, by: User, organisation: Organisation, call: Call | None = None) -> WishDraft:
    """`call` is the round for which it is written."""
    return WishDraft.objects.create(author=by, updated_by=by, organisation=organisation, call=call)


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
def finish(draft: WishDraft, *, by: User, revision: int, fields: Mapping[str, Any]) -> Wish:
    """Make it the wish that it describes, or the changes of one; `fields` are its answers, found right.

    :raises Overtaken: it is no longer at the `revision` that was found right.
    :raises ChangedElsewhere: the wish was changed past this draft.
    :raises IllegalTransition: the wish has been handed in meanwhile.
    :raises WishDraft.DoesNotExist: it has become a wish before, or was thrown away.
    """
    held = drafting.held(draft)
    if held.revision != revision:
        raise drafting.Overtaken
    if held.wish_id is None:
        wish = services.create(
            by=by, author=held.author, organisation=held.organisation, key=held.key, **fields
        )
        if held.call is not None:
            calls.join(held.call, by=by, wish=wish)
    else:
        wish = Wish.objects.select_for_update(of=("self",)).get(pk=held.wish_id)
        drafting.compare(held, answers_of(wish))
        services.update(wish, by=by, **fields)
    held.delete()
    return wish


@transaction.atomic
def settle(draft: WishDraft, *, by: User, theirs: Collection[str] = ()) -> None:
    """Take what the wish says now into the draft: what only the wish changed, and `theirs` of the rest."""
    held = drafting.held(draft)
    if held.wish is not None:
        drafting.settle(held, answers_of(held.wish), by=by, theirs=theirs)
