import rules

from accounts.models import User
from accounts.roles import is_office
from desk.models import SavedView


@rules.predicate
def is_owner(user: User, view: SavedView | None = None) -> bool:
    return view is not None and user.is_authenticated and view.owner_id == user.pk


@rules.predicate
def shares_it(user: User, view: SavedView | None = None) -> bool:
    if view is None or not user.is_authenticated:
        return False
    return user.is_member_of(view.organisation_id) if view.organisation_id else False


@rules.predicate
def is_for_office(user: User, view: SavedView | None = None) -> bool:
    return view is not None and view.is_for_office


rules.add_perm("desk.work_queue", is_office)
rules.add_perm("desk.view_savedview", is_owner | shares_it | (is_for_office & is_office))
rules.add_perm("desk.change_savedview", is_owner)
rules.add_perm("desk.delete_savedview", is_owner)
