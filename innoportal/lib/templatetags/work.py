"""Rows of work on a page."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from innoportal.lib.promises import promise
from innoportal.lib.templatetags.languages import day
from innoportal.lib.templatetags.portal_ui import tag
from innoportal.lib.work import Row
from journal.clock import State

register = template.Library()


@register.simple_tag
def work_label(row: Row) -> SafeString | str:
    """By when, as a label; nothing where nobody has promised anything."""
    if row.due is not None and not (row.mine and row.due.state == State.PAUSED):
        one = promise(row.due)
        return tag(one.label, one.colour, one.icon)
    if row.until is None:
        return ""
    words = _("was due on %(day)s") if row.is_late else _("due %(day)s")
    return tag(words % {"day": day(row.until)}, "red" if row.is_late else "blue", "clock")


@register.simple_tag
def work_words(row: Row) -> str:
    """Whose turn it is and by when, in a sentence."""
    if row.due is None:
        return _("It is the turn of: %(who)s") % {"who": row.task}
    return promise(row.due).text
