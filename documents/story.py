"""How the story of a thing tells of its files."""

from typing import Any

from django.utils.translation import gettext as _

from journal.models import Entry


def told(entry: Entry) -> str | None:
    """In words, of an entry that tells of a file; what a confidential one is called is not told."""
    if entry.verb != "attach":
        return None
    title: Any = entry.details.get("title", "")
    return _("A file was attached: %(title)s") % {"title": title} if title else _("A file was attached")
