"""Who may have a file: whoever may see the thing; a confidential one, only who owns or judges it."""

import rules
from django.apps import apps

from accounts.models import User
from accounts.roles import is_administrator, is_auditor, is_expert, is_member, is_office
from documents.models import Document


@rules.predicate
def sees_the_thing(user: User, document: Document | None = None) -> bool:
    """By the noun's own `visible_to`; a noun that does not say who sees it is seen by nobody."""
    return document is not None and _is_among(document, "visible_to", user)


@rules.predicate
def wrote_the_thing(user: User, document: Document | None = None) -> bool:
    """By the noun's own `authored_by`, where others than the file's owner may stand for the thing."""
    return document is not None and user.is_authenticated and _is_among(document, "authored_by", user)


@rules.predicate
def runs_the_thing(user: User, document: Document | None = None) -> bool:
    """By the noun's own `run_by`, where it has one: who runs a trial belongs to no side of it."""
    return document is not None and user.is_authenticated and _is_among(document, "run_by", user)


def _is_among(document: Document, question: str, user: User) -> bool:
    try:
        manager = apps.get_model(document.noun)._default_manager
    except (LookupError, ValueError):
        return False
    rows = getattr(manager, question, None)
    return rows is not None and rows(user).filter(pk=document.object_id).exists()


@rules.predicate
def is_open(user: User, document: Document | None = None) -> bool:
    return document is not None and not document.is_confidential


# Whether a file may leave at all (its scan) is no question of who: the view asks `clean()` first.
judges = is_office | is_expert | is_auditor | is_administrator

reads = is_member | judges | wrote_the_thing | runs_the_thing

rules.add_perm("documents.view_document", (is_open | reads) & sees_the_thing)
# Of a file that is open to all, the public has the copy without metadata; these have what was uploaded.
rules.add_perm("documents.open_original_document", reads & sees_the_thing)
rules.add_perm("documents.discard_document", (is_member & sees_the_thing) | is_office | is_administrator)
rules.add_perm("documents.rescan_document", is_office | is_administrator)
rules.add_perm("documents.view_quarantine", is_office | is_auditor | is_administrator)
