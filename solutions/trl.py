"""The nine levels of technology readiness: what each is called, and the evidence that it asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Level:
    number: int
    name: Any
    asks: Any  # what shows that it was reached, in one line


LEVELS = tuple(
    Level(number, name, asks)
    for number, (name, asks) in enumerate(
        (
            (_("Principle observed"), _("A paper or a note that states the principle and where it is from.")),
            (_("Concept formulated"), _("A written concept: what is built, for which use, by which steps.")),
            (_("Proof of concept"), _("Results of the experiment that shows the critical function.")),
            (_("Tested in the laboratory"), _("A laboratory report of the parts working together.")),
            (
                _("Tested in a realistic surrounding"),
                _("A report of a test under conditions like those of the site: heat, dust, load, noise."),
            ),
            (
                _("Prototype demonstrated"),
                _("A demonstration of the whole prototype in a relevant setting, with who saw it."),
            ),
            (
                _("Prototype in operation"),
                _("Figures from a prototype on a real site: where, how long, what was measured."),
            ),
            (
                _("Complete and qualified"),
                _("Certificates or acceptance tests of the final product, and how it is made."),
            ),
            (_("Proven in daily use"), _("A customer who uses it daily, since when, and who can be asked.")),
        ),
        1,
    )
)


@dataclass(frozen=True)
class Standing:
    """One level up to the one that is claimed, and whether anything shows it."""

    level: Level
    is_shown: bool
    is_claimed: bool


def standings(claimed: int | None, shown: Collection[int]) -> tuple[Standing, ...]:
    """From the claimed level down; `shown` are the levels of which there is evidence."""
    if claimed is None:
        return ()
    return tuple(
        Standing(level, level.number in shown, level.number == claimed)
        for level in reversed(LEVELS[: max(0, min(claimed, len(LEVELS)))])
    )


def gaps(claimed: int | None, shown: Collection[int]) -> tuple[Level, ...]:
    """What the claimed level and those below it still ask for, the claimed one first."""
    return tuple(one.level for one in standings(claimed, shown) if not one.is_shown)
