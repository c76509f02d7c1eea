from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

VERBS = {"retrieve": "view", "list": "view", "update": "change", "partial_update": "change", "create": "add"}


class ObjectRules(BasePermission):
    """The rules of the pages: `retrieve` asks `view_…`, `update` `change_…`, another action its own name.

    What may be listed is the queryset's business (`visible_to`), so a list asks nothing here.
    """

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        action = getattr(view, "action", None) or "retrieve"
        meta = obj._meta
        return request.user.has_perm(f"{meta.app_label}.{VERBS.get(action, action)}_{meta.model_name}", obj)
