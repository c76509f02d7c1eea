"""The rungs by which a solution climbs from the bench to several departments."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rung(models.TextChoices):
    BENCH = "bench", _("Bench")
    HEADQUARTERS = "headquarters", _("EMSD headquarters")
    SITE = "site", _("One site")
    SITES = "sites", _("Several sites")
    REPLICATION = "replication", _("Another department")

    @property
    def is_before_site(self) -> bool:
        """Whether it shows that the solution works, but not yet where the wish wants it."""
        return self in (Rung.BENCH, Rung.HEADQUARTERS)

    @property
    def height(self) -> int:
        return list(type(self)).index(self)


def after(rung: str) -> str:
    """The next one up; the last leads to more of its kind, and no rung to the first."""
    names = Rung.values
    return names[min(names.index(rung) + 1, len(names) - 1)] if rung in names else names[0]
