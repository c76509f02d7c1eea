"""Pledges on pages and in lists of work."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from innoportal.lib.promises import Promise, promise, promises
from innoportal.lib.templatetags.portal_ui import tag
from journal.clock import Due

register = template.Library()


@register.simple_tag
def promises_of(dues: Iterable[Due] | None) -> list[Promise]:
    return promises(dues or ())


@register.simple_tag
def due_label(due: Due | None) -> SafeString | str:
    """What is owed now, as a label in a line of a list; nothing when nothing is."""
    if due is None:
        return ""
    one = promise(due)
    return tag(one.label, one.colour, one.icon)
